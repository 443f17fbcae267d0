-- When the present address was proven to be read by the account's owner, and the address that waits to take its place.
ALTER TABLE account ADD COLUMN email_verified_at INTEGER;
ALTER TABLE account ADD COLUMN pending_email TEXT;

-- Tokens that were sent by mail, as hashes; the one who has it reads the mail of `email`. A used one is gone with all of its purpose.
CREATE TABLE mail_token (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'reset')),
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_token_account ON mail_token (account_id, purpose);
CREATE INDEX mail_token_expiry ON mail_token (expires_at);
