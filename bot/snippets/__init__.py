"""Makes a program of a snippet, and gives its messages the member's own line numbers back. Pure."""

from bot.snippets.prepare import Prepared, prepare

__all__ = ["Prepared", "prepare"]
