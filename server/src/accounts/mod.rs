//! Accounts, sessions and devices: who someone is. Not what the library holds.

mod account;
mod admin;
mod belongings;
mod claim;
mod codes;
mod cookies;
mod devices;
mod ending;
mod export;
mod federated;
mod identified;
mod image;
pub mod leaving;
pub mod mailing;
mod oauth;
mod oauth_refusal;
mod passkey_door;
mod passkey_settings;
mod passkeys;
pub mod passwords;
pub mod pictures;
mod proof;
mod reset;
mod second;
mod security;
mod session;
mod sign_in;
mod throttle;
mod tokens;
mod totp;
mod ways;
mod webauthn;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(sign_in::configure)
        .configure(second::configure)
        .configure(passkey_door::configure)
        .configure(passkey_settings::configure)
        .configure(session::configure)
        .configure(account::configure)
        .configure(pictures::configure)
        .configure(security::configure)
        .configure(reset::configure)
        .configure(leaving::configure)
        .configure(export::configure)
        .configure(federated::configure)
        .configure(identified::configure)
        .configure(oauth::configure)
        .configure(admin::configure)
        .configure(devices::configure);
}
