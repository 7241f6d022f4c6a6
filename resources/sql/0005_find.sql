-- Schema 5: finding messages. An index over what people read, counts that need no counting, and an index for each
-- filter under which pages follow each other by id. attached: 1 where a file goes along.

ALTER TABLE message ADD COLUMN attached INTEGER NOT NULL DEFAULT 0;
-- next
UPDATE message SET attached = 1
  WHERE id IN (SELECT message FROM content WHERE pieces LIKE '%"base64":true%');
-- next
CREATE INDEX message_account_state ON message(account_name, state);
-- next
CREATE INDEX message_attached_state ON message(state) WHERE attached = 1;
-- next
CREATE INDEX message_attached_account ON message(account_name, state) WHERE attached = 1;
-- next
-- The row is the message's. marks: see core/store/findindex.h.
CREATE VIRTUAL TABLE find USING fts5(subject, sender, recipients, body, marks,
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3 4 5');
-- next
-- The words that are in the index, in their order.
CREATE VIRTUAL TABLE find_words USING fts5vocab(find, instance);
-- next
CREATE TABLE message_count (
  account_name TEXT NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (account_name, state)
) STRICT, WITHOUT ROWID;
-- next
INSERT INTO message_count SELECT account_name, state, count(*) FROM message GROUP BY account_name, state;
-- next
-- Which ids messages of an hour can have, so that a time becomes a range of ids. Bounds: deletions do not narrow them.
CREATE TABLE message_hour (
  hour INTEGER PRIMARY KEY,             -- hours since 1970
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
) STRICT;
-- next
INSERT INTO message_hour SELECT created / 3600000, min(id), max(id) FROM message GROUP BY 1;
-- next
CREATE TRIGGER message_entered AFTER INSERT ON message BEGIN
  INSERT INTO message_count VALUES (new.account_name, new.state, 1)
    ON CONFLICT (account_name, state) DO UPDATE SET number = number + 1;
  INSERT INTO message_hour VALUES (new.created / 3600000, new.id, new.id)
    ON CONFLICT (hour) DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last);
END;
-- next
CREATE TRIGGER message_moved AFTER UPDATE OF state, account_name ON message
WHEN old.state <> new.state OR old.account_name <> new.account_name BEGIN
  UPDATE message_count SET number = number - 1 WHERE account_name = old.account_name AND state = old.state;
  INSERT INTO message_count VALUES (new.account_name, new.state, 1)
    ON CONFLICT (account_name, state) DO UPDATE SET number = number + 1;
END;
-- next
CREATE TRIGGER message_left AFTER DELETE ON message BEGIN
  UPDATE message_count SET number = number - 1 WHERE account_name = old.account_name AND state = old.state;
  DELETE FROM find WHERE rowid = old.id;
END;
