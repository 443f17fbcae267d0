//! Running a prompt: neutral requests and answers, usage, money, failures, settings. Not the wire formats of providers, and no I/O.

#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod estimate;
pub mod event;
pub mod extract;
pub mod failure;
pub mod money;
pub mod price;
pub mod request;
pub mod retry;
pub mod settings;
pub mod stream;
pub mod usage;
pub mod wire;

pub use event::{Event, FinishReason, ToolCall};
pub use failure::{Failure, FailureClass};
pub use money::NanoUsd;
pub use price::{PriceSet, Prices};
pub use request::{Message, ModelRequest, Parameters, Provider, Role};
pub use settings::ExecutionSettings;
pub use usage::{Unit, Usage};
