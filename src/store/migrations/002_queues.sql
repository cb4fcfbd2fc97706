-- The place of a waiting chat among those of its team: without these two, every question for it would read all rows.
ALTER TABLE sessions ADD COLUMN team TEXT;
ALTER TABLE sessions ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET
  team = json_extract(row, '$.team'),
  rank = CASE json_extract(row, '$.priority') WHEN 'normal' THEN 1 WHEN 'high' THEN 2 WHEN 'urgent' THEN 3 ELSE 0 END;
CREATE INDEX sessions_by_queue ON sessions (state, team, rank DESC, since, id);
