"""Which buttons and which menu stand below a reply. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot import labels, sizes
from bot.languages import LanguageNames
from bot.models import Action, Button, Choice, Menu, Reply, RunRequest

_EMOJI = {
    Action.AGAIN: "🔁",
    Action.EDIT: "✏️",
    Action.INPUT: "⌨️",
    Action.OUTPUT: "📄",
    Action.DELETE: "🗑️",
}


def after_run(
    reply: Reply,
    request: RunRequest,
    language: str,
    version: str,
    names: LanguageNames,
    *,
    wants_input: bool = False,
) -> Reply:
    """Return ``reply``, the result of a run, with everything one can do about it.

    Args:
        reply: the rendered result.
        request: what was asked for.
        language: what it ran as, by the language's own name.
        version: the version that ran.
        names: what else can run, and may.
        wants_input: whether it surely ended for want of input.
    """
    menu = (
        language_menu(names, _likely_first(request, names), current=language)
        if request.guessed
        else version_menu(names, language, version)
    )
    usual = (_again(), _edit(), _input(), _delete())
    return replace(
        reply,
        buttons=(_input(labels.ADD_INPUT), _again(), _edit(), _delete()) if wants_input else usual,
        menu=menu,
    )


def after_refusal(reply: Reply, request: RunRequest | None, names: LanguageNames) -> Reply:
    """Return ``reply``, which says why nothing ran, with a way to mend it.

    A language that nobody knows gets a button for each near one; a missing one gets a menu.

    Args:
        reply: the refusal.
        request: what was understood, `None` if it was nothing.
        names: what can run, and may.
    """
    allowed = names.allowed
    if request is None or not allowed:
        return replace(reply, buttons=(_delete(),))
    likely = _likely_first(request, names)
    if not request.language:
        return replace(
            reply, buttons=(_edit(), _delete()), menu=language_menu(names, likely, current="")
        )
    if names.find(request.language) is not None:
        return replace(reply, buttons=(_again(), _edit(), _delete()))
    near = [name for name in names.nearest(request.language) if name in allowed]
    meant = (
        Button(action=Action.LANGUAGE, label=labels.run_as(name), argument=name) for name in near
    )
    return replace(
        reply,
        buttons=(*meant, _edit(), _delete()),
        menu=None if near else language_menu(names, likely, current=""),
    )


def after_end(reply: Reply) -> Reply:
    """Return ``reply``, which says that a run ended without a result, with what one can do."""
    return replace(reply, buttons=(_again(), _edit(), _delete()))


def after_loss(reply: Reply) -> Reply:
    """Return ``reply``, which says that a run ended of which nothing is known any more."""
    return replace(reply, buttons=(_delete(),))


def while_running(reply: Reply, job_id: str, *, is_waiting: bool, is_interactive: bool) -> Reply:
    """Return ``reply``, which says that a job waits or runs, with what one can do to it."""
    label, emoji = (labels.CANCEL, "✖️") if is_waiting else (labels.STOP, "⏹️")
    stop = Button(action=Action.STOP, label=label, emoji=emoji, argument=job_id)
    typing = Button(action=Action.TYPE, label=labels.INPUT, emoji="⌨️", argument=job_id)
    return replace(reply, buttons=(typing, stop) if is_interactive and not is_waiting else (stop,))


def with_output_button(reply: Reply) -> Reply:
    """Return ``reply`` with a button for the output that could not be attached."""
    *others, last = reply.buttons or (_delete(),)
    return replace(reply, buttons=(*others[:3], _output(), last))


def _likely_first(request: RunRequest, names: LanguageNames) -> Sequence[str]:
    """Return what may run with what the program looks like in front: a menu has no room for all."""
    found = names.candidates(request.files[0].content.decode("utf-8", "replace"))
    return [*(name for name in found if name in names.allowed), *names.allowed]


def language_menu(names: LanguageNames, offered: Sequence[str], *, current: str) -> Menu | None:
    """Return a menu of languages, ``current`` among them; `None` if there is nothing to choose."""
    most = [name for name in (current, *offered) if name in names.names]
    shown = sorted(list(dict.fromkeys(most))[: sizes.CHOICES])
    if not any(name != current for name in shown):
        return None
    choices = (Choice(value=name, label=name, is_current=name == current) for name in shown)
    hint = labels.CHOOSE_OTHER_LANGUAGE if current else labels.CHOOSE_LANGUAGE
    return Menu(hint=hint, choices=tuple(choices))


def version_menu(names: LanguageNames, language: str, current: str) -> Menu | None:
    """Return a menu of the versions of a language; `None` if there is one alone."""
    versions = list(dict.fromkeys(runtime.version for runtime in names.runtimes(language)))
    if len(versions) < 2:
        return None
    choices = tuple(
        Choice(
            value=f"{language} {version}",
            label=sizes.head(f"{language} {version}", sizes.CHOICE_UNITS),
            is_current=version == current,
        )
        for version in versions[: sizes.CHOICES]
        if len(f"{language} {version}") <= sizes.CHOICE_UNITS
    )
    return Menu(hint=labels.CHOOSE_VERSION, choices=choices)


def _button(action: Action, label: str) -> Button:
    return Button(action=action, label=label, emoji=_EMOJI[action])


def _again() -> Button:
    return _button(Action.AGAIN, labels.AGAIN)


def _edit() -> Button:
    return _button(Action.EDIT, labels.EDIT)


def _input(label: str = "") -> Button:
    return _button(Action.INPUT, label or labels.INPUT)


def _output() -> Button:
    return _button(Action.OUTPUT, labels.OUTPUT)


def _delete() -> Button:
    return _button(Action.DELETE, labels.DELETE)
