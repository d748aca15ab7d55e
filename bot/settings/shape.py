"""The shape of a settings document, as models: what keys there are and what fits in them."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticKnownError

from bot import paneltexts, settingproblems
from bot.settings import values
from bot.settings.values import Mode, Selection, ServerSettings, T
from bot.sizes import units
from executor.config import Duration, Section

_FILE_TYPE = re.compile(r"\.?([a-z0-9]{1,16})")
_LARGEST_ID = 2**63 - 1


def _id(value: object) -> object:
    is_text = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    return int(str(value)) if is_text else value


def _by_id(value: object) -> object:
    """Let ids be keys as text too, as JSON has them."""
    if not isinstance(value, Mapping):
        return value
    read = {_id(key): one for key, one in value.items()}
    if len(read) < len(value):
        raise ValueError(paneltexts.ID_TWICE)
    return read


def _choice(value: object) -> object:
    return {} if value == "all" else value


def _file_type(name: str) -> str:
    match = _FILE_TYPE.fullmatch(name.casefold())
    if match is None:
        raise ValueError(paneltexts.no_file_type(f"{name!r:.30}"))
    return match[1]


def _welcome(text: str) -> str:
    if units(text) > values.WELCOME_UNITS:  # its window could not be sent any more
        raise PydanticKnownError("string_too_long", {"max_length": values.WELCOME_UNITS})
    return text


def _time(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Read a time; what is wrong with one is said in our words, for they are translated."""
    try:
        return read(value)
    except ValidationError as error:
        if error.errors()[0]["type"] != "value_error":
            raise
        raise ValueError(settingproblems.no_time(f"{value!r:.40}")) from None


