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
