import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filetypes import honest_name

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
        pytest.param("a.png", b"GIF89a", "a.png.txt", id="another-picture"),
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
