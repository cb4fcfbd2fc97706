-- What stays of an escalation beyond its chat.
CREATE TABLE tickets (
  session BLOB PRIMARY KEY REFERENCES sessions (id),
  reference TEXT NOT NULL UNIQUE,
  standing TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_not_solved ON tickets (standing) WHERE standing <> 'solved';
