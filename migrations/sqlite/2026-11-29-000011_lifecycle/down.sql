DROP TRIGGER document_version_kept;
DROP TRIGGER document_version_fixed;
ALTER TABLE document_version DROP COLUMN snapshot;
ALTER TABLE document_version DROP COLUMN published_at;
ALTER TABLE document_version DROP COLUMN note;
ALTER TABLE document_version DROP COLUMN author_id;
DROP INDEX document_status;
-- What is published is not known any more, and neither is that it was.
UPDATE document SET state = json_remove(state, '$.lifecycle') WHERE state LIKE '%"lifecycle":%';
ALTER TABLE document DROP COLUMN published;
ALTER TABLE document DROP COLUMN status;
