DROP TABLE report;
DROP TABLE verdict;
