DROP INDEX execution_team_prompt;
DROP TABLE rollup_team_prompt;
DROP TABLE rollup_team;
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
-- All is counted anew, by team as well.
DELETE FROM rollup_model;
DELETE FROM rollup_prompt;
DELETE FROM rollup_late;
UPDATE rollup_cursor SET upto = x'00000000000000000000000000000000', teams_from = x'00000000000000000000000000000000', turns = turns + 1;
