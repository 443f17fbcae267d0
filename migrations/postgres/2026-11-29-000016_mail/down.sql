DROP TABLE mail_token;
ALTER TABLE account DROP COLUMN pending_email;
ALTER TABLE account DROP COLUMN email_verified_at;
