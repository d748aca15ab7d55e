"""The sentences that help a member on: about snippets, and about why a program failed."""

WRAPPED = (
    "It has no `main`, so I ran it inside of one; the word `raw` after the language switches that"
    " off."
)
# Shown through an escape that leaves no backticks.
ECHOED = "It printed nothing; this is the value of its last expression."
