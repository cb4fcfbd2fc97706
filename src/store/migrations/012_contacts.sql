-- Customers over all their chats, each by the name under which a website knows and signs them. An erased one keeps its number and
-- nothing else.
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bot TEXT NOT NULL,
  known_as TEXT,
  fields TEXT NOT NULL,
  tags TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  erased INTEGER,
  UNIQUE (bot, known_as)
) STRICT;
CREATE INDEX contacts_by_time ON contacts (seen DESC, id DESC) WHERE erased IS NULL;

CREATE TABLE contact_chats (
  contact INTEGER NOT NULL REFERENCES contacts (id),
  session BLOB NOT NULL,
  PRIMARY KEY (contact, session)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX contact_of_chat ON contact_chats (session);

CREATE TABLE contact_notes (
  id INTEGER PRIMARY KEY,
  contact INTEGER NOT NULL REFERENCES contacts (id),
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX contact_notes_by_contact ON contact_notes (contact, id);

CREATE VIRTUAL TABLE contact_words USING fts5 (
  text, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
INSERT INTO contact_words (contact_words, rank) VALUES ('secure-delete', 1);

-- Chats that are over, by their last word: what the rules of `keep` look at.
CREATE INDEX sessions_by_last_word ON sessions (bot, updated) WHERE state IN ('resolved', 'bot');

-- Customers whose chats there were before. What was signed of them is told in the journal.
INSERT INTO contacts (bot, known_as, fields, tags, created, seen)
  SELECT c.bot, c.customer, '{}', '[]', s.created, s.updated FROM customers c JOIN sessions s ON s.id = c.session;
INSERT INTO contact_chats (contact, session)
  SELECT k.id, c.session FROM customers c JOIN contacts k ON k.bot = c.bot AND k.known_as = c.customer;
UPDATE contacts SET fields = coalesce((
  SELECT json_group_object(name, json(value)) FROM (
    SELECT f.key AS name, CASE f.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
        WHEN 'object' THEN f.value WHEN 'array' THEN f.value ELSE json_quote(f.value) END AS value, max(json_extract(e.value, '$.seq')) FROM contact_chats l
      JOIN turns t ON t.session = l.session, json_each(t.body) e, json_each(e.value, '$.customer') f
    WHERE l.contact = contacts.id AND json_valid(t.body) AND json_extract(e.value, '$.kind') IN ('opened', 'identified')
      AND f.key NOT IN ('id', 'consent')
    GROUP BY f.key)), '{}');
INSERT INTO contact_words (rowid, text)
  SELECT id, known_as || ' ' || coalesce((SELECT group_concat(value, ' ') FROM json_each(fields) WHERE type = 'text'), '') FROM contacts;
