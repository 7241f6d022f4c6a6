-- Schema 4: what holds for the whole home, what an account has sent lately, and what its server taught us, so that a
-- restart begins where the last run ended (account.learned is JSON).

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL                   -- JSON
) STRICT, WITHOUT ROWID;
-- next
CREATE TABLE usage (
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  minute INTEGER NOT NULL,              -- since 1970, UTC
  last INTEGER NOT NULL,                -- when the last letter of it was taken
  messages INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  PRIMARY KEY (account, minute)
) STRICT, WITHOUT ROWID;
-- next
ALTER TABLE account ADD COLUMN backoff_failures INTEGER NOT NULL DEFAULT 0;
-- next
ALTER TABLE account ADD COLUMN backoff_until INTEGER;
-- next
ALTER TABLE account ADD COLUMN learned TEXT NOT NULL DEFAULT '';
