-- What was counted as of a day before the last counting, made from the logs as they stood then, and again the same when it is gone: by how much a
-- prompt has gone up or down since. `hours` are empty.
CREATE TABLE standing_before (
    span SMALLINT NOT NULL CHECK (span BETWEEN 0 AND 2),
    publication_id BYTEA NOT NULL REFERENCES publication (id) ON DELETE CASCADE,
    runs BIGINT NOT NULL,
    executors BIGINT NOT NULL,
    fresh BIGINT NOT NULL,
    up BIGINT NOT NULL,
    down BIGINT NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (span, publication_id)
);
CREATE INDEX standing_before_publication ON standing_before (publication_id);
-- Without a day before there is nothing to compare with: no place has moved until the next counting.
UPDATE standing_state SET counted_at = NULL;
