-- Of a version that came with an import: who wrote it by the file, empty where the file does not say. It is a name and no account.
ALTER TABLE document_version ADD COLUMN author_name TEXT;
