DROP TRIGGER team_event_fixed;
DROP TRIGGER team_event_kept;
-- A server from before cannot read these entries.
DELETE FROM team_event WHERE deed IN ('published', 'archived', 'unarchived', 'trashed', 'restored', 'bulk_edited', 'imported');
DROP INDEX team_event_deed;
ALTER TABLE team_event DROP COLUMN documents;
CREATE TRIGGER team_event_fixed BEFORE UPDATE ON team_event WHEN NOT (
    new.space_id IS old.space_id AND new.number IS old.number AND new.at IS old.at AND new.deed IS old.deed
    AND new.role IS old.role AND new.role_before IS old.role_before AND new.name IS old.name
    AND new.correlation_id IS old.correlation_id
    AND (new.actor_id IS old.actor_id OR new.actor_id IS NULL)
    AND (new.subject_id IS old.subject_id OR new.subject_id IS NULL)
    AND (new.email IS old.email OR new.email IS NULL))
BEGIN
    SELECT raise(ABORT, 'an entry of the audit log never changes');
END;
CREATE TRIGGER team_event_kept BEFORE DELETE ON team_event WHEN EXISTS (SELECT 1 FROM space WHERE space.id = old.space_id)
BEGIN
    SELECT raise(ABORT, 'an entry of the audit log stays as long as its team');
END;
