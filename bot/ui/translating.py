"""Commands in the languages of their users, as Discord's clients show them."""

import discord
from discord import app_commands

from bot.speech import ENGLISH, catalogue, language_of

_DESCRIPTIONS = frozenset(
    {
        app_commands.TranslationContextLocation.command_description,
        app_commands.TranslationContextLocation.group_description,
        app_commands.TranslationContextLocation.parameter_description,
    }
)


class CommandTranslator(app_commands.Translator):
    """Translates descriptions, and the names of menus. What one types stays the same everywhere."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the text in ``locale``; `None` leaves it English."""
        language = language_of(str(locale))
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        if language == ENGLISH or not (is_menu or context.location in _DESCRIPTIONS):
            return None
        translated = catalogue(language).gettext(string.message)
        return translated if translated != string.message else None
