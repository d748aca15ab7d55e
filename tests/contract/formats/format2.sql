CREATE TABLE audits (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    at       REAL NOT NULL,
    action   TEXT NOT NULL,
    detail   TEXT NOT NULL
);

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

CREATE TABLE quotas (
    user_id  INTEGER NOT NULL,
    guild_id INTEGER,
    at       REAL NOT NULL
);

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

CREATE TABLE settings (
    guild_id INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    version  INTEGER NOT NULL
);

CREATE INDEX audits_by_guild ON audits (guild_id, entry_id);

CREATE INDEX quotas_by_age ON quotas (at);

CREATE INDEX quotas_by_guild ON quotas (guild_id, at);

CREATE INDEX quotas_by_member ON quotas (user_id, at);

CREATE INDEX replies_by_age ON replies (created_at);

CREATE INDEX runs_by_age ON runs (at);

CREATE INDEX runs_by_guild ON runs (guild_id, entry_id);

CREATE INDEX runs_by_member ON runs (user_id, entry_id);

INSERT INTO audits (guild_id, user_id, at, action, detail) VALUES (4611686018427387944, 30, 1800000000.25, 'settings.change', 'quota: 5 → 6');

INSERT INTO blocks (user_id, guild_id, by_id, at, reason, expires_at) VALUES (30, 4611686018427387944, 99, 1800000000.25, 'spam', 1800000060.25);

INSERT INTO blocks (user_id, guild_id, by_id, at, reason, expires_at) VALUES (0, 4611686018427387945, 98, 1800000000.25, 'a whole server', NULL);

INSERT INTO flags (name, content) VALUES ('maintenance', 'back at 9');

INSERT INTO quotas (user_id, guild_id, at) VALUES (30, 4611686018427387944, 1800000000.25);

INSERT INTO replies (reply_id, channel_id, user_id, guild_id, asked_id, asked_channel_id, asked_digest, request, output, created_at) VALUES (7, 20, 30, NULL, NULL, NULL, X'', NULL, NULL, 1800000001.25);

INSERT INTO replies (reply_id, channel_id, user_id, guild_id, asked_id, asked_channel_id, asked_digest, request, output, created_at) VALUES (4611686018427387904, 20, 30, 4611686018427387944, 50, 21, X'64696765737400', X'789C5D8FBB0EC2300C457FA5F28C0A08C4C0C6C463630684DCD42D9152B78A131EAAFAEFC4650136EBF85E1FB907875C47AC09D619742F986470272FB665058B7CBE5054594792C0A9870EC34D570D5ACE3F05D372200E89F650A0D06AA901B33B74051FDB7D73EBF696A730A4283DC9C48085535FF091864BA2124ACB7FF5CDD6C5B182BE1ED58059A1B6739CCD2A03DAB3C9EBD1047BD773153A21A572F5F8F8027524112A7F235122BA2FC46DF8BC089B4CE71C2EC31BF7F0584F', X'789C8BAE56CA4BCC4D55B252502A2E49C92F2DD12BA92851D251504ACECF2B49CD2B014A542B252516A79A9980D4E897E7DB2AD5D6C60200F565117B', 1800000000.25);

INSERT INTO runs (user_id, channel_id, guild_id, message_id, language, status, wall_seconds, at, day, request) VALUES (30, 20, 4611686018427387944, 60, 'python', 'ok', 0.25, 1800000000.25, 20833, X'789C5D8FBB0EC2300C457FA5F28C0A08C4C0C6C463630684DCD42D9152B78A131EAAFAEFC4650136EBF85E1FB907875C47AC09D619742F986470272FB665058B7CBE5054594792C0A9870EC34D570D5ACE3F05D372200E89F650A0D06AA901B33B74051FDB7D73EBF696A730A4283DC9C48085535FF091864BA2124ACB7FF5CDD6C5B182BE1ED58059A1B6739CCD2A03DAB3C9EBD1047BD773153A21A572F5F8F8027524112A7F235122BA2FC46DF8BC089B4CE71C2EC31BF7F0584F');

INSERT INTO settings (guild_id, document, version) VALUES (4611686018427387944, '{"limits":{"runs_per_hour":500},"members":{"welcome":"Grüß dich, it''s code"}}', 1);
