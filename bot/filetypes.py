"""Names for a program's files that promise no more than their content keeps. Pure.

Discord shows pictures by their extension, and a person opens a file by it: so a picture must be
one, and what a double click would run, or a browser would take for a page, is text or bytes.
"""

import codecs
import re
from enum import StrEnum

# Their first bytes, from the formats' own definitions; longer than they must be where fewer could begin a text.
_MAGIC = {
    "png": rb"\x89PNG\r\n\x1a\n",
    "jpg": rb"\xff\xd8\xff",
    "gif": rb"GIF8[79]a(?=.{0,6}\0)",
    "webp": rb"RIFF.{4}WEBP",
    "bmp": rb"BM.{4}\0\0\0\0",
    "avif": rb"\0.{3}ftyp(?:avif|avis)",
    "mp3": rb"ID3[\2-\4]\0|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]",
    "ogg": rb"OggS\0",
    "wav": rb"RIFF.{4}WAVE",
    "flac": rb"fLaC[\0\x80]",
    "mp4": rb"\0.{3}ftyp",
    "webm": rb"\x1a\x45\xdf\xa3",
    "pdf": rb"%PDF-",
    "zip": rb"PK(?:\x03\x04|\x05\x06)",
    "gz": rb"\x1f\x8b",
    "exe": rb"\x7fELF[\1\2][\1\2]|MZ.{58}.{2}\0\0|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe\0",
}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "apng": "png", "oga": "ogg", "m4a": "mp4",
         "m4v": "mp4", "mov": "mp4", "mkv": "webm", "opus": "ogg", "docx": "zip", "xlsx": "zip",
         "pptx": "zip", "odt": "zip", "ods": "zip", "odp": "zip", "epub": "zip", "npz": "zip",
         "tgz": "gz"}  # fmt: skip
_PATTERNS = {name: re.compile(magic, re.DOTALL) for name, magic in _MAGIC.items()}
_PICTURES = ("png", "jpg", "gif", "webp")
_ANY_KIND = "bin"  # promises nothing
_PROGRAM = re.compile(
    rb"MZ|\x7fELF|\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe|\xca\xfe\xba\xbe|L\0\0\0\x01\x14\x02\0"
)
# UTF-32's begins with that of UTF-16, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A browser or a double click does something with these.
_ACTIVE_EXTENSIONS = (
    "html htm xhtml shtml mhtml mht svg svgz hta exe com scr pif cpl msi msp bat cmd ps1 psm1 vb"
    " vbs vbe js jse ws wsf wsh wsc lnk url reg inf scf jar apk app dmg pkg deb rpm desktop"
    " command xll dll iso img vhd chm gadget application"
)
_ACTIVE = frozenset(_ACTIVE_EXTENSIONS.split())


class Kind(StrEnum):
    """What content is, as far as its bytes tell."""

    TEXT = "text"  # UTF-8, or UTF-16 or UTF-32 that says so
    FORMAT = "format"  # it begins as a picture, a film, an archive or another known format does
    UNKNOWN = "unknown"


def kind_of(content: bytes) -> Kind:
    """Return what ``content`` is: text, though it begins as a format does, such as a PDF of ASCII alone."""
    wide = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if (wide is not None or b"\0" not in content) and _decodes(content, wide or "utf-8"):
        return Kind.TEXT
    return Kind.UNKNOWN if _format_of(content) is None else Kind.FORMAT


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def honest_name(name: str, content: bytes) -> str:
    """Return ``name``, an attachment's, with an extension that ``content`` bears out."""
    extension = _extension(name)
    promised = _PATTERNS.get(_SAME.get(extension, extension))
    is_program = _PROGRAM.match(content) is not None
    if extension in _ACTIVE or is_program or (promised and not promised.match(content)):
        is_text = kind_of(content) is Kind.TEXT and not is_program
        return f"{name}.{'txt' if is_text else _ANY_KIND}"
    return name if extension else name + _picture_extension(content)


def is_of_type(name: str, content: bytes, types: frozenset[str]) -> bool:
    """Return whether a file is of one of ``types``: by its extension, and by its content if that tells.

    What promises nothing, ``bin``, may hold anything.
    """
    extension = _extension(name)
    found = _format_of(content)
    promised = _SAME.get(extension, extension)
    return extension in types and (found in (None, promised, *types) or promised == _ANY_KIND)


def _extension(name: str) -> str:
    stem, _, extension = name.rpartition(".")
    return extension.casefold() if stem else ""


def _format_of(content: bytes) -> str | None:
    """Return the extension of the format that ``content`` begins as, if it is known."""
    return next((name for name, magic in _PATTERNS.items() if magic.match(content)), None)


def _picture_extension(content: bytes) -> str:
    found = _format_of(content)
    return f".{found}" if found in _PICTURES else ""
