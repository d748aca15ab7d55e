"""The parts of a store, each over its own tables, for any `bot.store.engine.Engine`."""
