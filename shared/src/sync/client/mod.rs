//! The client's side of sync as a pure machine: state in, commit out. Not storage and not transport: a driver loads, calls
//! one function, writes its [`Commit`] in one transaction, and sends what [`plan`] asks for.
//!
//! ```text
//! loop { match plan(state, waiting rows, now) {
//!     Spaces        => reply = GET;                        write(on_spaces(state, reply, env)),
//!     Push { .. }   => write(mark); reply = POST;          load(needed_by_push);  write(on_push(…)),
//!     Pull(request) => reply = GET;                        load(needed_by_pull);  write(on_pull(…)),
//!     Sweep { .. }  => load(documents with read < before); write(on_sweep(…)),
//!     Leave         => load(every row, all ids);           write(on_leave(…)),
//!     WaitUntil(t)  => set an alarm; stop,    Halted(_) | Idle => stop } }
//! ```
//! Load and write are one transaction; no network wait happens inside it. There is one flusher at a time.
//!
//! A machine holds one library, its own state, outbox and documents: one for the person's own, one for each team. The flusher goes round them.
//! Only the person's own asks which spaces there are; what comes back is told to all with `on_membership`.

mod backoff;
mod leave;
mod plan;
mod pull;
mod push;
mod quarantine;
mod record;
mod reoffer;
mod spaces;
mod state;
mod step;
mod work;

pub use leave::{on_leave, on_membership};
pub use plan::{POLL_EVERY, SWEEP_LIMIT, plan};
pub use pull::{needed_by_pull, on_pull};
pub use push::{needed_by_push, on_push};
pub use quarantine::{discard, discard_all, retry};
pub use record::{Edit, record};
pub use spaces::{on_spaces, on_sweep};
pub use state::{Ack, Backoff, ClientState, Local, OutboxRow, Phase, RowState};
pub use step::{Commit, Env, Failure, Loaded, Step};
pub use work::view_of;

#[cfg(test)]
mod tests;
