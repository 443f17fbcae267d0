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
