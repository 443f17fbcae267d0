//! Figures of what was run: periods, roll-ups, percentiles, comparisons, CSV, and the shapes that pages are given. Not the rows, and no clock.
//!
//! Everything counts executions that have ended, by the time at which they were asked for. Buckets are hours and days of UTC.

pub mod board;
pub mod compare;
pub mod csv;
pub mod latencies;
pub mod period;
pub mod standing;
pub mod tally;
pub mod wire;

pub use board::Board;
pub use latencies::Latencies;
pub use period::{Grain, Part, Period, Span};
pub use tally::{Fact, Tally};
