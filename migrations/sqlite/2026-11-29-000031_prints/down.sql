ALTER TABLE publication DROP COLUMN print_at;
