"""The sentences that help a member on: about snippets, and about why a program failed."""

WRAPPED = (
    "It has no `main`, so I ran it inside of one; the word `raw` after the language switches that"
    " off."
)
# Shown through an escape that leaves no backticks.
ECHOED = "It printed nothing; this is the value of its last expression."

INPUT_ENDED = (
    "It wanted more input than there was: press **Input** to add some, or write it below the code"
    " block."
)
NO_MAIN = (
    "It has no `main` to start with: add one, or write only statements, and I put them into one."
)
TOO_DEEP = "A function called itself until the stack was full: something must end that."
NO_NETWORK = "Programs here have no network: put what it needs into the input or into a file."
NO_SCREEN = "There is no screen here: print, or save a picture to a file, and I attach it."
NOT_SHOWN = (
    "A plot is not shown by itself: save it, as in `plt.savefig('plot.png')`, and I attach it."
)


def no_module(name: str, extension: str) -> str:
    """Return that a module is missing; ``name`` is harmless and in backticks already."""
    file_name = f"{name[:-1]}{extension}`"
    return (
        f"{name} is not installed here; if it is a file of yours, add a code block whose tag is"
        f" {file_name}."
    )


def no_package(name: str) -> str:
    """Return that a library is missing; ``name`` is harmless and in backticks already."""
    return f"{name} is not installed here: use what comes with the language, or ask the operator."


def no_file(name: str) -> str:
    """Return that a file is missing; ``name`` is harmless and in backticks already."""
    return f"There is no file {name}: add a code block whose tag is its name, or attach it."


def no_command(name: str) -> str:
    """Return that a command is missing; ``name`` is harmless and in backticks already."""
    return f"There is no command {name} here."


def kept_back(how: str) -> str:
    """Return why output may be missing; ``how`` is what to write, in backticks."""
    return (
        f"What it printed may still have been in its buffer when it ended: {how} sends it at once."
    )
