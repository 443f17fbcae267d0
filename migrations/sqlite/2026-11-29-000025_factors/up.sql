-- The secret of an account's authenticator, sealed. Not confirmed, it is being set up and asks for nothing. A code is good for one step of
-- thirty seconds, and the last step that was taken is kept: no code is taken twice.
CREATE TABLE totp (
    account_id BLOB PRIMARY KEY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    kek_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    step INTEGER NOT NULL
) STRICT;

-- Codes for who has lost the authenticator, as hashes that are keyed with its secret. A used one is gone.
CREATE TABLE recovery_code (
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT;

-- A sign-in whose first step is done, by the hash of the secret in the browser's cookie.
CREATE TABLE sign_in_pending (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    attempts INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_pending_account ON sign_in_pending (account_id);
CREATE INDEX sign_in_pending_expiry ON sign_in_pending (expires_at);
