"""``python -m bot`` is ``codecage``."""

from bot.cli import main

main()
