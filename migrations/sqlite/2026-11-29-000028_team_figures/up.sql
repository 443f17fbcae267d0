-- Counts of executions of a team's prompts by hour and day and by who ran them, as the counts of models and prompts are.
CREATE TABLE rollup_team (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain INTEGER NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket INTEGER NOT NULL,
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_team_account ON rollup_team (account_id);

-- Executions of teams up to this id are in no such count: they are read themselves.
ALTER TABLE rollup_cursor ADD COLUMN teams_from BLOB NOT NULL DEFAULT x'';
UPDATE rollup_cursor SET teams_from = upto;
