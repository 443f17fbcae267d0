DROP TABLE team_event;
DROP FUNCTION team_event_fixed();
DROP TABLE team_invitation_token;
DROP TABLE team_invitation;
ALTER TABLE space_member DROP CONSTRAINT space_member_role_check;
-- There are no admins any more; they go on writing.
UPDATE space_member SET role = 'editor' WHERE role = 'admin';
ALTER TABLE space_member ADD CONSTRAINT space_member_role_check CHECK (role IN ('owner', 'editor', 'viewer'));
