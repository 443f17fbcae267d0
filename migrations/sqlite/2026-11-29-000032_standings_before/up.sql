-- What was counted as of a day before the last counting, made from the logs as they stood then, and again the same when it is gone: by how much a
-- prompt has gone up or down since. `hours` are empty.
CREATE TABLE standing_before (
    span INTEGER NOT NULL CHECK (span BETWEEN 0 AND 2),
    publication_id BLOB NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    runs INTEGER NOT NULL,
    executors INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    up INTEGER NOT NULL,
    down INTEGER NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (span, publication_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX standing_before_publication ON standing_before (publication_id);
-- Without a day before there is nothing to compare with: no place has moved until the next counting.
UPDATE standing_state SET counted_at = NULL;