def _sequence(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _all_or_list(value: object) -> object:
    return None if value == "all" else _sequence(value)


_Id = Annotated[int, BeforeValidator(_id), Field(ge=1, le=_LARGEST_ID)]
_Language = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Choice(Section):
    """``all``, ``{only: […]}`` or ``{except: […]}``."""

    only: tuple[Any, ...] | None = None
    besides: tuple[Any, ...] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.only is not None and self.besides is not None:
            raise ValueError(paneltexts.NOT_BOTH)
        return self

    def selection(self) -> Selection[Any]:
        """Return what is chosen."""
        if self.only is not None:
            return Selection(mode=Mode.ONLY, items=frozenset(self.only))
        if self.besides is not None:
            return Selection(mode=Mode.EXCEPT, items=frozenset(self.besides))
        return Selection()


class LanguageChoice(_Choice):
    """Which languages."""

    only: Annotated[tuple[_Language, ...] | None, BeforeValidator(_sequence)] = Field(
        None, max_length=values.LIST_ENTRIES, examples=["[python, c++]"]
    )
    besides: Annotated[tuple[_Language, ...] | None, BeforeValidator(_sequence)] = Field(
        None, alias="except", max_length=values.LIST_ENTRIES, examples=["[bash]"]
    )


class IdChoice(_Choice):
    """Which channels or roles."""

    only: Annotated[tuple[_Id, ...] | None, BeforeValidator(_sequence)] = Field(
        None, max_length=values.LIST_ENTRIES, examples=["[1000000000000000001]"]
    )
    besides: Annotated[tuple[_Id, ...] | None, BeforeValidator(_sequence)] = Field(
        None, alias="except", max_length=values.LIST_ENTRIES, examples=["[1000000000000000001]"]
    )


_Languages = Annotated[LanguageChoice, BeforeValidator(_choice)]
_Ids = Annotated[IdChoice, BeforeValidator(_choice)]
_LanguagesById = Annotated[
    dict[_Id, _Languages], BeforeValidator(_by_id), Field(max_length=values.LIST_ENTRIES)
]


class LanguagesPart(Section):
    """Which languages, where and for whom."""

    everywhere: _Languages = Field(LanguageChoice(), examples=["{only: [python]}"])
    channels: _LanguagesById = Field({}, examples=["{1000000000000000001: {only: [python]}}"])
    roles: _LanguagesById = Field({}, examples=["{1000000000000000001: all}"])
    default: _Language | None = Field(None, examples=["python"])


class LimitsPart(Section):
    """How often, and how long code is kept."""

    cooldown: Annotated[Duration, WrapValidator(_time)] = Field(
        0.0, ge=0, le=values.COOLDOWN_SECONDS, examples=["5s"]
    )
    runs_per_hour_and_member: int | None = Field(
        None, ge=1, le=values.RUNS_PER_HOUR, examples=["30"]
    )
    runs_per_hour: int | None = Field(None, ge=1, le=values.RUNS_PER_HOUR, examples=["500"])
    keep_code_days: int | None = Field(None, ge=0, le=values.KEEP_CODE_DAYS, examples=["7"])


class OutputPart(Section):
    """What of a run is shown."""

    lines: int = Field(values.LINES[1], ge=values.LINES[0], le=values.LINES[1])
    characters: int = Field(values.CHARACTERS[1], ge=values.CHARACTERS[0], le=values.CHARACTERS[1])
    files: bool = True
    file_types: Annotated[
        tuple[Annotated[str, AfterValidator(_file_type)], ...] | None,
        BeforeValidator(_all_or_list),
    ] = Field(None, max_length=values.FILE_TYPES, examples=["[png, txt]"])
    live: bool = True
    invites: bool = False
    links: bool = True


class MembersPart(Section):
    """What members meet."""

    answer_by_direct_message: bool = True
    code_in_history: bool = False
    welcome: Annotated[str, AfterValidator(_welcome)] = Field("", examples=['"Welcome!"'])


class SettingsShape(Section):
    """The whole document."""

    languages: LanguagesPart = LanguagesPart()
    channels: _Ids = Field(IdChoice(), examples=["{only: [1000000000000000001]}"])
    roles: _Ids = Field(IdChoice(), examples=["{except: [1000000000000000001]}"])
    limits: LimitsPart = LimitsPart()
    output: OutputPart = OutputPart()
    members: MembersPart = MembersPart()
    log_channel: _Id | None = Field(None, examples=["1000000000000000001"])

    def settings(self) -> ServerSettings:
        """Return the settings that the document says."""
        types = self.output.file_types
        return ServerSettings(
            languages=self.languages.everywhere.selection(),
            channel_languages={k: v.selection() for k, v in self.languages.channels.items()},
            role_languages={k: v.selection() for k, v in self.languages.roles.items()},
            default_language=self.languages.default,
            channels=self.channels.selection(),
            roles=self.roles.selection(),
            cooldown_seconds=self.limits.cooldown,
            member_runs_per_hour=self.limits.runs_per_hour_and_member,
            server_runs_per_hour=self.limits.runs_per_hour,
            keep_code_days=self.limits.keep_code_days,
            output_lines=self.output.lines,
            output_characters=self.output.characters,
            shows_files=self.output.files,
            file_types=None if types is None else frozenset(types),
            is_live=self.output.live,
            shows_invites=self.output.invites,
            shows_links=self.output.links,
            answers_by_dm=self.members.answer_by_direct_message,
            keeps_history_code=self.members.code_in_history,
            welcome="\n".join(self.members.welcome.strip().splitlines()),
            log_channel_id=self.log_channel,
        )


def document_of(settings: ServerSettings) -> dict[str, Any]:
    """Return the document that says ``settings``; `SettingsShape` reads it back."""
    return {
        "languages": {
            "everywhere": _chosen(settings.languages),
            "channels": {k: _chosen(v) for k, v in sorted(settings.channel_languages.items())},
            "roles": {k: _chosen(v) for k, v in sorted(settings.role_languages.items())},
            "default": settings.default_language,
        },
        "channels": _chosen(settings.channels),
        "roles": _chosen(settings.roles),
        "limits": {
            "cooldown": _duration(settings.cooldown_seconds),
            "runs_per_hour_and_member": settings.member_runs_per_hour,
            "runs_per_hour": settings.server_runs_per_hour,
            "keep_code_days": settings.keep_code_days,
        },
        "output": {
            "lines": settings.output_lines,
            "characters": settings.output_characters,
            "files": settings.shows_files,
            "file_types": "all" if settings.file_types is None else sorted(settings.file_types),
            "live": settings.is_live,
            "invites": settings.shows_invites,
            "links": settings.shows_links,
        },
        "members": {
            "answer_by_direct_message": settings.answers_by_dm,
            "code_in_history": settings.keeps_history_code,
            "welcome": settings.welcome,
        },
        "log_channel": settings.log_channel_id,
    }


def _chosen(selection: Selection[T]) -> object:
    match selection.mode:
        case Mode.ALL:
            return "all"
        case Mode.ONLY:
            return {"only": sorted(selection.items)}  # type: ignore[type-var]
        case Mode.EXCEPT:
            return {"except": sorted(selection.items)}  # type: ignore[type-var]


def _duration(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
