from pathlib import Path

import pytest
from pydantic import Field

from executor.configfile import (
    Duration,
    PathText,
    Section,
    Size,
    Strings,
    load_document,
    validate_section,
)
from executor.errors import ConfigError

BOMB = "l0: &l0 lol\n" + "".join(
    f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
MERGE_BOMB = "m0: &m0 {k: v}\n" + "".join(
    f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}\n" for n in range(1, 10)
)


class Inner(Section):
    wall: Duration = Field(10.0, gt=0, examples=["10s"])
    memory: Size | None = Field(None, examples=["256MiB"])


class Outer(Section):
    name: str = "x"
    running: int = 4
    folder: PathText = "."
    per_member: int = 1
    prefixes: Strings = Field((), examples=['["!run"]'])
    inner: Inner = Inner()


class Demanding(Section):
    code: str = Field(examples=["print(1)"])


def outer(data: object, environ: dict[str, str] | None = None) -> Outer:
    return validate_section(Outer, data, file="c.yaml", section="outer", environ=environ)


def complaint(data: object, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        outer(data, environ)
    return str(caught.value)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "c.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_an_empty_file_is_an_empty_document(tmp_path: Path) -> None:
    assert load_document(written(tmp_path, "# nothing yet\n")) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: 1\nb: : 2\n", "line 2: not valid YAML", id="syntax-error"),
        pytest.param("a: 1\nb: [1", "ends while a bracket or quotation", id="open-bracket"),
        pytest.param("a: 1\nb: 'x", "ends while a bracket or quotation", id="open-quote"),
        pytest.param("a:\n\t- 1\n", "line 2: not valid YAML", id="tab"),
        pytest.param("a: 1\nb: 2\na: 3\n", "line 3: .*'a' stands here twice", id="key-twice"),
        pytest.param("a: {b: 1, b: 2}\n", "line 1: .*'b' stands here twice", id="inner-key-twice"),
        pytest.param("- 1\n", "expected keys and values", id="a-list"),
        pytest.param("hello\n", "expected keys and values", id="a-word"),
        pytest.param(b"a: \xff\n", "not UTF-8", id="latin-1"),
        pytest.param(b"a: \x00\n", "not valid YAML", id="control-character"),
        pytest.param("[" * 3000, "not valid YAML", id="deeply-nested"),
        pytest.param("a: !!python/object:os.system {}\n", "not valid YAML", id="python-object"),
        pytest.param("a: 2026-13-45\n", "not valid YAML", id="impossible-date"),
        pytest.param("? [a]\n: 1\n", "not valid YAML", id="key-that-is-a-list"),
        pytest.param("a: 1\nb: !!int ''\n", "line 2: .*'' is no int", id="empty-number"),
        pytest.param("a: !!int one\n", "line 1: .*'one' is no int", id="number-in-words"),
        pytest.param("a: !!float ''\n", "line 1: .*'' is no float", id="empty-fraction"),
        pytest.param("a: !!bool maybe\n", "line 1: .*'maybe' is no bool", id="maybe"),
        pytest.param("a: !!timestamp soon\n", "'soon' is no timestamp", id="date-in-words"),
        pytest.param(f"a: 1{':59' * 200}.5\n", "is no float", id="hours-without-end"),
        pytest.param("a: 0b_\n", "'0b_' is no int", id="no-digits"),
        pytest.param(f"a: {'9' * 5000}\n", "is no int", id="5000-digits"),
        pytest.param(f"a: 0x{'f' * 5000}\n", "line 1: .*too large", id="5000-digits-in-hex"),
        pytest.param(f"? 0x{'f' * 5000}\n: 1\n", "line 1: .*too large", id="as-a-key"),
        pytest.param("a: 1\nb: !!set x\n", "line 2: .*expected a mapping", id="set-that-is-none"),
        pytest.param("a: &a [1]\nb: *a\n", "line 2: .*an alias", id="alias"),
        pytest.param("a: &a [*a]\n", "line 1: .*an alias", id="alias-of-itself"),
        pytest.param(BOMB, "line 2: .*alias", id="a-thousand-million-words"),
        pytest.param(MERGE_BOMB, "line 2: .*alias", id="a-thousand-million-merged-keys"),
    ],
)
def test_a_file_that_is_no_settings_file_says_where(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        load_document(written(tmp_path, text))
    assert str(tmp_path / "c.yaml") in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert load_document(written(tmp_path, "\ufeffa: 1\n")) == {"a": 1}


def test_a_missing_file_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_document(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            {"runing": 1}, "c.yaml: outer: unknown key 'runing'; did you mean running?", id="typo"
        ),
        pytest.param(
            {5: 1, None: 2, 1.5: 3},
            "\n".join(
                f"c.yaml: outer: unknown key '{key}'; known keys: folder, inner, name, per_member,"
                " prefixes, running."
                for key in ("5", "None", "1.5")
            ),
            id="keys-that-are-no-words",
        ),
        pytest.param(
            {"zzz": 1},
            "c.yaml: outer: unknown key 'zzz'; known keys: folder, inner, name, per_member, prefixes, running.",
            id="unlike-any",
        ),
        pytest.param(
            {"inner": {"memry": "1B"}},
            "c.yaml: outer.inner: unknown key 'memry'; did you mean memory?",
            id="inner-typo",
        ),
        pytest.param(
            {"running": "4"},
            "c.yaml: outer.running: '4' does not fit. Write for example \"running: 4\".",
            id="text-for-a-number",
        ),
        pytest.param(
            {"inner": {"wall": 10}},
            "c.yaml: outer.inner.wall: '10' has no unit; write 10s, 10ms or 10m.",
            id="no-unit",
        ),
        pytest.param(
            {"inner": {"memory": 256}},
            "c.yaml: outer.inner.memory: '256' has no unit; write 256B, 256KiB, 256MiB or 256GiB.",
            id="size-without-unit",
        ),
        pytest.param(
            {"inner": {"wall": "0s"}},
            'c.yaml: outer.inner.wall: 0.0 does not fit. Write for example "wall: 10s".',
            id="below-the-least",
        ),
        pytest.param(
            {"inner": {"wall": [1]}},
            'c.yaml: outer.inner.wall: [1] does not fit. Write for example "wall: 10s".',
            id="list-for-a-duration",
        ),
        pytest.param(
            {"inner": 3},
            "c.yaml: outer.inner: expected keys and values, found 3.",
            id="number-for-a-section",
        ),
        pytest.param(
            {"prefixes": ["a", 5]},
            'c.yaml: outer.prefixes.1: 5 does not fit. Write for example "prefixes: ["!run"]".',
            id="wrong-list-item",
        ),
        pytest.param(
            {"folder": "~nobody-of-that-name/x"},
            "c.yaml: outer.folder: '~nobody-of-that-name/x' is no path: nobody here has that name.",
            id="home-of-nobody",
        ),
        pytest.param(
            {"folder": "a\0b"}, "c.yaml: outer.folder: 'a\\x00b' is no path.", id="NUL-in-a-path"
        ),
        pytest.param(
            {"folder": "\ud800"},
            "c.yaml: outer.folder: '\\ud800' is no path: half a surrogate pair is in it.",
            id="no-unicode-in-a-path",
        ),
        pytest.param({"folder": ""}, "c.yaml: outer.folder: '' is no path.", id="no-path"),
        pytest.param([1], "c.yaml: outer: expected keys and values, found [1].", id="a-list"),
    ],
)
def test_a_wrong_setting_names_file_key_and_fix(data: object, expected: str) -> None:
    assert complaint(data) == expected


