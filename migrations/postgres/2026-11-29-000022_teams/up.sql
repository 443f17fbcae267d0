-- A member may be an admin too.
ALTER TABLE space_member DROP CONSTRAINT space_member_role_check;
ALTER TABLE space_member ADD CONSTRAINT space_member_role_check CHECK (role IN ('owner', 'admin', 'editor', 'viewer'));

-- Invitations that wait: for one address, or for whoever has the link.
CREATE TABLE team_invitation (
    id BYTEA PRIMARY KEY NOT NULL,
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    email TEXT,
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'admin' OR role = 'editor' OR role = 'viewer'),
    invited_by BYTEA REFERENCES account (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX team_invitation_space ON team_invitation (space_id, id);
CREATE UNIQUE INDEX team_invitation_address ON team_invitation (space_id, email) WHERE email IS NOT NULL;
CREATE INDEX team_invitation_email ON team_invitation (email) WHERE email IS NOT NULL;
CREATE INDEX team_invitation_by ON team_invitation (invited_by);
CREATE INDEX team_invitation_expiry ON team_invitation (expires_at);

-- What opens them, as hashes: a mail that had to be sent twice has two.
CREATE TABLE team_invitation_token (
    hash BYTEA PRIMARY KEY NOT NULL,
    invitation_id BYTEA NOT NULL REFERENCES team_invitation (id) ON DELETE CASCADE
);
CREATE INDEX team_invitation_token_of ON team_invitation_token (invitation_id);

-- Who did what in a team, numbered in order. Written with what was done; never changed but that an erased account is not named any more.
CREATE TABLE team_event (
    space_id BYTEA NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    deed TEXT NOT NULL,
    actor_id BYTEA REFERENCES account (id) ON DELETE SET NULL,
    subject_id BYTEA REFERENCES account (id) ON DELETE SET NULL,
    email TEXT,
    role TEXT,
    role_before TEXT,
    name TEXT,
    correlation_id TEXT NOT NULL,
    PRIMARY KEY (space_id, number)
);
CREATE INDEX team_event_actor ON team_event (actor_id, at);
CREATE INDEX team_event_subject ON team_event (subject_id);
CREATE INDEX team_event_email ON team_event (email) WHERE email IS NOT NULL;
CREATE FUNCTION team_event_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM space WHERE space.id = old.space_id) THEN
            RAISE EXCEPTION 'an entry of the audit log stays as long as its team';
        END IF;
        RETURN old;
    END IF;
    IF (new.space_id, new.number, new.at, new.deed, new.role, new.role_before, new.name, new.correlation_id)
        IS DISTINCT FROM (old.space_id, old.number, old.at, old.deed, old.role, old.role_before, old.name, old.correlation_id)
        OR (new.actor_id IS NOT NULL AND new.actor_id IS DISTINCT FROM old.actor_id)
        OR (new.subject_id IS NOT NULL AND new.subject_id IS DISTINCT FROM old.subject_id)
        OR (new.email IS NOT NULL AND new.email IS DISTINCT FROM old.email) THEN
        RAISE EXCEPTION 'an entry of the audit log never changes';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER team_event_fixed BEFORE UPDATE OR DELETE ON team_event
    FOR EACH ROW EXECUTE FUNCTION team_event_fixed();
