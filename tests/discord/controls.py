"""Finds the bot's buttons and menus below a message, as a person does: by what they say."""

from typing import Any

from bot.demo import Message


def controls_of(message: Message) -> dict[str, str]:
    """Return the custom id of every button by its label, and of the menu by its hint."""
    children: list[dict[str, Any]] = [
        child for row in message.components for child in row["components"]
    ]
    return {
        child.get("label") or child.get("placeholder") or "": child["custom_id"]
        for child in children
    }


def choices_of(message: Message) -> dict[str, bool]:
    """Return what the menu offers, and which of it is chosen."""
    for row in message.components:
        for child in row["components"]:
            if "options" in child:
                return {one["value"]: one.get("default", False) for one in child["options"]}
    return {}
