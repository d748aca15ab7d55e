"""Modules of sentences whose constants speak the language of whoever reads them."""

import types

from bot.speech.speaking import _


class Sentences(types.ModuleType):
    """A module that translates its upper-case constants each time somebody takes one from outside.

    So ``texts.STOPPED`` is written where it is said, and is right for each member; tables of
    sentences likewise. A module becomes one by ``sys.modules[__name__].__class__ = Sentences``
    (Python's data model, customizing module attribute access). Inside the module itself the
    constants are English: use ``_`` there.
    """

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        return _spoken(value) if name.isupper() else value


def _spoken(value: object) -> object:
    match value:
        case str():
            return _(value) if value else value  # the empty one is a catalogue's own head
        case tuple():
            return tuple(map(_spoken, value))
        case dict():
            return {key: _spoken(one) for key, one in value.items()}
        case _:
            return value
