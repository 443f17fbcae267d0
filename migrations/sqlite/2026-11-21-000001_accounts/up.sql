CREATE TABLE account (
    id BLOB PRIMARY KEY NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_email ON account (email);

CREATE TABLE space (
    id BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('personal', 'team')),
    name TEXT NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    purge_floor INTEGER NOT NULL DEFAULT 0,
    checksum TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE space_member (
    space_id BLOB NOT NULL REFERENCES space (id) ON DELETE CASCADE,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, account_id)
) STRICT;
CREATE INDEX space_member_account ON space_member (account_id);

CREATE TABLE session (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    access_hash BLOB NOT NULL,
    access_expires_at INTEGER NOT NULL,
    refresh_hash BLOB NOT NULL,
    refresh_expires_at INTEGER NOT NULL,
    csrf TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX session_access ON session (access_hash);
CREATE UNIQUE INDEX session_refresh ON session (refresh_hash);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE device (
    id BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    access_hash BLOB NOT NULL,
    access_expires_at INTEGER NOT NULL,
    refresh_hash BLOB NOT NULL,
    refresh_expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX device_access ON device (access_hash);
CREATE UNIQUE INDEX device_refresh ON device (refresh_hash);
CREATE INDEX device_account ON device (account_id);

-- Tokens that were exchanged for their successors: seeing one again is a reuse, or a retry after a lost answer.
CREATE TABLE spent_token (
    hash BLOB PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    family BLOB NOT NULL,
    salt BLOB NOT NULL,
    spent_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_token_family ON spent_token (family);
CREATE INDEX spent_token_expiry ON spent_token (expires_at);

CREATE TABLE auth_code (
    hash BLOB PRIMARY KEY NOT NULL,
    account_id BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    challenge TEXT NOT NULL,
    name TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    device_id BLOB,
    spent_at INTEGER
) STRICT;
CREATE INDEX auth_code_account ON auth_code (account_id);
CREATE INDEX auth_code_expiry ON auth_code (expires_at);

CREATE TABLE throttle (
    subject BLOB PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX throttle_updated ON throttle (updated_at);
