-- Schema 9: less to write for an attempt.
-- That the end of a message may have been sent is what its attempt knows, and no state of the message any longer.
-- An UPDATE OR FAIL of a message's state needs no journal of its own, which would be a copy of every page it touches
-- (core/store/statebook.cpp): its triggers have no function in them, no ON CONFLICT, and no foreign key that is checked
-- before the commit. So message_count has a row for every state of an account from its first message on, and the folder
-- of an account stands in a column, which its settings fill.

DROP TRIGGER message_entered;
-- next
DROP TRIGGER message_moved;
-- next
DROP TRIGGER message_accepted;
-- next
ALTER TABLE account ADD COLUMN sent_folder TEXT NOT NULL DEFAULT '';
-- next
UPDATE account SET sent_folder = coalesce(json_extract(settings, '$.sentFolder'), '') WHERE json_valid(settings);
-- next
CREATE TRIGGER account_entered AFTER INSERT ON account BEGIN
  UPDATE account SET sent_folder =
    CASE WHEN json_valid(settings) THEN coalesce(json_extract(settings, '$.sentFolder'), '') ELSE '' END
    WHERE id = new.id;
END;
-- next
CREATE TRIGGER account_set AFTER UPDATE OF settings ON account BEGIN
  UPDATE account SET sent_folder =
    CASE WHEN json_valid(settings) THEN coalesce(json_extract(settings, '$.sentFolder'), '') ELSE '' END
    WHERE id = new.id;
END;
-- next
CREATE TABLE sent_copy_9 (
  message INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  folder TEXT NOT NULL,                 -- as the account had it then
  state TEXT NOT NULL DEFAULT 'owed',   -- owed, failed, done
  problem TEXT NOT NULL DEFAULT ''      -- JSON
) STRICT;
-- next
INSERT INTO sent_copy_9 SELECT message, folder, state, problem FROM sent_copy;
-- next
DROP TABLE sent_copy;
-- next
ALTER TABLE sent_copy_9 RENAME TO sent_copy;
-- next
CREATE INDEX sent_copy_state ON sent_copy(state, message) WHERE state <> 'done';
-- next
UPDATE attempt SET committing = 1 WHERE finished IS NULL AND committing = 0
  AND message IN (SELECT id FROM message WHERE state = 'committing');
-- next
UPDATE message SET state = 'sending' WHERE state = 'committing';
-- next
CREATE VIEW message_states(key) AS VALUES ('undoable'), ('scheduled'), ('queued'), ('sending'), ('deferred'), ('held'),
  ('sent'), ('partly-sent'), ('failed'), ('uncertain'), ('cancelled');
-- next
INSERT OR IGNORE INTO message_count
  SELECT account_name, key, 0 FROM (SELECT DISTINCT account_name FROM message_count), message_states;
-- next
CREATE TRIGGER message_entered AFTER INSERT ON message BEGIN
  UPDATE message_count SET number = number + 1 WHERE account_name = new.account_name AND state = new.state;
  INSERT OR IGNORE INTO message_count
    SELECT new.account_name, key, key = new.state FROM message_states WHERE changes() = 0;
  UPDATE message_hour SET first = min(first, new.id), last = max(last, new.id) WHERE hour = new.created / 3600000;
  INSERT INTO message_hour SELECT new.created / 3600000, new.id, new.id WHERE changes() = 0;
END;
-- next
CREATE TRIGGER message_moved AFTER UPDATE OF state ON message
WHEN old.account_name = new.account_name AND old.state <> new.state BEGIN
  UPDATE message_count SET number = number - 1 WHERE account_name = old.account_name AND state = old.state;
  UPDATE message_count SET number = number + 1 WHERE account_name = new.account_name AND state = new.state;
END;
-- next
CREATE TRIGGER message_handed_over AFTER UPDATE OF account_name ON message
WHEN old.account_name <> new.account_name BEGIN
  UPDATE message_count SET number = number - 1 WHERE account_name = old.account_name AND state = old.state;
  UPDATE message_count SET number = number + 1 WHERE account_name = new.account_name AND state = new.state;
  INSERT OR IGNORE INTO message_count
    SELECT new.account_name, key, key = new.state FROM message_states WHERE changes() = 0;
END;
-- next
CREATE TRIGGER message_accepted AFTER UPDATE OF accepted ON message
WHEN old.accepted = 0 AND new.accepted > 0
  AND EXISTS (SELECT 1 FROM account WHERE id = new.account AND sent_folder <> '')
  AND NOT EXISTS (SELECT 1 FROM sent_copy WHERE message = new.id) BEGIN
  INSERT INTO sent_copy (message, folder) SELECT new.id, sent_folder FROM account WHERE id = new.account;
END;
