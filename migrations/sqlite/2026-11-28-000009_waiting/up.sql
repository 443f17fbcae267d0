-- What documents of a batch are to be found by, as the index will have it: it waits here, and is put in later in batches of its own, at
-- the latest before the next search of its space. `replaces`: the row has an older entry in the index.
CREATE TABLE document_search_waiting (
    row_id INTEGER PRIMARY KEY NOT NULL,
    space_id BLOB NOT NULL,
    replaces INTEGER NOT NULL CHECK (replaces IN (0, 1)),
    scope TEXT NOT NULL,
    terms TEXT NOT NULL
) STRICT;
CREATE INDEX document_search_waiting_space ON document_search_waiting (space_id);
CREATE TRIGGER document_search_waiting_forget AFTER DELETE ON document BEGIN
    DELETE FROM document_search_waiting WHERE row_id = old.row_id;
END;
