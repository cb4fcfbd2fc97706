-- Until when somebody is at work on a timer that is due: nobody else takes it before.
ALTER TABLE timers ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- What is erased is gone from the search's own pages too.
INSERT INTO said (said, rank) VALUES ('secure-delete', 1);
