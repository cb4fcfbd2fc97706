-- Replies that are written once and used often.
CREATE TABLE canned (
  bot TEXT NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (bot, name)
) STRICT, WITHOUT ROWID;
