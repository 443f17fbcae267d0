-- The audit log of a team tells of its library: a deed with many documents is one entry with their number.
ALTER TABLE team_event ADD COLUMN documents BIGINT;
-- A log with many entries is read by one kind of deed.
CREATE INDEX team_event_deed ON team_event (space_id, deed, number);
CREATE OR REPLACE FUNCTION team_event_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM space WHERE space.id = old.space_id) THEN
            RAISE EXCEPTION 'an entry of the audit log stays as long as its team';
        END IF;
        RETURN old;
    END IF;
    IF (new.space_id, new.number, new.at, new.deed, new.role, new.role_before, new.name, new.correlation_id, new.documents)
        IS DISTINCT FROM (old.space_id, old.number, old.at, old.deed, old.role, old.role_before, old.name, old.correlation_id, old.documents)
        OR (new.actor_id IS NOT NULL AND new.actor_id IS DISTINCT FROM old.actor_id)
        OR (new.subject_id IS NOT NULL AND new.subject_id IS DISTINCT FROM old.subject_id)
        OR (new.email IS NOT NULL AND new.email IS DISTINCT FROM old.email) THEN
        RAISE EXCEPTION 'an entry of the audit log never changes';
    END IF;
    RETURN new;
END
$$;
