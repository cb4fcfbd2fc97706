-- News of chats on their way to webhooks: only where they stand in the journal, so that nothing is kept twice.
CREATE TABLE deliveries (
  session BLOB NOT NULL,
  hook TEXT NOT NULL,
  seq INTEGER NOT NULL,
  bot TEXT NOT NULL,
  at INTEGER NOT NULL,
  due INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (session, hook, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_due ON deliveries (bot, hook, due) WHERE dead = 0;
CREATE INDEX deliveries_dead ON deliveries (at) WHERE dead = 1;
