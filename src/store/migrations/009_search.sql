-- Words that were said, to be found again: those of customers and agents, notes, and what customers are called. Accents do not count.
CREATE VIRTUAL TABLE said USING fts5 (
  text, session UNINDEXED, seq UNINDEXED, at UNINDEXED, by UNINDEXED,
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
-- What was said before there was a search.
INSERT INTO said (text, session, seq, at, by)
  SELECT json_extract(e.value, '$.text'), t.session, json_extract(e.value, '$.seq'), json_extract(e.value, '$.at'),
    CASE json_extract(e.value, '$.kind') WHEN 'note' THEN 'note' ELSE json_extract(e.value, '$.from.role') END
  FROM turns t, json_each(t.body) e
  WHERE json_valid(t.body)
    AND (json_extract(e.value, '$.kind') = 'note'
      OR (json_extract(e.value, '$.kind') = 'message' AND json_extract(e.value, '$.from.role') IN ('customer', 'agent')
        AND json_extract(e.value, '$.secret') IS NULL))
    AND trim(coalesce(json_extract(e.value, '$.text'), '')) <> ''
  ORDER BY json_extract(e.value, '$.at');
