"""Lets a program that prints nothing tell the value of its last expression, as a REPL would. Pure.

The value goes into a file of the work folder, so what the program prints stays exactly what it
printed. The bot reads the file among those the program left, and shows it if nothing was printed.
"""

import ast
import json
import re
import warnings

from bot.snippets.lines import LineMap

ECHO_FILE = ".codecage-echo"

# Everything is looked up anew, for the program may have other things of these names.
_PYTHON_HEAD = (
    "(lambda value: value is None or (lambda b, o: b.exec("
    "\"with open(p, 'w', encoding='utf-8', errors='backslashreplace') as f: f.write(v)\","
    " {'v': b.repr(value), 'p': o.path.join(o.path.dirname(o.path.abspath(__file__)), '{file}')}))"
    "(__import__('builtins'), __import__('os')))(("
).replace("{file}", ECHO_FILE)

# A script's completion value is the language's own notion of what it evaluates to. What is no
# script, such as one with a `return` outside functions, runs as the module that it is.
_JAVASCRIPT_HEAD = (
    "(() => {{ const source = {source}; const vm = require('vm'); let script;"
    " try {{ script = new vm.Script(source, {{ filename: __filename }}); }}"
    " catch {{ return module._compile(source, __filename); }}"
    " Object.assign(globalThis, {{ require, module, exports, __filename, __dirname }});"
    " const value = script.runInThisContext();"
    " if (value !== undefined && !(value instanceof Promise))"
    " require('fs').writeFileSync(__dirname + '/{file}', require('util').inspect(value)); }})();\n"
)
# What a stack trace shows of the lines above, after the member's own.
_JAVASCRIPT_FRAMES = re.compile(
    rb"(?:    at Script\.runInThisContext \(node:vm:[\d:]+\)|    at Module\._compile \([^\n]*\))\n"
    rb"    at [^\n()]*:1:\d+\n    at Object\.<anonymous> \([^\n()]*:1:\d+\)\n"
)
_PRINTS_OR_IS_MODULE = re.compile(r"\b(?:console|stdout|stderr|import|export|await|arguments)\b")


def echo_python(source: str) -> tuple[str, LineMap] | None:
    """Return ``source`` so that it tells its last expression; `None` if it does not end in one."""
    last = _last_expression(source)
    if last is None:
        return None
    data = source.encode()
    lines = data.splitlines(keepends=True)
    first, final = last.lineno, last.end_lineno or last.lineno
    start = sum(map(len, lines[: first - 1])) + last.col_offset
    end = sum(map(len, lines[: final - 1])) + (last.end_col_offset or 0)
    shares_line = bool(data[:start].rpartition(b"\n")[2].strip())
    parts = [
        data[:start],
        b"\n" * shares_line + _PYTHON_HEAD.encode() + b"\n",
        b" " * last.col_offset + data[start:end],
        b"\n))" + data[end:],
    ]
    text = b"".join(parts).decode()
    if _parsed(text) is None:
        return None
    numbers = (*range(1, first), *[first] * (1 + shares_line), *range(first, final + 1))
    return text, LineMap((*numbers, *range(final, len(lines) + 1)))


def _last_expression(source: str) -> ast.expr | None:
    tree = None if "\r" in source else _parsed(source)
    last = tree.body[-1] if tree and tree.body else None
    if not isinstance(last, ast.Expr) or isinstance(
        last.value, ast.Await | ast.Yield | ast.YieldFrom
    ):
        return None
    if isinstance(last.value, ast.Call) and isinstance(last.value.func, ast.Name):
        # The usual ends of a program; they return nothing.
        return None if last.value.func.id in {"print", "exit", "quit"} else last.value
    is_dots = isinstance(last.value, ast.Constant) and last.value.value in {..., None}
    return None if is_dots else last.value


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # Python itself will say it better, or is newer than this one


def echo_javascript(source: str) -> str | None:
    """Return a program that runs ``source`` and tells its value; `None` if it prints, or is a module."""
    if _PRINTS_OR_IS_MODULE.search(source) or not source.strip():
        return None
    # What JSON calls a string, JavaScript does, too.
    return _JAVASCRIPT_HEAD.format(source=json.dumps(source), file=ECHO_FILE)


def without_frames(messages: bytes) -> bytes:
    """Return a stack trace without what `echo_javascript` put around the program."""
    return _JAVASCRIPT_FRAMES.sub(b"", messages, count=1)
