-- The tier of a space's account, when its operator set one; else the configured one holds.
ALTER TABLE space ADD COLUMN tier TEXT CHECK (tier IN ('free', 'power', 'team'));
