DROP TABLE sign_in_attempt;
DROP TABLE identity;
ALTER TABLE account DROP COLUMN name;
