DROP TABLE standing_before;
