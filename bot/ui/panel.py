"""The controls of ``/settings``, and how a client recognises them, also those from before a restart."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import discord

from bot import settingtexts as texts
from bot import sizes
from bot.settings.choices import MODE_OF, Choice
from bot.settings.panel import (
    ID_TEMPLATE,
    INHERIT,
    SWITCHES,
    Page,
    Press,
    Spot,
    What,
    languages_of,
    offered,
    parts,
    press_id,
    press_of,
)
from bot.settings.server import Server
from bot.settings.values import Mode, ServerSettings
from bot.speech import _
from bot.ui.lasting import lasting_item

Item = discord.ui.Item[discord.ui.View]
Pressed = Callable[[discord.Interaction[discord.Client], Press, list[str]], Awaitable[None]]

_CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.public_thread,
    discord.ChannelType.news_thread,
    discord.ChannelType.private_thread,
]
_LOG_CHANNEL_TYPES = [discord.ChannelType.text, discord.ChannelType.news]


def panel_view(spot: Spot, settings: ServerSettings, server: Server) -> discord.ui.View:
    """Return the controls of a page. Their ids say everything; nothing is kept in memory."""
    view = discord.ui.View(timeout=None)
    view.add_item(_pages(spot))
    build = {
        Page.LANGUAGES: _languages,
        Page.PLACES: _places,
        Page.LIMITS: _limits,
        Page.OUTPUT: _output,
        Page.MEMBERS: _members,
        Page.LOG: _log,
    }[spot.page]
    for item in build(spot, settings, server):
        view.add_item(item)
    view.stop()  # it is sent all the same, and discord.py keeps nothing of it in memory
    return view


def confirm_view(spot: Spot, version: int) -> discord.ui.View:
    """Return the two answers to whether a change is meant that would lock moderators out."""
    view = discord.ui.View(timeout=None)
    danger = discord.ButtonStyle.danger
    view.add_item(_button(spot, What.CONFIRM, texts.CONFIRM, style=danger, version=version))
    view.add_item(_button(spot, What.CANCEL, texts.CANCEL))
    view.stop()
    return view


def panel_item(pressed: Pressed) -> type[discord.ui.DynamicItem[Any]]:
    """Return what a client needs to recognise the panel's controls; it calls ``pressed``."""

    async def used(
        interaction: discord.Interaction[discord.Client], found_id: str, chosen: list[str]
    ) -> None:
        press = press_of(found_id)
        if press is not None:
            await pressed(interaction, press, chosen)

    return lasting_item(ID_TEMPLATE, used)


def choice_of(message: discord.Message | None, press: Press, values: list[str]) -> Choice:
    """Return what was chosen in a menu, against what its message shows as chosen."""
    shown: dict[What, frozenset[str]] = {}
    for row in message.components if message else ():
        for menu in row.children if isinstance(row, discord.ActionRow) else ():
            if isinstance(menu, discord.SelectMenu) and (found := press_of(menu.custom_id)):
                shown[found.what] = _shown_in(menu)
    modes = shown.get(MODE_OF[press.what], frozenset()) if press.what in MODE_OF else frozenset()
    return Choice(
        shown=shown.get(press.what, frozenset()),
        values=tuple(values),
        mode=next(iter(modes), None),
    )


def _shown_in(menu: discord.SelectMenu) -> frozenset[str]:
    options = (option.value for option in menu.options if option.default)
    return frozenset([*options, *(str(one.id) for one in menu.default_values)])


def _pages(spot: Spot) -> Item:
    options = [
        discord.SelectOption(
            value=page, label=_(label), description=_(about), default=page is spot.page
        )
        for page, (label, about) in ((page, texts.PAGE_NAMES[page]) for page in Page)
    ]
    return _select(spot, What.GO, texts.PAGE_HINT, options)


def _languages(spot: Spot, settings: ServerSettings, server: Server) -> list[Item]:
    items: list[Item] = []
    is_chosen = spot.scope not in {"c", "r"}
    if is_chosen:
        own = languages_of(settings, spot)
        names = dict(texts.MODE_NAMES)
        if spot.scope:
            names[INHERIT] = texts.INHERIT_NAME
        items.append(_modes(spot, What.MODE, texts.MODE_HINT, names, own.mode if own else INHERIT))
        shown = offered(server.names.names, spot.part)
        if shown:
            options = [
                discord.SelectOption(
                    value=name, label=name, default=own is not None and name in own.items
                )
                for name in shown
                if len(name) <= sizes.CHOICE_UNITS
            ]
            hint = texts.LANGUAGES_HINT
            several = len(options)
            items.append(_select(spot, What.LANGUAGES, hint, options, least=0, most=several))
    count = parts(server.names.names)
    before = Spot(scope=spot.scope, part=max(0, spot.part - 1))
    after = Spot(scope=spot.scope, part=min(count - 1, spot.part + 1))
    # Two buttons of a message cannot have the same id, so those that lead nowhere go.
    if is_chosen and before.part != spot.part:
        items.append(_button(before, What.PART, texts.BACK))
    if is_chosen and after.part != spot.part:
        items.append(_button(after, What.PART, texts.FORWARD))
    for scope, label in (
        ("", texts.EVERYWHERE),
        ("c", texts.FOR_A_CHANNEL),
        ("r", texts.FOR_A_ROLE),
    ):
        items.append(_button(Spot(scope=scope), What.SCOPE, label, is_on=spot.scope[:1] == scope))
    if spot.scope.startswith("c"):
        hint, ids = texts.SCOPE_CHANNEL_HINT, {spot.scope_id} & server.channel_ids
        items.append(_channels(spot, What.SCOPE_ID, hint, ids, least=1, most=1))
    elif spot.scope.startswith("r"):
        hint, ids = texts.SCOPE_ROLE_HINT, {spot.scope_id} & server.role_ids
        items.append(_roles(spot, What.SCOPE_ID, hint, ids, least=1, most=1))
    return items


