"""Option values with units."""

import click

from executor.units import parse_duration, parse_size


class SizeType(click.ParamType[int]):
    """Bytes, written as ``256MiB``."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the bytes, or end with what is wrong about them."""
        try:
            size = parse_size(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        if size == 0:
            self.fail("it must be more than zero, such as 128MiB.", param, ctx)
        return size


class SecondsType(click.ParamType[float]):
    """Seconds, written as ``3``, ``0.5`` or with a unit as ``500ms``."""

    name = "seconds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds, or end with what is wrong about them."""
        text = str(value).strip()
        try:
            seconds = parse_duration(text if text[-1:].isalpha() else f"{text}s")
        except ValueError:
            self.fail(f"{text!r} is not a time; write seconds, such as 3 or 0.5.", param, ctx)
        if seconds == 0:
            self.fail("it must be more than zero, such as 3.", param, ctx)
        return seconds
