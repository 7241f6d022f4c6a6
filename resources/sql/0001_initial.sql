-- Schema 1. Times are milliseconds since 1970 in UTC. A line of "-- next" ends a statement.

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  settings TEXT NOT NULL,               -- JSON, no secret
  is_default INTEGER NOT NULL DEFAULT 0,
  paused TEXT NOT NULL DEFAULT ''       -- JSON: why it waits for a person; empty: it does not
) STRICT;
-- next
CREATE TABLE draft (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  content TEXT NOT NULL,                -- JSON
  changed INTEGER NOT NULL
) STRICT;
-- next
CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER REFERENCES account(id) ON DELETE SET NULL,
  account_name TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients TEXT NOT NULL,             -- for lists
  recipient_count INTEGER NOT NULL,
  subject TEXT NOT NULL,
  size INTEGER NOT NULL,
  envelope TEXT NOT NULL,               -- JSON, the recipients excepted
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  next_attempt INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,  -- recipients in that state
  refused INTEGER NOT NULL DEFAULT 0,
  queue_id TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT ''       -- JSON: why it is where it is
) STRICT;
-- next
CREATE INDEX message_due ON message(next_attempt, id) WHERE state IN ('queued', 'deferred');
-- next
CREATE INDEX message_state ON message(state, id);
-- next
CREATE INDEX message_account ON message(account);
-- next
CREATE TABLE content (
  message INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
  pieces TEXT NOT NULL                  -- JSON
) STRICT;
-- next
CREATE TABLE spool_use (
  message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (message, sha256)
) STRICT, WITHOUT ROWID;
-- next
CREATE INDEX spool_use_sha256 ON spool_use(sha256);
-- next
CREATE TABLE recipient (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  field TEXT NOT NULL,                  -- to, cc, bcc
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',      -- JSON
  UNIQUE (message, position)
) STRICT;
-- next
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  committing INTEGER NOT NULL DEFAULT 0, -- 1: the final dot may have been sent
  server TEXT NOT NULL DEFAULT '',
  tls TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',       -- JSON
  transcript BLOB,                       -- zlib over JSON
  UNIQUE (message, number)
) STRICT;
-- next
CREATE INDEX attempt_open ON attempt(message) WHERE finished IS NULL;