def _places(spot: Spot, settings: ServerSettings, server: Server) -> list[Item]:
    channels, roles = settings.channels, settings.roles
    names = texts.CHANNEL_MODE_NAMES
    return [
        _modes(spot, What.CHANNEL_MODE, texts.CHANNEL_MODE_HINT, names, channels.mode),
        _channels(spot, What.CHANNELS, texts.CHANNELS_HINT, channels.items & server.channel_ids),
        _modes(spot, What.ROLE_MODE, texts.ROLE_MODE_HINT, texts.ROLE_MODE_NAMES, roles.mode),
        _roles(spot, What.ROLES, texts.ROLES_HINT, roles.items & server.role_ids),
    ]


def _limits(spot: Spot, _settings: ServerSettings, _server: Server) -> list[Item]:
    return [_button(spot, What.EDIT_LIMITS, texts.EDIT_LIMITS)]


def _output(spot: Spot, settings: ServerSettings, _server: Server) -> list[Item]:
    return [_switches(spot, settings), _button(spot, What.EDIT_SIZES, texts.EDIT_SIZES)]


def _members(spot: Spot, settings: ServerSettings, _server: Server) -> list[Item]:
    return [
        _switches(spot, settings),
        _button(spot, What.EDIT_LANGUAGE, texts.EDIT_LANGUAGE),
        _button(spot, What.EDIT_WELCOME, texts.EDIT_WELCOME),
        _button(spot, What.POST_WELCOME, texts.POST_WELCOME),
    ]


def _log(spot: Spot, settings: ServerSettings, server: Server) -> list[Item]:
    ids = {settings.log_channel_id} & server.channel_ids
    hint = texts.LOG_CHANNEL_HINT
    danger = discord.ButtonStyle.danger
    return [
        _channels(spot, What.LOG_CHANNEL, hint, ids, most=1, types=_LOG_CHANNEL_TYPES),
        _button(spot, What.EXPORT, texts.EXPORT),
        _button(spot, What.IMPORT, texts.IMPORT),
        _button(spot, What.RESET, texts.RESET, style=danger),
    ]


def _switches(spot: Spot, settings: ServerSettings) -> Item:
    options = [
        discord.SelectOption(
            value=name, label=_(label), description=_(about), default=bool(getattr(settings, name))
        )
        for name, (label, about) in (
            (name, texts.SWITCH_NAMES[name]) for name in SWITCHES[spot.page]
        )
    ]
    return _select(spot, What.SWITCHES, texts.SWITCHES_HINT, options, least=0, most=len(options))


def _modes(
    spot: Spot, what: What, hint: str, names: Mapping[str, str], current: Mode | str
) -> Item:
    options = [
        discord.SelectOption(value=value, label=_(label), default=value == current)
        for value, label in names.items()
    ]
    return _select(spot, what, hint, options)


def _select(
    spot: Spot,
    what: What,
    hint: str,
    options: list[discord.SelectOption],
    *,
    least: int = 1,
    most: int = 1,
) -> Item:
    return discord.ui.Select(
        custom_id=press_id(spot, what),
        placeholder=hint,
        options=options,
        min_values=least,
        max_values=most,
    )


def _channels(
    spot: Spot,
    what: What,
    hint: str,
    ids: Collection[int | None],
    *,
    least: int = 0,
    most: int = sizes.CHOICES,
    types: list[discord.ChannelType] | None = None,
) -> Item:
    fits = len(ids) <= most
    shown = [discord.Object(id_) for id_ in sorted(filter(None, ids))] if fits else []
    return discord.ui.ChannelSelect(
        custom_id=press_id(spot, what),
        placeholder=hint if fits else texts.TOO_MANY_HINT,
        channel_types=types or _CHANNEL_TYPES,
        min_values=least,
        max_values=most,
        default_values=shown,
        disabled=not fits,
    )


def _roles(
    spot: Spot,
    what: What,
    hint: str,
    ids: Collection[int | None],
    *,
    least: int = 0,
    most: int = sizes.CHOICES,
) -> Item:
    fits = len(ids) <= most
    shown = [discord.Object(id_) for id_ in sorted(filter(None, ids))] if fits else []
    return discord.ui.RoleSelect(
        custom_id=press_id(spot, what),
        placeholder=hint if fits else texts.TOO_MANY_HINT,
        min_values=least,
        max_values=most,
        default_values=shown,
        disabled=not fits,
    )


def _button(
    spot: Spot,
    what: What,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    version: int | None = None,
    is_on: bool = False,
) -> Item:
    return discord.ui.Button(
        style=discord.ButtonStyle.primary if is_on else style,
        label=label,
        custom_id=press_id(spot, what, version),
    )
