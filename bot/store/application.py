"""Whose store it is: with another application's token, all servers in it would count as left and be erased."""

from bot.errors import StoreError
from bot.store.parts import FlagStore

_FLAG = "application"


async def claim(flags: FlagStore, application_id: int) -> None:
    """Make sure that a store is this application's; one that is nobody's yet becomes its own.

    Args:
        flags: of the store.
        application_id: Discord's id of the application that a token is of.

    Raises:
        StoreError: it is another application's, or cannot be read.
    """
    owner = await flags.get(_FLAG)
    if owner is None:
        await flags.put(_FLAG, str(application_id))
    elif owner != str(application_id):
        raise StoreError(
            f"The store is that of application {owner}, but the token is of {application_id}, which"
            " would erase all that is kept about the servers of the other one. Start with the"
            " token that belongs to the store, or give this application a store of its own:"
            " CODECAGE_DATA_DIR=FOLDER, or another database or schema in store.url."
        )
