//! Accounts and sessions: signing up, in and out, refreshing, throttling, mails, addresses and passwords.

mod admin;
mod email;
mod export;
mod federated;
mod leaving;
mod mail;
mod name;
mod passkeys;
mod password;
mod pictures;
mod refresh;
mod second;
mod sessions;
mod sign_in;
mod sign_up;
mod throttle;
