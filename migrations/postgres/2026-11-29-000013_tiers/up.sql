-- The tier of a space's account, when its operator set one; else the configured one holds.
ALTER TABLE space ADD COLUMN tier TEXT CHECK (tier = 'free' OR tier = 'power' OR tier = 'team');
