-- What customers sent besides words. The bytes stand last: whoever asks for the rest does not read them.
CREATE TABLE files (
  session BLOB NOT NULL REFERENCES sessions (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (session, id)
) STRICT;
