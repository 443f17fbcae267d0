-- Counts of executions of a team's prompts by hour and day and by who ran them, as the counts of models and prompts are.
CREATE TABLE rollup_team (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain SMALLINT NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket BIGINT NOT NULL,
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    truncated BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    latency BYTEA NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, account_id)
);
CREATE INDEX rollup_team_account ON rollup_team (account_id);

-- Executions of teams up to this id are in no such count: they are read themselves.
ALTER TABLE rollup_cursor ADD COLUMN teams_from BYTEA NOT NULL DEFAULT '\x';
UPDATE rollup_cursor SET teams_from = upto;
