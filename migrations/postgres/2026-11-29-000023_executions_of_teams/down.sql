DROP INDEX execution_space;
ALTER TABLE execution DROP COLUMN space_id;
