-- Where a prompt stands, for lists: 0 draft, 1 published, 2 archived; and whether a version of it is published.
ALTER TABLE document ADD COLUMN status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 2);
ALTER TABLE document ADD COLUMN published INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_status ON document (space_id, status) WHERE status <> 0;

-- Who wrote a version; when it was published, what is new in it, and what it holds besides title and text.
ALTER TABLE document_version ADD COLUMN author_id BLOB;
ALTER TABLE document_version ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE document_version ADD COLUMN published_at INTEGER;
ALTER TABLE document_version ADD COLUMN snapshot TEXT;

-- A published version never changes, and goes only with its document or its space.
CREATE TRIGGER document_version_fixed BEFORE UPDATE ON document_version WHEN old.published_at IS NOT NULL BEGIN
    SELECT raise(ABORT, 'a published version never changes');
END;
CREATE TRIGGER document_version_kept BEFORE DELETE ON document_version WHEN old.published_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM space WHERE space.id = old.space_id)
    AND EXISTS (SELECT 1 FROM document d WHERE d.space_id = old.space_id AND d.id = old.doc_id AND d.shelf <> 2)
BEGIN
    SELECT raise(ABORT, 'a published version stays as long as its document');
END;
