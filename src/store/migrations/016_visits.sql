-- What is measured of each visit: of a chat from where it was opened to where it was solved. Made from the journal, and again
-- whenever an entry tells more.
CREATE TABLE visits (
  session BLOB NOT NULL,
  first INTEGER NOT NULL,
  bot TEXT NOT NULL,
  began INTEGER NOT NULL,
  team TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (session, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_by_time ON visits (began);
