-- The picture of an account: one that a provider names, one of its owner's own, or none because the owner removed it, so that the provider's
-- does not come back. `source` is where a provider's was fetched.
CREATE TABLE avatar (
    account_id BYTEA PRIMARY KEY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    origin TEXT NOT NULL CHECK (origin = 'provider' OR origin = 'own' OR origin = 'none'),
    source TEXT,
    kind TEXT,
    bytes BYTEA,
    tag TEXT,
    at BIGINT NOT NULL,
    CHECK ((origin = 'none') = (bytes IS NULL) AND (bytes IS NULL) = (kind IS NULL) AND (bytes IS NULL) = (tag IS NULL))
);
