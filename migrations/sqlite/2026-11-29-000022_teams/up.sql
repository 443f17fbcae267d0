-- A member may be an admin too: the table is made anew, as SQLite's documentation describes for a changed check.
CREATE TABLE space_member_new (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'admin' OR role = 'editor' OR role = 'viewer'),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, account_id)
) STRICT;
INSERT INTO space_member_new SELECT space_id, account_id, role, created_at FROM space_member;
DROP TABLE space_member;
ALTER TABLE space_member_new RENAME TO space_member;
CREATE INDEX space_member_account ON space_member (account_id);

-- Invitations that wait: for one address, or for whoever has the link.
CREATE TABLE team_invitation (
    id BLOB PRIMARY KEY NOT NULL,
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    email TEXT,
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'admin' OR role = 'editor' OR role = 'viewer'),
    invited_by BLOB REFERENCES account (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX team_invitation_space ON team_invitation (space_id, id);
CREATE UNIQUE INDEX team_invitation_address ON team_invitation (space_id, email) WHERE email IS NOT NULL;
CREATE INDEX team_invitation_email ON team_invitation (email) WHERE email IS NOT NULL;
CREATE INDEX team_invitation_by ON team_invitation (invited_by);
CREATE INDEX team_invitation_expiry ON team_invitation (expires_at);

-- What opens them, as hashes: a mail that had to be sent twice has two.
CREATE TABLE team_invitation_token (
    hash BLOB PRIMARY KEY NOT NULL,
    invitation_id BLOB NOT NULL REFERENCES team_invitation (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX team_invitation_token_of ON team_invitation_token (invitation_id);

-- Who did what in a team, numbered in order. Written with what was done; never changed but that an erased account is not named any more.
CREATE TABLE team_event (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    deed TEXT NOT NULL,
    actor_id BLOB REFERENCES account (id) ON DELETE SET NULL,
    subject_id BLOB REFERENCES account (id) ON DELETE SET NULL,
    email TEXT,
    role TEXT,
    role_before TEXT,
    name TEXT,
    correlation_id TEXT NOT NULL,
    PRIMARY KEY (space_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_event_actor ON team_event (actor_id, at);
CREATE INDEX team_event_subject ON team_event (subject_id);
CREATE INDEX team_event_email ON team_event (email) WHERE email IS NOT NULL;
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
