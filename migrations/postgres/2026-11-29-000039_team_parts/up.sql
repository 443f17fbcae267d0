-- Counts of a team are kept by model as well, and by prompt: its figures tell what each cost. No count that there is can be told apart
-- so: all counts are made anew, step by step, from the first execution on. Until then what is behind the cursor is read itself.
DROP TABLE rollup_team;
CREATE TABLE rollup_team (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain SMALLINT NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket BIGINT NOT NULL,
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    truncated BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    latency BYTEA NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, account_id, model)
);
CREATE INDEX rollup_team_account ON rollup_team (account_id);

CREATE TABLE rollup_team_prompt (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    grain SMALLINT NOT NULL CHECK (grain = 0 OR grain = 1),
    bucket BIGINT NOT NULL,
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    prompt_id BYTEA NOT NULL,
    completed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    truncated BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    unpriced BIGINT NOT NULL,
    latency BYTEA NOT NULL,
    PRIMARY KEY (space_id, grain, bucket, prompt_id, account_id)
);
CREATE INDEX rollup_team_prompt_account ON rollup_team_prompt (account_id);

DELETE FROM rollup_model;
DELETE FROM rollup_prompt;
DELETE FROM rollup_late;
-- A server that is in the midst of a step finds another turn, and does not take it.
UPDATE rollup_cursor SET upto = '\x00000000000000000000000000000000', teams_from = '\x00000000000000000000000000000000', turns = turns + 1;

-- What a prompt of a team was called that is no longer there: its last execution tells.
CREATE INDEX execution_team_prompt ON execution (space_id, prompt_id, id) WHERE space_id IS NOT NULL;
