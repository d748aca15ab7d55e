"""Lets a Ruby program that prints nothing tell the value of its last expression, as `irb` would. Pure."""

import base64
import re

from bot.snippets.echo import ECHO_FILE

# The program is evaluated under its own name and line numbers, with the variables of the top level. A
# `return` outside methods ends it, as it ends a file.
_HEAD = (
    "->(value) {{ ::File.binwrite(::File.join(__dir__, '{file}'), value.inspect) unless value.nil? }}"
    ".call(begin; ::RubyVM.keep_script_lines = true if ::RubyVM.respond_to?(:keep_script_lines=);"
    " eval('{source}'.unpack1('m').force_encoding('UTF-8'), TOPLEVEL_BINDING, $0, 1);"
    " rescue ::LocalJumpError => error; raise unless error.reason == :return; end)\n"
)
# What a backtrace shows of the line above, after the member's own; 3.4 has other words for it.
_FRAMES = re.compile(
    rb"\tfrom [^\n:]+:1:in [`'](?:Kernel#)?eval'\n\tfrom [^\n:]+:1:in [`']<main>'\n"
)
_FIRST_FRAME = re.compile(rb"^[^\n:]+:1:in [`'](?:Kernel#)?eval': ")
_PRINTS = re.compile(
    r"\b(?:puts|print|printf|p|pp|putc|display|syswrite|stdout|STDOUT|STDERR|stderr)\b"
)
# What works in a file alone.
_NEEDS_A_FILE = re.compile(r"^__END__$|\b(?:BEGIN|DATA)\b", re.MULTILINE)


def echo_ruby(source: str) -> str | None:
    """Return a program that runs ``source`` and tells its value; `None` if it prints, or must be a file."""
    if not source.strip() or _PRINTS.search(source) or _NEEDS_A_FILE.search(source):
        return None
    quoted = base64.b64encode(source.encode()).decode()
    return _HEAD.format(source=quoted, file=ECHO_FILE)


def without_frames(messages: bytes) -> bytes:
    """Return a backtrace without what `echo_ruby` put around the program."""
    return _FIRST_FRAME.sub(b"", _FRAMES.sub(b"", messages, count=1), count=1)
