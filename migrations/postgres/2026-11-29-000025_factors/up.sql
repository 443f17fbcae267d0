-- The secret of an account's authenticator, sealed. Not confirmed, it is being set up and asks for nothing. A code is good for one step of
-- thirty seconds, and the last step that was taken is kept: no code is taken twice.
CREATE TABLE totp (
    account_id BYTEA PRIMARY KEY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    kek_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    step BIGINT NOT NULL
);

-- Codes for who has lost the authenticator, as hashes that are keyed with its secret. A used one is gone.
CREATE TABLE recovery_code (
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash BYTEA NOT NULL,
    PRIMARY KEY (account_id, hash)
);

-- A sign-in whose first step is done, by the hash of the secret in the browser's cookie.
CREATE TABLE sign_in_pending (
    hash BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    attempts BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_pending_account ON sign_in_pending (account_id);
CREATE INDEX sign_in_pending_expiry ON sign_in_pending (expires_at);
