"""A server's manager before the settings panel, as a person sees it."""

from dataclasses import dataclass
from typing import Any

from bot.demo import Interaction, Message, Modal, Upload, User
from tests.discord.bot_client import Bot


@dataclass(kw_only=True)
class Manager:
    """Somebody in #code with a panel open; everything goes by what the controls say."""

    bot: Bot
    user: User
    panel: Message

    @property
    def text(self) -> str:
        """Return what the panel says."""
        embed = self.panel.embeds[0]
        return f"{embed['title']}\n{embed['description']}"

    def control(self, label: str) -> dict[str, Any]:
        """Return the button with that label, or the menu with that hint or option."""
        controls = [one for row in self.panel.components for one in row["components"]]
        for one in controls:
            options = [option["label"] for option in one.get("options") or ()]
            if label in {one.get("label"), one.get("placeholder"), *options}:
                found: dict[str, Any] = one
                return found
        raise AssertionError(f"there is no {label!r}, only {controls}")

    async def click(self, label: str) -> Interaction:
        """Press a button."""
        control = self.control(label)
        return await self.bot.standin.click(self.user, self.panel, control["custom_id"])

    async def press(self, label: str) -> None:
        """Press a button and wait for what the panel shows then."""
        before = self.panel.revisions
        await self.click(label)
        await self.bot.standin.wait_for_edit(self.panel, lambda m: m.revisions > before)

    async def choose(self, menu: str, *labels: str) -> None:
        """Choose in a menu by what its options are called, and wait for the panel."""
        control = self.control(menu)
        values = {option["label"]: option["value"] for option in control["options"]}
        await self.pick(menu, *(values[label] for label in labels))

    async def pick(self, menu: str, *values: object) -> None:
        """Choose in a menu by values, and wait for the panel."""
        before = self.panel.revisions
        control = self.control(menu)
        chosen = [str(value) for value in values]
        await self.bot.standin.select(self.user, self.panel, control["custom_id"], chosen)
        await self.bot.standin.wait_for_edit(self.panel, lambda m: m.revisions > before)

    async def go(self, page: str) -> None:
        """Go to a page."""
        await self.choose("Go to another page", page)

    async def window(self, label: str) -> Modal:
        """Press a button that opens a window."""
        return await self.bot.standin.wait_for_modal(await self.click(label))

    async def submit(self, window: Modal, **values: str) -> Interaction:
        """Send a window; its fields go by the last part of their names."""
        fields = {one["component"]["custom_id"] for one in window.components}
        named = {field.partition(":")[0].rpartition(".")[2]: field for field in fields}
        filled = {named[name]: value for name, value in values.items()}
        return await self.bot.standin.submit_modal(self.user, window, filled)

    async def fill(self, label: str, **values: str) -> None:
        """Open a window, fill it in, send it, and wait for the panel."""
        window = await self.window(label)
        before = self.panel.revisions
        await self.submit(window, **values)
        await self.bot.standin.wait_for_edit(self.panel, lambda m: m.revisions > before)


async def open_panel(bot: Bot, user: User | None = None) -> Manager:
    """Return a manager, ben if nobody else, who has just used ``/settings``."""
    user = user or bot.ben
    used = await bot.standin.slash(user, bot.code, "settings")
    panel = await bot.standin.wait_for_response(used)
    assert panel.is_ephemeral
    return Manager(bot=bot, user=user, panel=panel)


async def import_file(bot: Bot, text: str | bytes, user: User | None = None) -> Message:
    """Use ``/settings file:`` and return what the bot says."""
    content = text.encode() if isinstance(text, str) else text
    file = Upload(filename="settings.yaml", content=content)
    user = user or bot.ben
    used = await bot.standin.slash(user, bot.code, "settings", {"file": file})
    return await bot.standin.wait_for_response(used)
