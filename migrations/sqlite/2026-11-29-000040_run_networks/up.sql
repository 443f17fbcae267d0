-- The network that a run of a copy of a public prompt was asked for from: a hash under a key that is dropped after two days, as with votes.
-- Null of every other run, and of those from before.
ALTER TABLE execution ADD COLUMN network BLOB;
ALTER TABLE run_event ADD COLUMN network BLOB;
CREATE INDEX run_event_network ON run_event (publication_id, network, at) WHERE counts = 1 AND network IS NOT NULL;
