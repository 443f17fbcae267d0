-- Counts of executions that have ended, by hour (`grain` 0) and day (1) of UTC in which they were asked for, and by model or prompt.
-- `bucket` counts hours or days from 1970; no prompt is empty bytes. `latency` is a histogram of those that completed.
CREATE TABLE rollup_model (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain INTEGER NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket INTEGER NOT NULL,
    model TEXT NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (account_id, grain, bucket, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_prompt (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain INTEGER NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket INTEGER NOT NULL,
    prompt_id BLOB NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (account_id, grain, bucket, prompt_id)
) STRICT, WITHOUT ROWID;

-- Executions that the cursor has passed before they ended: they are counted when they have.
CREATE TABLE rollup_late (
    execution_id BLOB PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- One row. Every execution up to this id is counted, or late. `turns` grows with each step, so that no step is done twice.
CREATE TABLE rollup_cursor (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    upto BLOB NOT NULL,
    turns INTEGER NOT NULL
) STRICT;
INSERT INTO rollup_cursor (id, upto, turns) VALUES (1, x'00000000000000000000000000000000', 0);
