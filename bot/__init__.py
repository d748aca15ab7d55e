"""Discord in, Discord out: the bot that answers with what a program printed."""
