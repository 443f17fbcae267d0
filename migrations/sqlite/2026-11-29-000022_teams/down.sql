DROP TABLE team_event;
DROP TABLE team_invitation_token;
DROP TABLE team_invitation;
CREATE TABLE space_member_old (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, account_id)
) STRICT;
-- There are no admins any more; they go on writing.
INSERT INTO space_member_old
    SELECT space_id, account_id, CASE role WHEN 'admin' THEN 'editor' ELSE role END, created_at FROM space_member;
DROP TABLE space_member;
ALTER TABLE space_member_old RENAME TO space_member;
CREATE INDEX space_member_account ON space_member (account_id);
