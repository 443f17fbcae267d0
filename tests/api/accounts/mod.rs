//! Accounts and sessions: signing up, in and out, refreshing, throttling.

mod refresh;
mod sessions;
mod sign_in;
mod sign_up;
mod throttle;
