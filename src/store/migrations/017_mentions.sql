-- Notes in which a colleague is named and that this colleague has not read yet.
CREATE TABLE mentions (
  agent INTEGER NOT NULL,
  session BLOB NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (agent, session, seq)
) STRICT, WITHOUT ROWID;
