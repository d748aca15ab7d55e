"""Reads choices and texts out of the bytes that a fuzzer makes up."""


class Recipe:
    """Bytes taken from the front; past their end there are only zeros and empty texts."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._data)

    def byte(self) -> int:
        """Take one byte."""
        return self.take(1)[0] if self._data else 0

    def take(self, length: int) -> bytes:
        """Take ``length`` bytes, or what is left."""
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def piece(self) -> bytes:
        """Take what stands before the next separator, which a fuzzer can move about by copying."""
        taken, _, self._data = self._data.partition(b"\xff\xfe")
        return taken

    def text(self) -> str:
        """Take a piece as text. Half a surrogate pair in it stays, as it does in JSON."""
        piece = self.piece()
        try:
            return piece.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return piece.decode("utf-8", "replace")
