-- The audit log of a team tells of its library: a deed with many documents is one entry with their number.
ALTER TABLE team_event ADD COLUMN documents INTEGER;
-- A log with many entries is read by one kind of deed.
CREATE INDEX team_event_deed ON team_event (space_id, deed, number);
DROP TRIGGER team_event_fixed;
CREATE TRIGGER team_event_fixed BEFORE UPDATE ON team_event WHEN NOT (
    new.space_id IS old.space_id AND new.number IS old.number AND new.at IS old.at AND new.deed IS old.deed
    AND new.role IS old.role AND new.role_before IS old.role_before AND new.name IS old.name
    AND new.correlation_id IS old.correlation_id AND new.documents IS old.documents
    AND (new.actor_id IS old.actor_id OR new.actor_id IS NULL)
    AND (new.subject_id IS old.subject_id OR new.subject_id IS NULL)
    AND (new.email IS old.email OR new.email IS NULL))
BEGIN
    SELECT raise(ABORT, 'an entry of the audit log never changes');
END;
