import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filetypes import Kind, honest_name, is_of_type, kind_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        pytest.param("plot.png", PNG, "plot.png", id="a-picture"),
        pytest.param("PLOT.PNG", PNG, "PLOT.PNG", id="in-capitals"),
        pytest.param("a.jpeg", b"\xff\xd8\xff\xe0", "a.jpeg", id="another-extension-of-it"),
        pytest.param("a.webp", b"RIFF\1\2\3\4WEBP", "a.webp", id="webp"),
        pytest.param("a.mp4", b"\0\0\0\x20ftypisom", "a.mp4", id="film"),
        pytest.param("plot", PNG, "plot.png", id="a-picture-without-an-extension"),
        pytest.param("data", b"1,2", "data", id="no-extension-no-picture"),
        pytest.param("a.csv", b"1,2", "a.csv", id="text"),
        pytest.param("a.py", b"print(1)", "a.py", id="source"),
        pytest.param("a.npy", b"\x93NUMPY", "a.npy", id="data-of-a-kind-we-do-not-know"),
        pytest.param("a.png", b"<html>", "a.png.txt", id="no-picture-but-text"),
        pytest.param("a.gif", b"\0\1\2", "a.gif.bin", id="no-picture-and-no-text"),
        pytest.param("a.png", b"", "a.png.txt", id="an-empty-picture"),
        pytest.param("a.png", b"GIF89a\1\0\1\0", "a.png.bin", id="another-picture"),
        pytest.param("png", b"PK\3\4", "png", id="a-name-like-an-extension"),
        pytest.param("png", PNG, "png.png", id="a-picture-called-like-its-extension"),
        pytest.param("a.gif", "é".encode("utf-16"), "a.gif.txt", id="text-in-utf-16"),
        pytest.param("a.xlsx", b"PK\3\4", "a.xlsx", id="a-format-within-another"),
        pytest.param("a.xlsx", b"1;2", "a.xlsx.txt", id="none-of-the-format-within-another"),
        pytest.param("a.svg", b"<svg/>", "a.svg.txt", id="a-drawing-with-scripts"),
        pytest.param("a.html", b"<script>", "a.html.txt", id="a-page"),
        pytest.param("a.png.exe", b"MZ\x90\0", "a.png.exe.bin", id="a-program-behind-a-picture"),
        pytest.param("a.txt", b"MZ\x90\0", "a.txt.bin", id="a-program-called-text"),
        pytest.param("main", b"\x7fELF\2", "main.bin", id="a-compiled-program"),
        pytest.param("a.bat", b"del *", "a.bat.txt", id="a-script-that-a-click-runs"),
        pytest.param("a.pdf", b"%PDF-1.7", "a.pdf", id="pdf"),
        pytest.param("a.zip", b"PK\3\4", "a.zip", id="archive"),
    ],
)  # fmt: skip
def test_a_name_promises_what_the_content_keeps(name: str, content: bytes, shown: str) -> None:
    assert honest_name(name, content) == shown


@given(st.text(min_size=1, max_size=20), st.binary(max_size=20))
def test_a_name_only_grows(name: str, content: bytes) -> None:
    shown = honest_name(name, content)
    assert shown.startswith(name)
    assert honest_name(shown, content) == shown or shown == name


@pytest.mark.parametrize(
    ("name", "content", "types", "fits"),
    [
        pytest.param("a.png", PNG, "png", True, id="a-picture"),
        pytest.param("a.PNG", PNG, "png csv", True, id="in-capitals"),
        pytest.param("a.csv", b"1,2", "png", False, id="another-extension"),
        pytest.param("png", b"PK\3\4", "png", False, id="a-name-is-no-extension"),
        pytest.param(".png", b"PK\3\4", "png", False, id="a-name-with-a-dot-is-no-extension"),
        pytest.param("a.csv", b"PK\3\4", "csv", False, id="an-archive-called-text"),
        pytest.param("a.csv", b"PK\3\4", "csv zip", True, id="an-archive-where-those-may-be"),
        pytest.param("a.csv", b"\xe9\0", "csv", True, id="content-that-says-nothing"),
        pytest.param("a.xlsx", b"PK\3\4", "xlsx", True, id="a-format-within-another"),
        pytest.param("a.jpeg", b"\xff\xd8\xff", "jpeg", True, id="another-extension-of-it"),
        pytest.param("main.bin", b"\x7fELF\2\1", "bin", True, id="bin-promises-nothing"),
    ],
)
def test_extension_and_content_must_both_be_wanted(
    name: str, content: bytes, types: str, fits: bool
) -> None:
    assert is_of_type(name, content, frozenset(types.split())) is fits


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"", Kind.TEXT, id="nothing"),
        pytest.param("é☃".encode(), Kind.TEXT, id="utf-8"),
        pytest.param("é".encode("utf-32"), Kind.TEXT, id="utf-32"),
        pytest.param("é".encode("latin-1"), Kind.UNKNOWN, id="latin-1"),
        pytest.param(b"a\0", Kind.UNKNOWN, id="nul"),
        pytest.param(b"\xff\xfe\0", Kind.UNKNOWN, id="half-a-character"),
        pytest.param(PNG, Kind.FORMAT, id="picture"),
        pytest.param(b"MZ is how programs begin", Kind.TEXT, id="text-that-begins-like-a-program"),
        pytest.param(b"ID3 tags, OggS and RIFF", Kind.TEXT, id="text-that-begins-like-music"),
    ],
)
def test_what_content_is(content: bytes, kind: Kind) -> None:
    assert kind_of(content) is kind
