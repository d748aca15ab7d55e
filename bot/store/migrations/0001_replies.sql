-- One row per reply of the bot. Times are seconds since 1970; code and output are compressed JSON.
CREATE TABLE replies (
    reply_id         INTEGER PRIMARY KEY,
    channel_id       INTEGER NOT NULL,
    user_id          INTEGER NOT NULL,
    guild_id         INTEGER,
    asked_id         INTEGER UNIQUE,
    asked_channel_id INTEGER,
    asked_digest     BLOB NOT NULL,
    request          BLOB,
    output           BLOB,
    created_at       REAL NOT NULL
);

CREATE INDEX replies_by_age ON replies (created_at);
