ALTER TABLE passkey DROP COLUMN rp_id;
ALTER TABLE sign_in_attempt DROP COLUMN session_id;
