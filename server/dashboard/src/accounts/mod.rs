//! Signing in and up, connecting a device, and what the links of mails open. Not the session itself: that is the client's.

mod connect;
pub mod fields;
mod forgot;
pub mod pace;
mod passkey;
mod providers;
mod reset;
mod second;
mod sign_in;
mod verify;

pub use connect::{Connect, ConnectDone};
pub use forgot::Forgot;
pub use passkey::PasskeyWay;
pub use reset::Reset;
pub use second::SecondStep;
pub use sign_in::SignIn;
pub use verify::{Broken, Verify, token};
