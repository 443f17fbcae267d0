-- Nothing to do: PostgreSQL checks a list without building anything. A step has the same name in both trees.
SELECT 1;
