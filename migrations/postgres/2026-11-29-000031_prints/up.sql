-- Since when a public prompt has the text, or nearly the text, that it is recognised by: of two that are alike, the elder of these was first.
ALTER TABLE publication ADD COLUMN print_at BIGINT NOT NULL DEFAULT 0;
UPDATE publication SET print_at = first_at;
