-- What somebody is called, as a provider of theirs says.
ALTER TABLE account ADD COLUMN name TEXT;

-- Who somebody is elsewhere: the issuer and what it calls them for ever are the identity, the rest is shown to its owner.
CREATE TABLE identity (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT,
    name TEXT,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX identity_subject ON identity (issuer, subject);
CREATE INDEX identity_account ON identity (account_id);

-- A sign-in through a provider that is under way, by the hash of the secret in the browser's cookie. With an account, its owner adds the
-- provider to it; with an identity, the provider has answered and the account's password is still to be proven.
CREATE TABLE sign_in_attempt (
    hash BLOB PRIMARY KEY NOT NULL,
    provider TEXT NOT NULL,
    account_id BLOB REFERENCES account (id) ON DELETE CASCADE,
    identity TEXT,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_attempt_account ON sign_in_attempt (account_id);
CREATE INDEX sign_in_attempt_expiry ON sign_in_attempt (expires_at);
