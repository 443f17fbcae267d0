DROP INDEX execution_team_prompt;
DROP TABLE rollup_team_prompt;
DROP TABLE rollup_team;
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
-- All is counted anew, by team as well.
DELETE FROM rollup_model;
DELETE FROM rollup_prompt;
DELETE FROM rollup_late;
UPDATE rollup_cursor SET upto = '\x00000000000000000000000000000000', teams_from = '\x00000000000000000000000000000000', turns = turns + 1;
