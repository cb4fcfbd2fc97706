-- Before there were roles there was one account: the first, which lets all others in.
ALTER TABLE agents ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
ALTER TABLE agents ADD COLUMN seat TEXT NOT NULL DEFAULT '{}';
ALTER TABLE agents ADD COLUMN active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE logins ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logins ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE INDEX logins_by_agent ON logins (agent);
-- Links of the version before are not carried over: the server makes a new one when it starts.
DROP TABLE invites;
CREATE TABLE invites (
  token BLOB PRIMARY KEY,
  expires INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Who did what, and when.
CREATE TABLE deeds (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who INTEGER,
  name TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL
) STRICT;
