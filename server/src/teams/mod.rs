//! Teams: spaces with several members, their roles, invitations, and the log of who did what. Not the library of a team, and not the table
//! of rights: that is `shared::access`. See `docs/teams.md`.

mod audit;
pub mod ending;
mod invitations;
mod joining;
pub mod mailing;
mod members;
mod team;

use crate::web::routes::Routes;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.configure(team::configure)
        .configure(members::configure)
        .configure(invitations::configure)
        .configure(joining::configure)
        .configure(audit::configure);
}
