-- Schema 6: messages that do not leave at once: those that can be taken back for some seconds, those a person has set a
-- time for, and all of an account that is held back. since: when a message's patience began, where that was not when it
-- was created.

CREATE TABLE departure (
  message INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
  planned TEXT NOT NULL,                -- JSON: the time as it was chosen; empty: it may be taken back, and then leaves
  draft TEXT NOT NULL                   -- JSON: what it was made of; empty: a finished message
) STRICT;
-- next
CREATE INDEX message_planned ON message(next_attempt, id) WHERE state IN ('scheduled', 'undoable');
-- next
ALTER TABLE message ADD COLUMN since INTEGER;
-- next
-- 1: a person holds back all that goes through it.
ALTER TABLE account ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
