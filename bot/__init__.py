"""Discord in, Discord out: the bot that answers with what a program printed."""

__version__ = "0.1.0"
