"""Errors the bot raises on purpose."""


class BotError(Exception):
    """Base of every error of the bot; its text is one sentence for a person."""


class LoginError(BotError):
    """Discord refused the token, or could not be reached with it."""


class StoreError(BotError):
    """What must last cannot be read or written."""


class InUseError(BotError):
    """Another bot has what only one may use."""


class OutdatedError(BotError):
    """Somebody else changed meanwhile what was to be changed."""


class RefusedError(BotError):
    """Nothing is done; the text is the sentence for who asked."""
