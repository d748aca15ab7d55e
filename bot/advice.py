"""The sentences that help a member on: about snippets, and about why a program failed."""

WRAPPED = "-# It has no `main`, so I ran it inside one; `raw` after the language switches that off."
# Shown through an escape that leaves no backticks.
ECHOED = "It printed nothing; this is the value of its last expression."

INPUT_ENDED = (
    "It wanted more input than there was: press **Add input**, or write it below the code block."
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


HELP_TITLE = "How to run a program"
WELCOME_TITLE = "Hello, I run programs"
LANGUAGES_TITLE = "What I can run"
OPTION_SEARCH = "a name, or a part of one, such as script"
OPTION_PAGE = "which page of the list"


def help_text(mention: str, prefix: str | None, example_message: str) -> str:
    """Return how to run a program, for a message that held none and for ``/help``."""
    ways = f"Mention me ({mention}) with a code block"
    if prefix:
        ways += f", or begin the message with `{prefix}`"
    return (
        f"{ways}:\n\n{example_message}\n\n"
        "**Input** • Lines before the block are arguments, one per line. Text after it is standard"
        " input, and so is a block tagged `stdin`.\n"
        "**Files** • Attach source files, or tag further blocks with a name such as `util.py`. What"
        " a program writes comes back with the answer.\n"
        "**Language** • Write it after the backticks, with a version if you like: `py 3.13`."
        " Without one I look at the code. C, C++ and Java need no `main`; the word `raw` behind"
        " the language runs the code exactly as it is.\n"
        "**Other ways** • Answer a message and mention me, or right-click it (or press long), then"
        " Apps > **Run code** or **Edit & run**. `/run` takes code, input and a file, or opens an"
        " editor window.\n"
        "**Afterwards** • Edit your message, and the answer changes with it; delete it, and the"
        " answer goes, too.\n"
        "**More** • `/languages` lists what I can run."
    )


def welcome_text(mention: str, example_message: str, languages: str) -> str:
    """Return what the bot says where it has just been invited."""
    return (
        f"Mention me ({mention}) with a code block, in any channel where I can write, and I answer"
        f" with what it prints:\n\n{example_message}\n\n"
        f"I can run {languages}. Programs run in a sandbox without network. `/help` says what"
        " else there is; moderators find me under Server Settings > Integrations."
    )


def many(languages: int, first: str) -> str:
    """Return how many languages there are; ``first`` names some of them."""
    return f"{languages} languages, among them {first}"


def page_of(page: int, pages: int) -> str:
    """Return where in a list one is, and how to see more."""
    following = page + 1 if page < pages else 1
    return (
        f"-# Page {page} of {pages}: `/languages page:{following}` shows another, and `/languages"
        " search:script` finds by name."
    )


def no_language_found(typed: str, nearest: str, example_message: str) -> str:
    """Return that a search found nothing; ``typed`` and ``nearest`` are harmless already."""
    meant = f" Did you mean {nearest}?" if nearest else ""
    return (
        f"No language here is called {typed}.{meant} `/languages` without a search lists them all;"
        f" a message that I can run looks like this:\n\n{example_message}"
    )


def language_details(name: str, versions: str, also: str, files: str, tag: str) -> str:
    """Return everything about one language; names come in backticks already."""
    lines = [f"**{name}** {versions}"]
    if also:
        lines.append(f"Other names: {also}")
    if files:
        lines.append(f"Files: {files}")
    fence = "\\`\\`\\`"
    newest = versions.partition(",")[0]
    lines.append(f"Begin a code block with {fence}{tag}, or with {fence}{tag} {newest}.")
    return "\n".join(lines)
