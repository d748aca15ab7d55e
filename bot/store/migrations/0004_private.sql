-- Messages outside servers, to find the private channels in which the bot answered lately.
CREATE INDEX replies_private ON replies (asked_channel_id, created_at)
    WHERE guild_id IS NULL AND asked_id IS NOT NULL;
