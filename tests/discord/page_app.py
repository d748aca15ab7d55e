"""A small bot with one of everything that the chat page shows."""

from typing import Any

import discord
from discord import app_commands

from tests.discord.standin_client import Client

HOSTILE = "<img src=x onerror=document.title='owned'> **bold** `code` \u202e"
OUTPUT = "```ansi\n\x1b[31merror\x1b[0m: \x1b[1;34mnote\x1b[0m <script>alert(1)</script>\n```"


class Window(discord.ui.Modal, title="Edit & run"):
    code: discord.ui.Label[Any] = discord.ui.Label(
        text="Code",
        description="It runs in the sandbox",
        component=discord.ui.TextInput(style=discord.TextStyle.paragraph, custom_id="code"),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.code.component, discord.ui.TextInput)
        text = f"```py\n{self.code.component.value}\n```"
        await interaction.response.send_message(text, ephemeral=True)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Run again", style=discord.ButtonStyle.primary, custom_id="again")
    async def again(
        self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]
    ) -> None:
        await interaction.response.edit_message(content="ran again")

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.send_modal(Window())

    @discord.ui.button(label="Delete", style=discord.ButtonStyle.danger, custom_id="delete")
    async def delete(
        self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]
    ) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()

    @discord.ui.select(
        custom_id="language",
        placeholder="Language",
        options=[discord.SelectOption(label=name) for name in ("python", "c")],
    )
    async def language(
        self, interaction: discord.Interaction, select: discord.ui.Select["Buttons"]
    ) -> None:
        await interaction.response.edit_message(content=f"language {select.values[0]}")


class App(Client):
    async def setup_hook(self) -> None:
        @self.tree.command(description="Run a program in the sandbox")
        @app_commands.describe(language="Which language", code="The program", stdin="Its input")
        async def run(
            interaction: discord.Interaction,
            language: str,
            code: str | None = None,
            stdin: str | None = None,
            file: discord.Attachment | None = None,
        ) -> None:
            if code is None and file is None:
                await interaction.response.send_modal(Window())
                return
            await interaction.response.defer(thinking=True)
            text = code if file is None else (await file.read()).decode()
            await interaction.edit_original_response(content=f"{language}: {text} / {stdin}")

        @run.autocomplete("language")
        async def languages(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            found = [("Python 3.13", "python"), ("C (gcc 14)", "c")]
            return [
                app_commands.Choice(name=name, value=value)
                for name, value in found
                if typed.lower() in name.lower()
            ]

        @self.tree.command(description="Show what can run")
        async def languages_list(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("python, c", ephemeral=True)

        @self.tree.context_menu(name="Run code")
        async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"ran: {message.content}", ephemeral=True)

        await self.tree.sync()

    async def answer(self, message: discord.Message) -> None:
        embed = discord.Embed(title="Python 3.13.5 finished", description=OUTPUT, colour=0x2F8A5F)
        embed.add_field(name="Hostile", value=HOSTILE)
        embed.set_footer(text="6 ms · 9 MiB · exit code 0")
        await message.reply(embed=embed, view=Buttons(timeout=None))
