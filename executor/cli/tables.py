"""Tables that can be read in a narrow terminal, too."""

from rich.table import Column, Table


def table_of(name: str, *columns: str) -> Table:
    """Return a table whose first column, the names, stays whole; the others break where they must."""
    folding = [Column(column, overflow="fold") for column in columns]
    return Table(Column(name, no_wrap=True, overflow="fold"), *folding)
