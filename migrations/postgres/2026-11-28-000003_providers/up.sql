-- Keys to providers, sealed; without an account the operator's. A key that was removed keeps its row without what was sealed, so that
-- history can still name it. `kek_id` names the key-encryption key that it is sealed under.
CREATE TABLE provider_key (
    id BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA REFERENCES account (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    kek_id TEXT NOT NULL,
    hint TEXT NOT NULL,
    preferred BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT,
    used_at BIGINT,
    removed_at BIGINT
);
CREATE UNIQUE INDEX provider_key_name ON provider_key (account_id, provider, name) WHERE account_id IS NOT NULL AND removed_at IS NULL;
CREATE UNIQUE INDEX provider_key_preferred ON provider_key (account_id, provider) WHERE preferred AND account_id IS NOT NULL;
CREATE UNIQUE INDEX provider_key_operator ON provider_key (provider) WHERE account_id IS NULL AND removed_at IS NULL;
CREATE INDEX provider_key_account ON provider_key (account_id, id);
CREATE INDEX provider_key_kek ON provider_key (kek_id, id) WHERE removed_at IS NULL;

-- Personal access tokens. A revoked one keeps its row, so that it is known for what it was.
CREATE TABLE api_token (
    id BYTEA PRIMARY KEY NOT NULL,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);
CREATE INDEX api_token_account ON api_token (account_id, id);

-- Models as the catalogue knows them now. `facts` is the catalogue's own entry without prices; `price_revision` is the one in force.
CREATE TABLE model (
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    context BIGINT,
    max_output BIGINT,
    capabilities TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    facts TEXT NOT NULL,
    price_revision TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (provider, id)
);

-- Every price a model ever had here, numbered from 1. A row is never changed: what was charged stays explained.
CREATE TABLE model_price (
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    number BIGINT NOT NULL,
    revision TEXT NOT NULL,
    prices TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (provider, model, number)
);

-- One row: the seed that was read last, and a count that grows with every change, by which a server knows that its copy is old.
CREATE TABLE model_catalogue (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    seed TEXT NOT NULL,
    changes BIGINT NOT NULL
);
INSERT INTO model_catalogue (id, seed, changes) VALUES (1, '', 0);
