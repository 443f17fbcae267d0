DROP TABLE sign_in_pending;
DROP TABLE recovery_code;
DROP TABLE totp;
