-- When an account is erased that its owner wants to be gone; until then it can be kept.
ALTER TABLE account ADD COLUMN delete_at BIGINT;
