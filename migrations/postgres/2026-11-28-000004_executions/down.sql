DROP TABLE usage_day;
DROP TABLE dead_letter;
DROP TABLE execution;
DROP TABLE spending;
DROP TABLE budget;
DROP TABLE job;
