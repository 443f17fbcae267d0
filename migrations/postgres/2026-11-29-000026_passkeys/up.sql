-- Passkeys (WebAuthn): the credential as its authenticator names it, its public key in COSE's form, and the counter of its signatures.
CREATE TABLE passkey (
    id BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    credential BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);
CREATE INDEX passkey_account ON passkey (account_id);

-- What an authenticator is to sign, by its hash; each is good once. With an account, it is for that account's passkeys alone.
CREATE TABLE passkey_challenge (
    hash BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA REFERENCES account (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose = 'add' OR purpose = 'enter'),
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_account ON passkey_challenge (account_id);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
