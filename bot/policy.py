"""Decides whether a request may run, and as what job. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot import settingtexts, texts
from bot.escaping import plain, quote
from bot.languages import LanguageNames, Named, example, with_example
from bot.models import Allowed, Caller, Decision, Denied, Rules, RunRequest
from executor import Job

SOURCE_BYTES = 1024 * 1024
STDIN_BYTES = 16 * 1024 * 1024
FILES = 32
# Beyond those that run: enough to try a few variants, too few to fill the queue for everybody.
WAITING_PER_MEMBER = 3
# How much longer an interactive program may last, for the member who types to it; anew with each line.
PATIENCE_SECONDS = 120.0
_CHANNELS_NAMED = 3
_ROLES_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberState:
    """What a member has under way: runs that have not ended, and how long until the next may start."""

    unfinished: int = 0
    wait_seconds: float = 0.0


def owner_key(caller: Caller) -> str:
    """Return whose turn a run uses. One person is one owner in every server."""
    return person_key(caller.user_id)


def person_key(user_id: int) -> str:
    """Return the owner that a person's jobs have."""
    return f"discord:{user_id}"


def is_allowed(language: str, rules: Rules, names: LanguageNames) -> bool:
    """Return whether ``rules`` let the language (by its own name) run."""
    allowed = rules.languages_allowed
    if allowed is not None and language not in _own_names(allowed, names):
        return False
    return language not in _own_names(rules.languages_blocked, names)


def allowed_languages(rules: Rules, names: LanguageNames) -> tuple[str, ...]:
    """Return the languages that can run here and may."""
    return tuple(name for name in names.names if is_allowed(name, rules, names))


def decide(
    request: RunRequest,
    caller: Caller,
    *,
    names: LanguageNames,
    rules: Rules,
    state: MemberState,
    job_id: str,
) -> Decision:
    """Return the job that ``request`` becomes, or the sentence that says why it may not run."""
    named = names.find(request.language)
    wanted = request.version or (named.version if named else None)
    refusal = (
        _refuse_channel(caller, rules, names)
        or _refuse_roles(caller, rules)
        or _refuse_language(request.language, named, wanted, rules, names)
        or _refuse_files(request, names)
    )
    if refusal or named is None:
        return Denied(reason=refusal or texts.NO_LANGUAGES)
    if state.unfinished >= rules.running_per_member + WAITING_PER_MEMBER:
        return Denied(reason=texts.too_many_runs(state.unfinished))
    if state.wait_seconds > 0:
        return Denied(
            reason=texts.cooling_down(state.wait_seconds), retry_after_seconds=state.wait_seconds
        )
    return Allowed(
        Job(
            id=job_id,
            language=named.name,
            version=names.version(named.name, wanted) if wanted else None,
            files=request.files,
            stdin=request.stdin,
            args=request.args,
            owner=owner_key(caller),
            interactive=request.interactive,
            patience_seconds=PATIENCE_SECONDS if request.interactive else 0.0,
        )
    )


def _refuse_channel(caller: Caller, rules: Rules, names: LanguageNames) -> str | None:
    if caller.guild_id is None and not rules.direct_messages:
        return with_example(texts.NOT_DIRECTLY, names)
    places = {caller.channel_id, caller.parent_channel_id}
    if rules.channels_allowed is not None and not places & rules.channels_allowed:
        instead = caller.there(rules.channels_allowed)[:_CHANNELS_NAMED]
        if instead:
            return with_example(texts.channel_not_allowed(instead), names)
        if rules.channels_by_server:
            return _or_directly(texts.NO_CHANNEL_LEFT, rules)
        return texts.NO_CHANNEL_ALLOWED
    if places & rules.channels_blocked:
        return with_example(_or_directly(texts.CHANNEL_BLOCKED, rules), names)
    return None


def _refuse_roles(caller: Caller, rules: Rules) -> str | None:
    if rules.roles_allowed is not None and not caller.role_ids & rules.roles_allowed:
        needed = settingtexts.role_needed(caller.there(rules.roles_allowed)[:_ROLES_NAMED])
        return _or_directly(needed, rules)
    if caller.role_ids & rules.roles_blocked:
        return _or_directly(settingtexts.ROLE_BLOCKED, rules)
    return None


def _or_directly(refusal: str, rules: Rules) -> str:
    return texts.joined([refusal, texts.DIRECTLY if rules.direct_messages else ""])


def _refuse_language(
    typed: str, named: Named | None, wanted: str | None, rules: Rules, names: LanguageNames
) -> str | None:
    if named is None:
        if not names.names:
            return texts.NO_LANGUAGES
        near = tuple(n for n in names.nearest(typed) if is_allowed(n, rules, names))
        return texts.unknown_language(quote(typed), tuple(quote(n) for n in near), example(names))
    if not is_allowed(named.name, rules, names):
        allowed = allowed_languages(rules, names)[:20]
        return texts.language_blocked(named.name, allowed, names.tag(allowed[0]) if allowed else "")
    if wanted and names.version(named.name, wanted) is None:
        versions = tuple(runtime.version for runtime in names.runtimes(named.name))
        return texts.unknown_version(named.name, plain(wanted, 40), versions)
    return None


def _refuse_files(request: RunRequest, names: LanguageNames) -> str | None:
    problem = _unfit(request)
    return with_example(problem, names) if problem else None


def _unfit(request: RunRequest) -> str | None:
    if len(request.files) > FILES:
        return texts.too_many_files(len(request.files), FILES)
    paths = [file.path for file in request.files]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        return texts.name_taken(quote(twice))
    source_bytes = sum(len(file.content) for file in request.files)
    if source_bytes > SOURCE_BYTES:
        return texts.program_too_large(source_bytes, SOURCE_BYTES)
    if len(request.stdin) > STDIN_BYTES:
        return texts.input_too_large(len(request.stdin), STDIN_BYTES)
    return None


def _own_names(typed: Iterable[str], names: LanguageNames) -> set[str]:
    found = (names.find(word) for word in typed)
    return {named.name for named in found if named}
