-- Schema 7: copies of what was sent, for a Maildir that another program reads. That a copy is owed is written by the
-- statement that records the first recipient who accepted the message, so that no kill comes between the two; no second
-- one is owed, whatever becomes of the message later.

CREATE TABLE sent_copy (
  message INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
  folder TEXT NOT NULL,                 -- as the account had it then
  state TEXT NOT NULL DEFAULT 'owed',   -- owed, failed, done
  problem TEXT NOT NULL DEFAULT ''      -- JSON
) STRICT;
-- next
CREATE INDEX sent_copy_state ON sent_copy(state, message) WHERE state <> 'done';
-- next
CREATE TRIGGER message_accepted AFTER UPDATE OF accepted ON message
WHEN old.accepted = 0 AND new.accepted > 0 BEGIN
  INSERT OR IGNORE INTO sent_copy (message, folder)
    SELECT new.id, folder FROM (SELECT CASE WHEN json_valid(settings) THEN json_extract(settings, '$.sentFolder') END
      AS folder FROM account WHERE id = new.account) WHERE folder <> '';
END;
