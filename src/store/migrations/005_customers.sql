-- The chat of a customer whom a website knows: one person, one chat, on whatever device.
CREATE TABLE customers (
  bot TEXT NOT NULL,
  customer TEXT NOT NULL,
  session BLOB NOT NULL REFERENCES sessions (id),
  PRIMARY KEY (bot, customer)
) STRICT, WITHOUT ROWID;