def test_every_mistake_is_reported_at_once() -> None:
    lines = complaint({"runing": 1, "name": 2, "inner": {"wall": "x"}}).splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        "outer.name",
        "outer.inner.wall",
        "outer",
    ]


def test_a_missing_key_shows_an_example() -> None:
    with pytest.raises(
        ConfigError, match=r'd: code: this key is missing. Write for example "code: p'
    ):
        validate_section(Demanding, {}, file="d", section="")


def test_an_empty_section_is_all_defaults() -> None:
    assert outer(None) == Outer()


def test_the_environment_replaces_the_file() -> None:
    section = outer(
        {"running": 1, "inner": {"memory": "1MiB"}},
        {
            "CODECAGE_OUTER_RUNNING": "7",
            "CODECAGE_OUTER_PER_MEMBER": "3",
            "CODECAGE_OUTER_NAME": "2026",
            "CODECAGE_OUTER_PREFIXES": '["!", "./run"]',
            "CODECAGE_OUTER_INNER_WALL": "500ms",
            "CODECAGE_CONFIG": "elsewhere.yaml",
            "PATH": "/bin",
        },
    )
    assert section == Outer(
        running=7,
        per_member=3,
        name="2026",
        prefixes=("!", "./run"),
        inner=Inner.model_validate({"wall": "500ms", "memory": "1MiB"}),
    )


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param(
            {"CODECAGE_OUTER_RUNNING": "many"},
            "CODECAGE_OUTER_RUNNING: 'many' does not fit. Write for example \"running: 4\".",
            id="wrong-value",
        ),
        pytest.param(
            {"CODECAGE_OUTER_PREFIXES": "[a"},
            "The environment variable CODECAGE_OUTER_PREFIXES is not valid YAML: '[a'.",
            id="broken-list",
        ),
        pytest.param(
            {"CODECAGE_OUTER_RUNNING": "!!int ''"},
            "The environment variable CODECAGE_OUTER_RUNNING is not valid YAML: \"!!int ''\".",
            id="empty-number",
        ),
        pytest.param(
            {"CODECAGE_OUTER_PREFIXES": "2026-13-45"},
            "The environment variable CODECAGE_OUTER_PREFIXES is not valid YAML: '2026-13-45'.",
            id="impossible-date",
        ),
        pytest.param(
            {"CODECAGE_OUTER_RUNING": "4"},
            "The environment variable CODECAGE_OUTER_RUNING sets nothing; "
            "did you mean CODECAGE_OUTER_RUNNING?",
            id="typo",
        ),
    ],
)
def test_a_wrong_variable_is_named(environ: dict[str, str], expected: str) -> None:
    assert complaint({}, environ) == expected
