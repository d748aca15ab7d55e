"""A stand-in for Discord on loopback: the demo of ``codecage up``, and what the tests drive the bot with."""

from bot.demo.permissions import Permission
from bot.demo.server import StandIn
from bot.demo.state import Channel, Guild, Interaction, Message, Modal, Upload, User

__all__ = [
    "Channel",
    "Guild",
    "Interaction",
    "Message",
    "Modal",
    "Permission",
    "StandIn",
    "Upload",
    "User",
]
