DROP INDEX run_event_network;
ALTER TABLE run_event DROP COLUMN network;
ALTER TABLE execution DROP COLUMN network;
