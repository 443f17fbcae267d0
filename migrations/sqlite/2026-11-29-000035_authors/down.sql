ALTER TABLE document_version DROP COLUMN author_name;
