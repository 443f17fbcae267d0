ALTER TABLE rollup_cursor DROP COLUMN teams_from;
DROP TABLE rollup_team;
