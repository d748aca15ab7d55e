"""Modules of sentences whose constants speak the language of whoever reads them."""

import types

from bot.speech.speaking import _


class Sentences(types.ModuleType):
    """A module that translates its upper-case strings each time somebody takes one from outside.

    So ``texts.STOPPED`` is written where it is said, and is right for each member. A module becomes
    one by ``sys.modules[__name__].__class__ = Sentences`` (Python's data model, customizing module
    attribute access). Inside the module itself the constants are English: use ``_`` there.
    """

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        return _(value) if name.isupper() and isinstance(value, str) else value
