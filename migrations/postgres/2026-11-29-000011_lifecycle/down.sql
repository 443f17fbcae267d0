DROP TRIGGER document_version_fixed ON document_version;
DROP FUNCTION document_version_fixed();
ALTER TABLE document_version DROP COLUMN snapshot;
ALTER TABLE document_version DROP COLUMN published_at;
ALTER TABLE document_version DROP COLUMN note;
ALTER TABLE document_version DROP COLUMN author_id;
DROP INDEX document_status;
-- What is published is not known any more, and neither is that it was.
UPDATE document SET state = (state::jsonb - 'lifecycle')::text WHERE state LIKE '%"lifecycle":%';
ALTER TABLE document DROP COLUMN published;
ALTER TABLE document DROP COLUMN status;
