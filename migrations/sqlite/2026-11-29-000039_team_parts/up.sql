-- Counts of a team are kept by model as well, and by prompt: its figures tell what each cost. No count that there is can be told apart
-- so: they are made anew, and executions up to the cursor are read themselves, as those from before there were counts by team.
DROP TABLE rollup_team;
CREATE TABLE rollup_team (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain INTEGER NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket INTEGER NOT NULL,
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, account_id, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_team_account ON rollup_team (account_id);

CREATE TABLE rollup_team_prompt (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain INTEGER NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket INTEGER NOT NULL,
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    prompt_id BLOB NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    latency BLOB NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, prompt_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_team_prompt_account ON rollup_team_prompt (account_id);

UPDATE rollup_cursor SET teams_from = upto;
