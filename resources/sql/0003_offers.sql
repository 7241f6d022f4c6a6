-- Schema 3: what an account's server offered when it was last signed in to, so that what it cannot take is told before
-- anything is queued.

ALTER TABLE account ADD COLUMN offers TEXT NOT NULL DEFAULT '';
