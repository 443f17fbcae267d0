DROP TABLE rollup_cursor;
DROP TABLE rollup_late;
DROP TABLE rollup_prompt;
DROP TABLE rollup_model;
