DROP TABLE throttle;
DROP TABLE auth_code;
DROP TABLE spent_token;
DROP TABLE device;
DROP TABLE session;
DROP TABLE space_member;
DROP TABLE space;
DROP TABLE account;
