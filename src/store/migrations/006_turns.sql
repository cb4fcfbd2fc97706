-- One row a turn instead of one row an entry: a turn is written at once, read at once, and summed as a whole. `turn` is its
-- own name, by which whoever never heard the end of a commit finds out what became of it. Entries of earlier versions are
-- carried over, each as a turn of its own.
CREATE TABLE turns (
  session BLOB NOT NULL REFERENCES sessions (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  turn BLOB NOT NULL,
  body TEXT NOT NULL,
  sum INTEGER NOT NULL,
  PRIMARY KEY (session, first)
) STRICT, WITHOUT ROWID;
INSERT INTO turns (session, first, last, turn, body, sum)
  SELECT session, seq, seq, zeroblob(16), '[' || body || ']', turn_sum(session, seq, '[' || body || ']') FROM events;
DROP TABLE events;
