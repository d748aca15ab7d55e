-- Which messages were answered lately, and nothing else about them: outlives what is erased about a member, so that
-- a start does not answer anew. Forgotten within hours.
CREATE TABLE answered (
    message_id INTEGER PRIMARY KEY,
    at         REAL NOT NULL
);

CREATE INDEX answered_by_age ON answered (at);

INSERT INTO answered (message_id, at) SELECT asked_id, created_at FROM replies WHERE asked_id IS NOT NULL;
