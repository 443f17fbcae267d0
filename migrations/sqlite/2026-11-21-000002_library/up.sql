-- Maintained with every write, so that the numbers beside the navigation cost one row.
ALTER TABLE space ADD COLUMN prompts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN snippets INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN collections INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN trash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE space ADD COLUMN conflicts INTEGER NOT NULL DEFAULT 0;

-- `state` holds the registers; the columns before it are derived from them for lists, and stand first, so that a list never
-- reads a body. `shelf`: 0 library, 1 trash, 2 purged.
CREATE TABLE document (
    row_id INTEGER PRIMARY KEY NOT NULL,
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('prompt', 'snippet', 'collection')),
    shelf INTEGER NOT NULL CHECK (shelf IN (0, 1, 2)),
    rev INTEGER NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    tag_list TEXT NOT NULL,
    collection_id BLOB,
    favourite INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    site TEXT NOT NULL,
    uses INTEGER NOT NULL,
    fingerprint BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    body_rev INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    body_format TEXT NOT NULL DEFAULT 'text',
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_id ON document (space_id, id);
CREATE UNIQUE INDEX document_rev ON document (space_id, rev);
CREATE INDEX document_edited ON document (space_id, shelf, kind, updated_at, id);
CREATE INDEX document_created ON document (space_id, shelf, kind, created_at, id);
CREATE INDEX document_title ON document (space_id, shelf, kind, title_key, id);
CREATE INDEX document_uses ON document (space_id, shelf, kind, uses, id);
CREATE INDEX document_collection ON document (space_id, collection_id) WHERE collection_id IS NOT NULL;
CREATE INDEX document_site ON document (space_id, shelf, site) WHERE site <> '';
CREATE INDEX document_favourite ON document (space_id) WHERE favourite;
CREATE INDEX document_conflict ON document (space_id) WHERE conflict;
CREATE INDEX document_fingerprint ON document (space_id, fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX document_deleted ON document (deleted_at) WHERE deleted_at IS NOT NULL;

-- Tags that are present; the shelf is repeated, so that tags are counted from the index alone.
CREATE TABLE document_tag (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    shelf INTEGER NOT NULL,
    tag TEXT NOT NULL,
    row_id INTEGER NOT NULL REFERENCES document (row_id) ON DELETE CASCADE,
    PRIMARY KEY (space_id, shelf, tag, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_tag_row ON document_tag (row_id);

-- Texts a body had, the current one included: the bases of three-way merges, and the history a person sees.
CREATE TABLE document_version (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    doc_id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    hlc_at INTEGER NOT NULL,
    hlc_count INTEGER NOT NULL,
    hlc_node INTEGER NOT NULL,
    device_id BLOB,
    text TEXT NOT NULL,
    PRIMARY KEY (space_id, doc_id, rev)
) STRICT;

-- The stored result of each operation: a repeated push gets it again.
CREATE TABLE sync_op (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    op_id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    result TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (space_id, op_id)
) STRICT, WITHOUT ROWID;

-- Epochs that a restore from a backup ended; revisions up to `until` are the same in the present one.
CREATE TABLE space_epoch (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    epoch TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (space_id, epoch)
) STRICT;

-- Folded terms of title, texts and tags; `scope` names space, shelf and kind, so that a search never meets another space's rows.
CREATE VIRTUAL TABLE document_search USING fts5(
    terms, scope,
    content = '', contentless_delete = 1, prefix = '2', tokenize = "unicode61 remove_diacritics 0"
);
-- Merge in eights: half the writing of the default of four, for a few more segments to read.
INSERT INTO document_search (document_search, rank) VALUES ('automerge', 8);
CREATE TRIGGER document_search_forget AFTER DELETE ON document BEGIN
    DELETE FROM document_search WHERE rowid = old.row_id;
END;
