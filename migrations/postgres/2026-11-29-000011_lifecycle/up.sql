-- Where a prompt stands, for lists: 0 draft, 1 published, 2 archived; and whether a version of it is published.
ALTER TABLE document ADD COLUMN status SMALLINT NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 2);
ALTER TABLE document ADD COLUMN published BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX document_status ON document (space_id, status) WHERE status <> 0;

-- Who wrote a version; when it was published, what is new in it, and what it holds besides title and text.
ALTER TABLE document_version ADD COLUMN author_id BYTEA;
ALTER TABLE document_version ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE document_version ADD COLUMN published_at BIGINT;
ALTER TABLE document_version ADD COLUMN snapshot TEXT;

-- A published version never changes, and goes only with its document or its space.
CREATE FUNCTION document_version_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'a published version never changes';
    END IF;
    IF EXISTS (SELECT 1 FROM space WHERE space.id = old.space_id)
        AND EXISTS (SELECT 1 FROM document d WHERE d.space_id = old.space_id AND d.id = old.doc_id AND d.shelf <> 2) THEN
        RAISE EXCEPTION 'a published version stays as long as its document';
    END IF;
    RETURN old;
END
$$;
CREATE TRIGGER document_version_fixed BEFORE UPDATE OR DELETE ON document_version
    FOR EACH ROW WHEN (old.published_at IS NOT NULL) EXECUTE FUNCTION document_version_fixed();
