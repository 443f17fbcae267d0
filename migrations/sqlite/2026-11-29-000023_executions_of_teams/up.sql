-- The team whose prompt was run; null for one's own and for texts.
ALTER TABLE execution ADD COLUMN space_id BLOB;
CREATE INDEX execution_space ON execution (space_id, id) WHERE space_id IS NOT NULL;
