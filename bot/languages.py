"""Finds a language by what a member typed, by a file's name, or by its code. Pure."""

import copy
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot import labels, texts
from executor import Runtime

# A guess needs the beginning only, and a regular expression over a megabyte would hold up the loop.
_GUESS_FROM = 20_000
_GUESS_LINE = 200
_LONGEST_NAME = 64
_VERSION = re.compile(r"v?(\d+(?:\.[\w.]+)?)", re.ASCII)
_NAME_AND_VERSION = re.compile(r"(.*[^\d.@:-])[@:-]?v?(\d+(?:\.\d+)*)", re.ASCII)
# What to write after the fence, and a program: the first language of these that one may use.
_EXAMPLES = {
    "python": ("py", 'print("hi")'),
    "javascript": ("js", 'console.log("hi")'),
    "bash": ("bash", "echo hi"),
    "sh": ("sh", "echo hi"),
    "java": ("java", 'System.out.println("hi");'),
    "c": ("c", 'puts("hi");'),
    "c++": ("c++", 'std::cout << "hi\\n";'),
    "csharp": ("cs", 'System.Console.WriteLine("hi");'),
    "ruby": ("rb", 'puts "hi"'),
    "go": ("go", 'fmt.Println("hi")'),
    "rust": ("rs", 'println!("hi");'),
    "php": ("php", '<?php echo "hi\\n";'),
    "perl": ("perl", 'print "hi\\n";'),
    "lua": ("lua", 'print("hi")'),
}
_SHEBANG = re.compile(r"#![ \t]*(\S+)(?:[ \t]+(.*))?")


@dataclass(frozen=True, slots=True)
class Named:
    """A language as somebody asked for it: its own name, and the version if one was given."""

    name: str
    version: str | None = None


