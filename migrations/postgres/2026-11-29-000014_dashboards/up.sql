-- Counts of executions that have ended, by hour (`grain` 0) and day (1) of UTC in which they were asked for, and by model or prompt.
-- `bucket` counts hours or days from 1970; no prompt is empty bytes. `latency` is a histogram of those that completed.
CREATE TABLE rollup_model (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain SMALLINT NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket BIGINT NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    truncated BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    latency BYTEA NOT NULL,
    PRIMARY KEY (account_id, grain, bucket, model)
);
CREATE TABLE rollup_prompt (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain SMALLINT NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket BIGINT NOT NULL,
    prompt_id BYTEA NOT NULL,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    truncated BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    latency BYTEA NOT NULL,
    PRIMARY KEY (account_id, grain, bucket, prompt_id)
);

-- Executions that the cursor has passed before they ended: they are counted when they have.
CREATE TABLE rollup_late (
    execution_id BYTEA PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE
);

-- One row. Every execution up to this id is counted, or late. `turns` grows with each step, so that no step is done twice.
CREATE TABLE rollup_cursor (
    id SMALLINT PRIMARY KEY NOT NULL CHECK (id = 1),
    upto BYTEA NOT NULL,
    turns BIGINT NOT NULL
);
INSERT INTO rollup_cursor (id, upto, turns) VALUES (1, '\x00000000000000000000000000000000', 0);
