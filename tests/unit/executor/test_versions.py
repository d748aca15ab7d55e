import json
from pathlib import Path

import pytest

from executor.errors import ConfigError
from executor.versions import find_tool, load_catalog, packaged_languages, read_language_files

LANGUAGE = """
name: {name}
runtime: x
entry: main.x
run: {{argv: [{tool}, "{{entry}}"]}}
version: {{argv: [{tool}, -c, 'echo "tool {version}"'], pattern: 'tool (\\d\\S*)'}}
check: {{code: "", stdout: ""}}
"""


def write(folder: Path, name: str, *, tool: str = "sh", version: str = "1.2.3") -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(LANGUAGE.format(name=name, tool=tool, version=version))


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_version_is_what_the_tool_says(tmp_path: Path) -> None:
    write(tmp_path / "l", "x")
    catalog = await load_catalog(tmp_path / "l")
    assert catalog.find("x").version == "1.2.3"
    assert catalog.find("x").tools["sh"].startswith("/usr/")


@pytest.mark.parametrize(
    ("tool", "version", "reason"),
    [
        pytest.param("no-such-tool-here", "1", "not installed below /usr", id="no-tool"),
        pytest.param("sh", "unknown", "did not say its version", id="no-version"),
    ],
)
async def test_a_language_without_its_tool_is_missing(
    tmp_path: Path, tool: str, version: str, reason: str
) -> None:
    write(tmp_path / "l", "x", tool=tool, version=version)
    catalog = await load_catalog(tmp_path / "l")
    assert catalog.runtimes() == ()
    assert reason in catalog.missing[0].reason


async def test_a_second_start_asks_no_tool_again(tmp_path: Path) -> None:
    cache = tmp_path / "data/versions.json"
    write(tmp_path / "l", "x")
    await load_catalog(tmp_path / "l", cache_file=cache)
    entries = json.loads(cache.read_text())
    cache.write_text(json.dumps(dict.fromkeys(entries, "9.9")))
    catalog = await load_catalog(tmp_path / "l", cache_file=cache)
    assert catalog.find("x").version == "9.9"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="cut-short"),
        pytest.param(b"[1]", id="a-list"),
        pytest.param(b"\xff", id="not-text"),
        pytest.param(b"{}", id="empty"),
    ],
)
async def test_a_broken_cache_is_ignored_and_mended(tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "versions.json"
    cache.write_bytes(content)
    write(tmp_path / "l", "x")
    catalog = await load_catalog(tmp_path / "l", cache_file=cache)
    assert catalog.find("x").version == "1.2.3"
    assert list(json.loads(cache.read_text()).values()) == ["1.2.3"]
    assert names_in(tmp_path) == {"l", "versions.json"}


async def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    write(tmp_path / "l", "x")
    catalog = await load_catalog(tmp_path / "l", cache_file=tmp_path / "file/versions.json")
    assert catalog.find("x").version == "1.2.3"


async def test_only_the_languages_asked_for_are_loaded(tmp_path: Path) -> None:
    for name in ("x", "y"):
        write(tmp_path / "l", name)
    catalog = await load_catalog(tmp_path / "l", only={"y"})
    assert [r.name for r in catalog.runtimes()] == ["y"]


def test_a_folder_without_language_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no language files"):
        read_language_files(tmp_path)


def test_two_files_cannot_describe_one_language(tmp_path: Path) -> None:
    write(tmp_path, "x")
    (tmp_path / "z.yaml").write_text((tmp_path / "x.yaml").read_text())
    with pytest.raises(ConfigError, match="already describes x"):
        read_language_files(tmp_path)


def test_the_packaged_languages_are_there() -> None:
    assert (packaged_languages() / "python.yaml").is_file()


@pytest.fixture
def usr(tmp_path: Path) -> Path:
    executable(tmp_path / "usr/lib/jvm/bin/java")
    (tmp_path / "usr/bin").mkdir()
    (tmp_path / "etc").mkdir()
    return tmp_path / "usr"


def found(usr: Path, name: str, *, folder: str = "bin") -> str | None:
    return find_tool(name, search=[str(usr / folder)], visible=f"{usr}/")


def test_a_plain_tool_keeps_its_path(usr: Path) -> None:
    executable(usr / "bin/perl")
    assert found(usr, "perl") == str(usr / "bin/perl")


def test_a_link_inside_keeps_its_own_name(usr: Path) -> None:
    executable(usr / "bin/python3.11")
    (usr / "bin/python3").symlink_to("python3.11")
    assert found(usr, "python3") == str(usr / "bin/python3")


def test_a_link_that_leaves_is_followed_until_it_is_back(usr: Path) -> None:
    (usr / "bin/java").symlink_to(usr.parent / "etc/java")
    (usr.parent / "etc/java").symlink_to(usr / "lib/jvm/bin/java")
    assert found(usr, "java") == str(usr / "lib/jvm/bin/java")


def test_a_tool_that_lies_outside_is_not_found(usr: Path) -> None:
    executable(usr.parent / "opt/go")
    (usr / "bin/go").symlink_to(usr.parent / "opt/go")
    assert found(usr, "go") is None


@pytest.mark.parametrize("kind", ["not-executable", "a-folder", "a-broken-link", "a-circle"])
def test_what_cannot_be_started_is_not_found(usr: Path, kind: str) -> None:
    path = usr / "bin/tool"
    if kind == "not-executable":
        path.write_text("")
    elif kind == "a-folder":
        path.mkdir()
    else:
        path.symlink_to("tool" if kind == "a-circle" else "nowhere")
    assert found(usr, "tool") is None


def test_a_linked_folder_counts_as_where_it_leads(usr: Path) -> None:
    executable(usr / "bin/sh")
    (usr.parent / "bin").symlink_to("usr/bin")
    assert find_tool("sh", search=[str(usr.parent / "bin")], visible=f"{usr}/") == str(
        usr / "bin/sh"
    )
