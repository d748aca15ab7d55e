"""YAML as we take it: plain values, each said once, and one error for all that is not that."""

from collections.abc import Hashable
from enum import StrEnum
from typing import Any

import yaml

# The largest number that makes sense in a setting, a Discord id, has 63.
_MOST_BITS = 64


def parse_yaml(text: str) -> object:
    """Return what ``text`` holds.

    Raises:
        ValueError: it is not YAML as we take it; says where and why, to stand behind a file's name.
    """
    try:
        return yaml.load(text, Loader=StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        problem = error.problem or error.context or ""
        if "stream end" in problem or "end of stream" in problem:
            problem = "the text ends while a bracket or quotation mark is open"
        raise ValueError(f"{line}: not valid YAML: {problem}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        first_line = str(error).partition("\n")[0]
        raise ValueError(f": not valid YAML: {first_line}.") from error


class Fault(StrEnum):
    """What is YAML, and yet not as we take it."""

    ALIAS = "alias"
    KEY_TWICE = "key_twice"
    TOO_LARGE = "too_large"
    WRONG_KIND = "wrong_kind"


class NotTakenError(yaml.constructor.ConstructorError):
    """Something is not as we take it; for who says it in other words, what, and as it stands there.

    ``kind`` is what it should be by its tag or looks, such as ``int`` or ``timestamp``.
    """

    def __init__(
        self, problem: str, mark: yaml.Mark, fault: Fault, *, shown: str = "", kind: str = ""
    ) -> None:
        super().__init__(None, None, problem, mark)
        self.fault = fault
        self.shown = shown
        self.kind = kind


class StrictLoader(yaml.SafeLoader):
    """Safe YAML in which nothing is said twice and nothing grows; it raises `yaml.YAMLError` alone.

    Naming a key twice is an error instead of the last one winning. There are no aliases: ten lines
    of them can stand for a billion values.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read a node, unless it is an alias."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            problem = "an alias (*) cannot stand here; write the value again"
            raise NotTakenError(problem, event.start_mark, Fault.ALIAS)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401
        """Turn a node into a value; what makes no sense as its kind is an error with its line."""
        try:
            value = super().construct_object(node, deep=deep)
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
            # All these come out of the parser: for "!!int ''", "!!bool x", "2026-13-45" and more.
            kind = node.tag.rpartition(":")[2]
            shown, mark = f"{node.value!r:.40}", node.start_mark
            problem = f"{shown} is no {kind}"
            raise NotTakenError(problem, mark, Fault.WRONG_KIND, shown=shown, kind=kind) from error
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise NotTakenError("a number is too large", node.start_mark, Fault.TOO_LARGE)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Turn a node into a mapping, unless a key stands in it twice."""
        seen: set[object] = set()
        # "!!set x" comes here with a node that is none; the parser then says so.
        for key_node, _ in node.value if node.id == "mapping" else ():
            key = key_node.value
            if isinstance(key, str) and key in seen:
                shown = f"{key!r:.40}"
                problem = f"the key {shown} stands here twice"
                raise NotTakenError(problem, key_node.start_mark, Fault.KEY_TWICE, shown=shown)
            seen.add(key if isinstance(key, str) else id(key_node))
        return super().construct_mapping(node, deep=deep)
