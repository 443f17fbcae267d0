-- Nothing to do: SQLite's entries have no marks, tags and sites are read from their own indexes. A step has the same name in both trees.
SELECT 1;
