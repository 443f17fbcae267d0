-- The catalogue whole, as its file: what the rows of `model` were made of, with how usage is read and who stands in for whom.
ALTER TABLE model_catalogue ADD COLUMN content TEXT NOT NULL DEFAULT '';
