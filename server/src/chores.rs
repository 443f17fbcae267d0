//! Every kind of job on one screen. Not the queue, and not what the jobs do.

use crate::accounts::{leaving, mailing, pictures};
use crate::dashboards::rollup;
use crate::executions::recover;
use crate::jobs::{FORGET, Kind, PURGE};
use crate::leaderboard::recompute;
use crate::teams;

/// The kinds that this server does.
pub const KINDS: &[Kind] = &[
    PURGE,
    FORGET,
    recover::KIND,
    rollup::KIND,
    recompute::KIND,
    mailing::KIND,
    leaving::KIND,
    pictures::KIND,
    teams::mailing::KIND,
    teams::ending::KIND,
    teams::ending::SWEEP,
];
