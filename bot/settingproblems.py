"""What ``/settings`` says where something cannot be done, or only another way."""

import sys

from bot.speech import N_, Sentences

TOO_LONG_FOR_A_WINDOW = N_(
    "These settings are longer than a window takes: press **Export**, change the file, and attach it"
    " to `/settings file:`."
)
TYPED_IS_KEPT = N_("What you typed is attached: change that, and attach it to `/settings file:`.")


sys.modules[__name__].__class__ = Sentences
