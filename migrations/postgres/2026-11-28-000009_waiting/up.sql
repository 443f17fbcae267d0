-- Nothing to do: PostgreSQL's entries are written with their documents. A step has the same name in both trees.
SELECT 1;
