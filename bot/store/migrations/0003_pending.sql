-- Replies that do not show their answer yet, to be mended after a restart. `token` is of use for 15 minutes.
ALTER TABLE replies ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0;

ALTER TABLE replies ADD COLUMN token TEXT NOT NULL DEFAULT '';

CREATE INDEX replies_by_pending ON replies (reply_id) WHERE is_pending = 1;
