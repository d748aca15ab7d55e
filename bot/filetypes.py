"""Names for a program's files that promise no more than their content keeps. Pure.

Discord shows pictures by their extension, and a person opens a file by it: so a picture must be
one, and what a double click would run, or a browser would take for a page, is text or bytes.
"""

import re

# Their first bytes, from the formats' own definitions.
_MAGIC = {
    "png": rb"\x89PNG\r\n\x1a\n",
    "jpg": rb"\xff\xd8\xff",
    "gif": rb"GIF8[79]a",
    "webp": rb"RIFF.{4}WEBP",
    "bmp": rb"BM.{4}\0\0\0\0",
    "avif": rb".{4}ftyp(?:avif|avis)",
    "mp3": rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]",
    "ogg": rb"OggS",
    "wav": rb"RIFF.{4}WAVE",
    "flac": rb"fLaC",
    "mp4": rb".{4}ftyp",
    "webm": rb"\x1a\x45\xdf\xa3",
    "pdf": rb"%PDF-",
    "zip": rb"PK(?:\x03\x04|\x05\x06)",
    "gz": rb"\x1f\x8b",
}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "apng": "png", "oga": "ogg", "m4a": "mp4",
         "m4v": "mp4", "mov": "mp4", "mkv": "webm", "opus": "ogg"}  # fmt: skip
_PATTERNS = {name: re.compile(magic, re.DOTALL) for name, magic in _MAGIC.items()}
_PICTURES = ("png", "jpg", "gif", "webp")
_PROGRAM = re.compile(
    rb"MZ|\x7fELF|\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe|\xca\xfe\xba\xbe|L\0\0\0\x01\x14\x02\0"
)
# A browser or a double click does something with these.
_ACTIVE_EXTENSIONS = (
    "html htm xhtml shtml mhtml mht svg svgz hta exe com scr pif cpl msi msp bat cmd ps1 psm1 vb"
    " vbs vbe js jse ws wsf wsh wsc lnk url reg inf scf jar apk app dmg pkg deb rpm desktop"
    " command xll dll iso img vhd chm gadget application"
)
_ACTIVE = frozenset(_ACTIVE_EXTENSIONS.split())


def honest_name(name: str, content: bytes) -> str:
    """Return ``name``, an attachment's, with an extension that ``content`` bears out."""
    _, dot, extension = name.rpartition(".")
    extension = extension.casefold() if dot else ""
    promised = _PATTERNS.get(_SAME.get(extension, extension))
    is_program = _PROGRAM.match(content) is not None
    if promised is None and not is_program and extension not in _ACTIVE:
        return name if extension else name + _picture_extension(content)
    if promised is not None and promised.match(content):
        return name
    return f"{name}.{'txt' if is_text(content) and not is_program else 'bin'}"


def _picture_extension(content: bytes) -> str:
    found = (name for name in _PICTURES if _PATTERNS[name].match(content))
    return next((f".{name}" for name in found), "")


def is_text(content: bytes) -> bool:
    """Return whether ``content`` is UTF-8 text."""
    if b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
