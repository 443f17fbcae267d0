ALTER TABLE model_catalogue DROP COLUMN content;
