ALTER TABLE account DROP COLUMN delete_at;
