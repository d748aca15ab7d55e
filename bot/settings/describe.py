"""What a page of the settings panel says. Pure."""

from collections.abc import Collection, Iterator, Sequence

from bot import paneltexts as panel
from bot import settingproblems
from bot import settingtexts as texts
from bot.escaping import plain, quote
from bot.settings.changes import plain_list, selected
from bot.settings.named import gone_from
from bot.settings.panel import SWITCHES, Page, Spot, languages_of, offered, parts
from bot.settings.server import Server
from bot.settings.values import Selection, ServerSettings
from bot.speech import _, numeral, spoken_duration
from bot.store import AuditEntry
from bot.texts import and_more

_LISTS = 8
_GONE = 5
# The pages that show channels, roles and languages by name.
_NAMING = {Page.LANGUAGES, Page.PLACES, Page.LOG}
_WELCOME_CHARACTERS = 400
_DETAIL_CHARACTERS = 200


def page_text(
    spot: Spot, settings: ServerSettings, server: Server, audit: Sequence[AuditEntry] = ()
) -> str:
    """Return what a page says about the settings.

    Args:
        spot: where in the panel one is.
        settings: as they are.
        server: what there is.
        audit: the latest changes, for the page that shows them.
    """
    lines = [_(texts.PAGE_LINES[spot.page]), ""]
    if spot.page in _NAMING:
        lines += _gone(settings, server)
    match spot.page:
        case Page.LANGUAGES:
            lines += _languages(spot, settings, server)
        case Page.PLACES:
            lines.append(texts.fact(panel.CHANNELS, selected(settings.channels, "<#{}>")))
            lines.append(texts.fact(panel.ROLES, selected(settings.roles, "<@&{}>")))
        case Page.LIMITS:
            lines += _limits(settings, server)
        case Page.OUTPUT:
            lines += _output(settings)
        case Page.MEMBERS:
            lines += _members(settings, server)
        case Page.LOG:
            lines += _log(settings, audit)
    return "\n".join(lines)


def _gone(settings: ServerSettings, server: Server) -> Iterator[str]:
    gone = gone_from(settings, server)
    marks = [
        *(f"<#{id_}> (`{id_}`)" for id_ in sorted(gone.channel_ids)),
        *(f"<@&{id_}> (`{id_}`)" for id_ in sorted(gone.role_ids)),
        *(quote(name) for name in sorted(gone.languages)),
    ]
    if marks:
        shown = ", ".join(marks[:_GONE])
        yield settingproblems.gone(and_more(shown, len(marks) - len(marks[:_GONE])))
        yield ""


def _languages(spot: Spot, settings: ServerSettings, server: Server) -> Iterator[str]:
    yield texts.fact(texts.EVERYWHERE, selected(settings.languages))
    lists: list[tuple[str, Selection[str]]] = [
        *((f"<#{id_}>", one) for id_, one in sorted(settings.channel_languages.items())),
        *((f"<@&{id_}>", one) for id_, one in sorted(settings.role_languages.items())),
    ]
    for where, one in lists[:_LISTS]:
        yield texts.fact(where, selected(one))
    if len(lists) > _LISTS:
        yield panel.more_lists(len(lists) - _LISTS)
    yield ""
    if spot.scope_id is not None:
        mark = f"<#{spot.scope_id}>" if spot.scope.startswith("c") else f"<@&{spot.scope_id}>"
        own = languages_of(settings, spot)
        shown = selected(own) if own is not None else texts.INHERIT_NAME
        yield panel.about(mark, shown)
    elif not spot.scope:
        yield panel.ABOUT_EVERYBODY
    if (count := parts(server.names.names)) > 1:
        part = min(spot.part, count - 1)
        shown_names = offered(server.names.names, part)
        yield panel.part_of(part + 1, count, shown_names[0], shown_names[-1])


def _limits(settings: ServerSettings, server: Server) -> Iterator[str]:
    wait_seconds = max(settings.cooldown_seconds, server.operator.cooldown_seconds)
    wait = spoken_duration(wait_seconds)
    if settings.cooldown_seconds < wait_seconds:
        wait = panel.from_the_operator(wait)
    yield texts.fact(panel.WAIT, wait)
    yield texts.fact(panel.MEMBER_QUOTA, _number(settings.member_runs_per_hour))
    yield texts.fact(panel.SERVER_QUOTA, _number(settings.server_runs_per_hour))
    days = settings.keep_code_days
    kept = panel.AS_THE_OPERATOR_WANTS if days is None else panel.days(days)
    yield texts.fact(panel.KEEP_CODE, kept)


def _output(settings: ServerSettings) -> Iterator[str]:
    yield texts.fact(panel.SIZE, panel.size(settings.output_lines, settings.output_characters))
    types = settings.file_types
    listed = texts.EVERYTHING if types is None else plain_list("{}", sorted(types))
    yield texts.fact(panel.FILE_TYPES, listed)
    yield from _switches(Page.OUTPUT, settings)


def _members(settings: ServerSettings, server: Server) -> Iterator[str]:
    default = settings.default_language
    yield texts.fact(panel.USUAL_LANGUAGE, quote(default) if default else panel.LOOK_AT_THE_CODE)
    withheld = () if server.operator.direct_messages else ("answers_by_dm",)
    yield from _switches(Page.MEMBERS, settings, withheld)
    welcome = plain(settings.welcome, _WELCOME_CHARACTERS) if settings.welcome else texts.NONE
    yield texts.fact(panel.WELCOME, welcome)


def _switches(
    page: Page, settings: ServerSettings, withheld: Collection[str] = ()
) -> Iterator[str]:
    """Return what is on and off; ``withheld`` is what the operator has off in any case."""
    for name in SWITCHES[page]:
        label, does = texts.SWITCH_NAMES[name]
        state = texts.ON if getattr(settings, name) else texts.OFF
        if name in withheld:
            state = panel.from_the_operator(texts.OFF)
        yield texts.fact(_(label), f"{state} ({_(does)})")


def _log(settings: ServerSettings, audit: Sequence[AuditEntry]) -> Iterator[str]:
    channel = settings.log_channel_id
    yield texts.fact(panel.LOG_CHANNEL, texts.NONE if channel is None else f"<#{channel}>")
    yield ""
    for entry in audit:
        detail = entry.detail.replace("\n", "; ")
        if len(detail) > _DETAIL_CHARACTERS:
            detail = f"{detail[:_DETAIL_CHARACTERS]}…"
        yield texts.audit_line(entry.at, entry.user_id, detail or entry.action)


def _number(limit: int | None) -> str:
    return panel.NO_LIMIT if limit is None else numeral(limit)
