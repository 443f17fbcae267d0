-- Metadata that is there; the shelf is repeated, so that it is counted from the index alone. The registers are in the document's state.
CREATE TABLE document_meta (
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    shelf SMALLINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    row_id BIGINT NOT NULL REFERENCES document (row_id) ON DELETE CASCADE,
    PRIMARY KEY (space_id, shelf, name, value, row_id)
);
CREATE INDEX document_meta_row ON document_meta (row_id);
-- What a server of this version left in documents before the step was taken back.
INSERT INTO document_meta (space_id, shelf, name, value, row_id)
SELECT d.space_id, d.shelf, m.key, m.value ->> 'value', d.row_id
FROM document d, json_each(d.state::json -> 'meta') m
WHERE json_typeof(m.value -> 'value') = 'string';
