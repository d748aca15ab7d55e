"""Runtimes as a test machine has them, for tests that need names, aliases and hints."""

from bot.languages import LanguageNames
from executor import Runtime

PYTHON = Runtime(
    name="python",
    version="3.13.5",
    aliases=("py", "py3", "python3"),
    extensions=(".py",),
    runtime="cpython",
    hints=(r"^\s*def \w+\(.*\):", r"^print\(", r"^import \w+$"),
    entry="main.py",
)
PYTHON_OLD = Runtime(
    name="python",
    version="3.9.2",
    aliases=("py", "py3", "python3"),
    extensions=(".py",),
    entry="main.py",
)
BASH = Runtime(
    name="bash",
    version="5.2.15",
    aliases=("sh", "shell"),
    extensions=(".sh",),
    hints=(r"^\s*(?:fi|done|esac)\b", r"^echo "),
    entry="main.sh",
)
C = Runtime(name="c", version="12.2.0", aliases=("gcc",), extensions=(".c", ".h"), entry="main.c")
CPP = Runtime(
    name="c++",
    version="12.2.0",
    aliases=("cpp", "cxx", "g++"),
    extensions=(".cpp", ".hpp"),
    hints=(r"#include <iostream>",),
    entry="main.cpp",
)
CSHARP = Runtime(
    name="csharp", version="6.12", aliases=("c#", "cs"), extensions=(".cs",), entry="Main.cs"
)
JAVASCRIPT = Runtime(
    name="javascript",
    version="20.19.2",
    aliases=("js", "node"),
    extensions=(".js", ".mjs"),
    hints=(r"^\s*console\.log\(", r"^\s*(?:const|let) \w+ ="),
    entry="main.js",
)

RUNTIMES = (BASH, C, CPP, CSHARP, JAVASCRIPT, PYTHON, PYTHON_OLD)
NAMES = LanguageNames(RUNTIMES)
