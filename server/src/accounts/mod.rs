//! Accounts, sessions and devices: who someone is. Not what the library holds.

mod cookies;
mod devices;
pub mod passwords;
mod session;
mod sign_in;
mod throttle;
mod tokens;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(sign_in::configure)
        .configure(session::configure)
        .configure(devices::configure);
}
