-- Settings, blocks, history and counts. In blocks and audits an id of 0 is everybody or everywhere.
-- The text of a document is opaque here; a version counts its changes.
CREATE TABLE settings (
    guild_id INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    version  INTEGER NOT NULL
);

CREATE TABLE audits (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    at       REAL NOT NULL,
    action   TEXT NOT NULL,
    detail   TEXT NOT NULL
);

CREATE INDEX audits_by_guild ON audits (guild_id, entry_id);

CREATE TABLE blocks (
    user_id    INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL,
    by_id      INTEGER NOT NULL,
    at         REAL NOT NULL,
    reason     TEXT NOT NULL,
    expires_at REAL,
    PRIMARY KEY (user_id, guild_id)
);

CREATE TABLE flags (
    name    TEXT PRIMARY KEY,
    content TEXT NOT NULL
);

-- `day` is days since 1970, in UTC. `request` is compressed JSON, where a server wants programs kept.
CREATE TABLE runs (
    entry_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL,
    channel_id   INTEGER NOT NULL,
    guild_id     INTEGER,
    message_id   INTEGER,
    language     TEXT NOT NULL,
    status       TEXT NOT NULL,
    wall_seconds REAL NOT NULL,
    at           REAL NOT NULL,
    day          INTEGER NOT NULL,
    request      BLOB
);

CREATE INDEX runs_by_guild ON runs (guild_id, entry_id);
CREATE INDEX runs_by_member ON runs (user_id, entry_id);
CREATE INDEX runs_by_age ON runs (at);

CREATE TABLE quotas (
    user_id  INTEGER NOT NULL,
    guild_id INTEGER,
    at       REAL NOT NULL
);

CREATE INDEX quotas_by_member ON quotas (user_id, at);
CREATE INDEX quotas_by_guild ON quotas (guild_id, at);
CREATE INDEX quotas_by_age ON quotas (at);
