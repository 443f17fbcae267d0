-- The session from which a provider is being added: once it has ended, nothing is added.
ALTER TABLE sign_in_attempt ADD COLUMN session_id BLOB;

-- The name of the server that a passkey was made for; browsers offer it under that name alone. Empty: made before names were kept.
ALTER TABLE passkey ADD COLUMN rp_id TEXT NOT NULL DEFAULT '';
