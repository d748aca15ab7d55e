"""The sentences that help a member on: about snippets, and about why a program failed."""

import sys
from collections.abc import Sequence

from bot import texts
from bot.speech import N_, Sentences, _, ngettext, numeral

WRAPPED = N_(
    "-# It has no `main`, so I ran it inside one; `raw` after the language switches that off."
)
# Shown through an escape that leaves no backticks.
ECHOED = N_("It printed nothing; this is the value of its last expression.")

INPUT_ENDED = N_(
    "It wanted more input than there was: press **Add input**, or write it below the code block."
)
NO_MAIN = N_(
    "It has no `main` to start with: add one, or write only statements, and I put them into one."
)
TOO_DEEP = N_("A function called itself until the stack was full: something must end that.")
NO_NETWORK = N_("Programs here have no network: give yours what it needs as input or in a file.")
NO_SCREEN = N_("There is no screen here: print text, or save a picture to a file, and I attach it.")
NOT_SHOWN = N_(
    "A plot is not shown by itself: save it, as in `plt.savefig('plot.png')`, and I attach it."
)


def no_module(name: str, extension: str) -> str:
    """Return that a module is missing; ``name`` is harmless and in backticks already."""
    file_name = f"{name[:-1]}{extension}`"
    return _(
        "{name} is not installed here; if it is a file of yours, add a code block"
        " with {file_name} right after its backticks."
    ).format(name=name, file_name=file_name)


def no_package(name: str) -> str:
    """Return that a library is missing; ``name`` is harmless and in backticks already."""
    return _(
        "{name} is not installed here: use what comes with the language, or ask the operator."
    ).format(name=name)


def no_file(name: str) -> str:
    """Return that a file is missing; ``name`` is harmless and in backticks already."""
    return _(
        "There is no file {name}: add a code block with that name right after its backticks, or"
        " attach the file."
    ).format(name=name)


def no_command(name: str) -> str:
    """Return that a command is missing; ``name`` is harmless and in backticks already."""
    return _("There is no command {name} here.").format(name=name)


def kept_back(how: str) -> str:
    """Return why output may be missing; ``how`` is what to write, in backticks."""
    return _(
        "What it printed may still have been in its buffer when it ended: {how} sends it at once."
    ).format(how=how)


HELP_TITLE = N_("How to run a program")
WELCOME_TITLE = N_("Hello, I run programs")
LANGUAGES_TITLE = N_("What I can run")
OPTION_SEARCH = N_("a name, or a part of one, such as script")
OPTION_PAGE = N_("which page of the list")


def help_text(mention: str, prefix: str | None, example_message: str) -> str:
    """Return how to run a program, for a message that held none and for ``/help``."""
    if prefix:
        ways = _(
            "Mention me ({mention}) with a code block, or begin the message with `{prefix}`:"
        ).format(mention=mention, prefix=prefix)
    else:
        ways = _("Mention me ({mention}) with a code block:").format(mention=mention)
    points = (
        _(
            "**Input** • Lines before the block are arguments, one per line. Text after it is"
            " standard input, and so is a block with `stdin` right after its backticks."
        ),
        _(
            "**Files** • Attach source files, or write a name such as `util.py` right after the"
            " backticks of further blocks. Files that a program writes come back with the answer."
        ),
        _(
            "**Language** • Write it after the backticks, with a version if you like: `py 3.13`."
            " Without one I look at the code. C, C++ and Java need no `main`; the word `raw` behind"
            " the language runs the code exactly as it is."
        ),
        _(
            "**Other ways** • Reply to a message and mention me, or right-click it (on a phone: hold"
            " it), then Apps > **Run code** or **Edit & run**. `/run` takes code, input and a file,"
            " or opens an editor window."
        ),
        _(
            "**Afterwards** • Edit your message, and the answer changes with it; delete it, and the"
            " answer goes, too."
        ),
        _("**More** • `/languages` lists what I can run."),
    )
    return "\n".join((f"{ways}\n\n{example_message}\n", *points))


def welcome_text(mention: str, example_message: str, languages: str) -> str:
    """Return what the bot says where it has just been invited."""
    first = _(
        "Mention me ({mention}) with a code block, in any channel where I can write, and I answer"
        " with what it prints:"
    ).format(mention=mention)
    last = _(
        "I can run {languages}. Programs run in a sandbox without network. `/help` says what else"
        " there is; moderators set me up with `/settings`."
    ).format(languages=languages)
    return f"{first}\n\n{example_message}\n\n{last}"


def many(languages: int, first: str) -> str:
    """Return how many languages there are; ``first`` names some of them."""
    return ngettext(
        "{number} language, among them {first}", "{number} languages, among them {first}", languages
    ).format(number=numeral(languages), first=first)


def also(names: str) -> str:
    """Return a language's other names, in brackets behind its own."""
    return f" ({_('also {names}').format(names=names)})"


def page_of(page: int, pages: int) -> str:
    """Return where in a list one is, and how to see more."""
    following = page + 1 if page < pages else 1
    return _(
        "-# Page {page} of {pages}: `/languages page:{following}` shows another, and"
        " `/languages search:script` finds by name."
    ).format(page=page, pages=pages, following=following)


def no_language_found(typed: str, nearest: Sequence[str], example_message: str) -> str:
    """Return that a search found nothing; ``typed`` and ``nearest`` are harmless already."""
    sentences = [
        _("No language here is called {typed}.").format(typed=typed),
        texts.did_you_mean(nearest),
        _(
            "`/languages` without a search lists them all; a message that I can run looks like this:"
        ),
    ]
    return f"{texts.joined(sentences)}\n\n{example_message}"


def language_details(name: str, versions: str, also: str, files: str, tag: str) -> str:
    """Return everything about one language; names come in backticks already."""
    lines = [f"**{name}** {versions}"]
    if also:
        lines.append(_("Other names: {also}").format(also=also))
    if files:
        lines.append(_("Files: {files}").format(files=files))
    fence = "\\`\\`\\`"
    newest = versions.partition(",")[0]
    lines.append(
        _("Begin a code block with {fence}{tag}, or with {fence}{tag} {newest}.").format(
            fence=fence, tag=tag, newest=newest
        )
    )
    return "\n".join(lines)


sys.modules[__name__].__class__ = Sentences
