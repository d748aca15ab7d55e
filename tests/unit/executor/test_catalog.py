import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.catalog import Catalog, version_fits, version_key
from executor.errors import ConfigError, UnknownLanguageError
from tests.unit.executor.languagespecs import language, missing, spec

NEW = language("3.13.5")
OLD = language("3.9.2")
CPP = language("12.2.0", name="c++", aliases=["cpp", "c++17"])
CATALOG = Catalog(
    [OLD, CPP, NEW], [missing("javac is not installed below /usr", name="java", aliases=["jdk"])]
)


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        pytest.param("python", None, NEW, id="newest-by-default"),
        pytest.param("PY", None, NEW, id="alias-in-capitals"),
        pytest.param(" py3 ", None, NEW, id="alias-that-ends-in-a-digit"),
        pytest.param("python", "3", NEW, id="major-version"),
        pytest.param("python", "3.9", OLD, id="minor-version"),
        pytest.param("python", "3.9.2", OLD, id="whole-version"),
        pytest.param("python", "3.x", NEW, id="wildcard"),
        pytest.param("python", "*", NEW, id="any"),
        pytest.param("python", "", NEW, id="empty-version"),
        pytest.param("python3.9", None, OLD, id="version-in-the-name"),
        pytest.param("python-3.9", None, OLD, id="version-after-a-dash"),
        pytest.param("python 3.9", None, OLD, id="version-after-a-space"),
        pytest.param("C++", None, CPP, id="signs-in-the-name"),
        pytest.param("c++17", None, CPP, id="alias-that-looks-like-a-version"),
    ],
)
def test_a_language_is_found(name: str, version: str | None, expected: object) -> None:
    assert CATALOG.find(name, version) is expected


@pytest.mark.parametrize(
    ("name", "version", "message", "suggestions"),
    [
        pytest.param(
            "pyhton",
            None,
            "There is no language 'pyhton' here; did you mean python?",
            ("python",),
            id="typo",
        ),
        pytest.param(
            "cobol",
            None,
            "There is no language 'cobol' here; there is c++, python.",
            (),
            id="unlike-any",
        ),
        pytest.param(
            "python",
            "2.7",
            "python 2.7 is not here; leave the version out for python 3.13.5 and 3.9.2.",
            ("python",),
            id="other-version",
        ),
        pytest.param(
            "python2",
            None,
            "python 2 is not here; leave the version out for python 3.13.5 and 3.9.2.",
            ("python",),
            id="other-version-in-the-name",
        ),
        pytest.param(
            "jdk",
            None,
            "java cannot run here: javac is not installed below /usr.",
            (),
            id="no-tool",
        ),
    ],
)
def test_what_is_not_here_is_said_with_a_way_out(
    name: str, version: str | None, message: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownLanguageError) as caught:
        CATALOG.find(name, version)
    assert str(caught.value) == message
    assert (caught.value.language, caught.value.suggestions) == (name, suggestions)


def test_an_empty_catalog_says_that_nothing_is_installed() -> None:
    with pytest.raises(UnknownLanguageError, match="none is installed"):
        Catalog([]).find("python")


@given(st.text(), st.none() | st.text())
def test_any_text_is_found_or_refused(name: str, version: str | None) -> None:
    try:
        found = CATALOG.find(name, version)
    except UnknownLanguageError:
        return
    assert found in CATALOG.languages


def test_runtimes_are_sorted_by_name_with_the_newest_first() -> None:
    assert [(r.name, r.version) for r in CATALOG.runtimes()] == [
        ("c++", "12.2.0"),
        ("python", "3.13.5"),
        ("python", "3.9.2"),
    ]
    assert all(
        r.installed and r.source == "host" and r.entry == "main.py" for r in CATALOG.runtimes()
    )


def test_a_missing_language_is_a_runtime_that_is_not_installed() -> None:
    (absent,) = [x.runtime() for x in CATALOG.missing]
    assert (absent.name, absent.version, absent.installed) == ("java", "", False)


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        pytest.param("ruby", ["rb", "py"], id="alias-of-another"),
        pytest.param("py3", [], id="name-that-is-an-alias"),
        pytest.param("ruby", ["python"], id="alias-that-is-a-name"),
    ],
)
def test_two_languages_cannot_share_a_name(name: str, aliases: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"already means (python|py3|ruby)"):
        Catalog([NEW, language(name=name, aliases=aliases)])


def test_a_missing_language_keeps_its_names() -> None:
    with pytest.raises(ConfigError, match="already means"):
        Catalog([NEW], [missing("gone", name="ruby", aliases=["py"])])


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        pytest.param("3.1", "3.11.2", False, id="parts-not-letters"),
        pytest.param("3.11.2.0", "3.11.2", False, id="longer-than-it-is"),
        pytest.param("v3", "3.11.2", True, id="leading-v"),
        pytest.param(None, "3.11.2", True, id="none-asked"),
    ],
)
def test_a_version_fits_by_its_leading_parts(wanted: str | None, version: str, fits: bool) -> None:
    assert version_fits(wanted, version) is fits


def test_versions_sort_by_number() -> None:
    versions = ["3.9.2", "3.13.0rc1", "3.11", "posix", "10"]
    assert sorted(versions, key=version_key) == ["posix", "3.9.2", "3.11", "3.13.0rc1", "10"]


def test_a_spec_knows_its_file_for_messages() -> None:
    assert str(spec(name="lua").file) == "lua.yaml"
