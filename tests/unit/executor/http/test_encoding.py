import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.http.encoding import LiveText, decode_content, interleaved, shown, text_bytes
from executor.models import OutputChunk, Stream


@pytest.mark.parametrize(
    ("text", "encoding", "content"),
    [
        ("aGk=", "base64", b"hi"),
        ("aGk", "base64", b"hi"),
        ("a G\nk=", "base64", b"hi"),
        ("-_8", "base64", b"\xfb\xff"),
        ("aGk=ignored", "base64", b"hi"),
        ("a", "base64", b""),
        ("", "base64", b""),
        ("6869", "hex", b"hi"),
        ("6869zz68", "hex", b"hi"),
        ("686", "hex", b"h"),
        ("FFff", "hex", b"\xff\xff"),
        ("é", "utf8", b"\xc3\xa9"),
        ("\ud800x", "utf8", "\ufffdx".encode()),
        ("😀", "utf8", "😀".encode()),
    ],
)
def test_files_are_decoded_as_forgivingly_as_by_node(
    text: str, encoding: str, content: bytes
) -> None:
    assert decode_content(text, encoding) == content


@given(st.binary())
def test_any_bytes_come_through_base64_and_hex(data: bytes) -> None:
    assert decode_content(base64.b64encode(data).decode(), "base64") == data
    assert decode_content(base64.urlsafe_b64encode(data).decode().rstrip("="), "base64") == data
    assert decode_content(data.hex(), "hex") == data


@given(st.text(alphabet=st.characters()))
def test_any_text_of_a_json_document_has_bytes(text: str) -> None:
    text_bytes(text).decode()


def test_a_character_split_at_a_cut_is_dropped_whole() -> None:
    cut = "a€".encode()[:-1]
    assert shown(cut, truncated=True) == "a"
    assert shown(cut, truncated=False) == "a\ufffd"


@given(st.text(alphabet="aé€😀"), st.text(alphabet="aé€😀"), st.randoms())
def test_however_two_streams_are_cut_into_pieces_characters_stay_whole(
    out: str, err: str, random: object
) -> None:
    pieces = [OutputChunk(Stream.STDOUT, bytes([b])) for b in out.encode()]
    pieces += [OutputChunk(Stream.STDERR, bytes([b])) for b in err.encode()]
    stdout = iter([p for p in pieces if p.stream is Stream.STDOUT])
    stderr = iter([p for p in pieces if p.stream is Stream.STDERR])
    order = [p.stream for p in pieces]
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis' own Random
    mixed = [next(stdout if stream is Stream.STDOUT else stderr) for stream in order]
    assert sorted(interleaved(mixed, truncated=False)) == sorted(out + err)


def test_what_is_left_of_a_stream_is_shown_at_its_end() -> None:
    live = LiveText()
    assert live.feed(Stream.STDOUT, b"a\xe2\x82") == "a"
    assert live.feed(Stream.STDERR, b"b") == "b"
    assert live.feed(Stream.STDOUT, b"\xac") == "€"
    assert live.feed(Stream.STDOUT, b"\xe2") == ""
    assert live.end(Stream.STDOUT) == "\ufffd"
    assert live.feed(Stream.STDOUT, b"\xac") == "\ufffd"
