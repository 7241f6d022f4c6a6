-- Schema 2: the mechanism by which an account's server took it, so that its disappearance is noticed.

ALTER TABLE account ADD COLUMN strongest_seen TEXT NOT NULL DEFAULT '';