class LanguageNames:
    """What can run here, found by any of its names. Immutable; made anew when runtimes change."""

    def __init__(self, runtimes: Sequence[Runtime]) -> None:
        self._runtimes: dict[str, list[Runtime]] = {}
        self._names: dict[str, str] = {}
        self._extensions: dict[str, str] = {}
        for runtime in runtimes:
            self._runtimes.setdefault(runtime.name, []).append(runtime)
        for name, versions in self._runtimes.items():
            self._names[name.casefold()] = name
            for runtime in versions:
                for extension in runtime.extensions:
                    self._extensions.setdefault(extension.casefold(), name)
        for runtime in runtimes:
            # A name of its own always wins over another language's alias.
            for alias in (*runtime.aliases, *(e.removeprefix(".") for e in runtime.extensions)):
                self._names.setdefault(alias.casefold(), runtime.name)
        self._hints = [
            (runtime.name, re.compile(hint, re.MULTILINE))
            for runtime in runtimes
            for hint in runtime.hints
        ]

        self._allowed: tuple[str, ...] = tuple(self._runtimes)

    def allowing(self, allowed: Sequence[str]) -> "LanguageNames":
        """Return the same languages, of which only ``allowed`` are to be offered and shown."""
        narrowed = copy.copy(self)
        narrowed._allowed = tuple(allowed)  # noqa: SLF001 - our own, before anybody has it
        return narrowed

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the own names of the languages that may be used where somebody asks."""
        return self._allowed

    @property
    def names(self) -> tuple[str, ...]:
        """Return every language's own name, in the order of the runtimes."""
        return tuple(self._runtimes)

    def find(self, typed: str) -> Named | None:
        """Return the language that ``typed`` names, such as ``C++``, ``py3`` or ``python3.12``."""
        word = typed[:_LONGEST_NAME].casefold()
        if name := self._names.get(word):
            return Named(name)
        if (match := _NAME_AND_VERSION.fullmatch(word)) and (name := self._names.get(match[1])):
            return Named(name, match[2])
        return None

    def find_line(self, line: str) -> Named | None:
        """Return the language if the whole ``line`` is ``language`` or ``language version``."""
        words = line.split()
        if len(words) == 1:
            return self.find(words[0])
        if len(words) == 2 and (name := self._names.get(words[0].casefold())):
            version = _VERSION.fullmatch(words[1])
            return Named(name, version[1]) if version else None
        return None

    def by_file_name(self, file_name: str) -> str | None:
        """Return the language whose extension ``file_name`` has."""
        return self._extensions.get(PurePosixPath(file_name).suffix.casefold())

    def guess(self, code: str) -> str | None:
        """Return the language of ``code``; `None` if nobody can tell.

        Its shebang says it, else hints: one language must fit at least twice as many as any other.
        """
        if shebang := _SHEBANG.match(code):
            return self._by_shebang(shebang[1], (shebang[2] or "").split())
        (best, most), (_, next_most) = [*self._fits(code).most_common(2), ("", 0), ("", 0)][:2]
        return best if most and most >= 2 * next_most else None

    def candidates(self, code: str) -> tuple[str, ...]:
        """Return the languages that ``code`` may be in, the likeliest first."""
        return tuple(name for name, _ in self._fits(code).most_common())

    def _fits(self, code: str) -> Counter[str]:
        """Return how many of its hints each language fits."""
        code = _gist(code)
        return Counter(name for name, hint in self._hints if hint.search(code))

    def _by_shebang(self, command: str, arguments: Iterable[str]) -> str | None:
        program = command.rpartition("/")[2]
        if program == "env":
            program = next((a for a in arguments if not a.startswith("-") and "=" not in a), "")
        found = self.find(program)
        return found.name if found else None

    def nearest(self, typed: str, most: int = 3) -> tuple[str, ...]:
        """Return the known names that look most like ``typed``, best first, each language once."""
        near = difflib.get_close_matches(
            typed.casefold()[:_LONGEST_NAME], self._names, n=most * 2, cutoff=0.6
        )
        return tuple(dict.fromkeys(self._names[name] for name in near))[:most]

    def complete(self, typed: str) -> tuple[str, ...]:
        """Return the languages that ``typed`` may be the beginning, or a part, of; best first."""
        word = typed.strip().casefold()
        known = sorted(self._names, key=lambda name: (not name.startswith(word), len(name), name))
        return tuple(dict.fromkeys(self._names[name] for name in known if word in name))

    def runtimes(self, name: str) -> Sequence[Runtime]:
        """Return the versions of a language, by its own name."""
        return self._runtimes.get(name, ())

    def version(self, name: str, wanted: str) -> str | None:
        """Return the version of ``name`` that is ``wanted`` or begins with it, such as ``3.13``."""
        versions = [runtime.version for runtime in self.runtimes(name)]
        if wanted in versions:
            return wanted
        return next((v for v in versions if v.startswith(f"{wanted}.")), None)

    def entry(self, typed: str) -> str:
        """Return what a single source file of that language is called."""
        found = self.find(typed)
        runtimes = self.runtimes(found.name) if found else ()
        if not runtimes:
            return "program.txt"
        first = runtimes[0]
        return first.entry or f"main{first.extensions[0] if first.extensions else ''}"

    def tag(self, name: str) -> str:
        """Return what to write after a fence: the shortest name with letters that finds it."""
        runtimes = self.runtimes(name)
        aliases = runtimes[0].aliases if runtimes else ()
        ours = [a for a in (name, *aliases) if self._names.get(a.casefold()) == name]
        return min((a for a in ours if len(a) > 1), key=len, default=name)


def _gist(code: str) -> str:
    """Return the beginning of ``code`` without empty lines, and of long lines the beginning.

    Hints look from every line break past all that is empty, and at one line again and again: with
    thousands of either that would take minutes.
    """
    lines = code[:_GUESS_FROM].split("\n")
    return "\n".join(line[:_GUESS_LINE].rstrip() for line in lines if line and not line.isspace())


def without_raw(words: Sequence[str]) -> tuple[list[str], bool]:
    """Return the words of a language line without a last ``raw``, and whether it was there.

    The word makes a program run as it is: nothing is put around it, nothing is echoed.
    """
    is_raw = bool(words) and words[-1].casefold() == "raw"
    return list(words[:-1] if is_raw else words), is_raw


def with_example(sentence: str, names: LanguageNames) -> str:
    """Return a refusal with a message that works, for who does not see how to mend it."""
    return f"{sentence} {labels.LIKE_THIS}\n\n{example(names)}"


def example(names: LanguageNames, invocation: str = "") -> str:
    """Return a message that works here, to be copied."""
    name = next((n for n in _EXAMPLES if n in names.allowed), "python")
    return texts.example(*_EXAMPLES[name], invocation)
