"""What members can do, as discord.py's cogs: thin, objects in and plain values on."""
