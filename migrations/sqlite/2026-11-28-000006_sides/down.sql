DELETE FROM document_version WHERE aside;
ALTER TABLE document_version DROP COLUMN aside;
