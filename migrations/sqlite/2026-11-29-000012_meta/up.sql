-- Metadata that is there; the shelf is repeated, so that it is counted from the index alone. The registers are in the document's state.
CREATE TABLE document_meta (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    shelf INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    row_id INTEGER NOT NULL REFERENCES document (row_id) ON DELETE CASCADE,
    PRIMARY KEY (space_id, shelf, name, value, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_meta_row ON document_meta (row_id);
-- What a server of this version left in documents before the step was taken back.
INSERT INTO document_meta (space_id, shelf, name, value, row_id)
SELECT d.space_id, d.shelf, m.key, m.value ->> '$.value', d.row_id
FROM document d, json_each(d.state, '$.meta') m
WHERE json_type(m.value, '$.value') = 'text';
