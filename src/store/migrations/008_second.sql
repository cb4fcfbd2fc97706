-- Second factors.
ALTER TABLE agents ADD COLUMN second TEXT;
