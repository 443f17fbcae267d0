//! What waits for a person, for Home: in their library and those of their teams, of what they ran and spent, and with other people. Not how it
//! is decided.

use crate::store::budgets::{self, Tier};
use crate::store::{Conn, StoreError, home as rows, invitations, members, profiles, reports, sync};
use krowoc_shared::access::Action;
use krowoc_shared::dashboards::wire::{Attention, InTeam};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::BudgetLevel;
use krowoc_shared::ids::{Millis, UserId};

/// Who looks, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looking {
    /// The account.
    pub user: UserId,
    /// Looks after the server.
    pub admin: bool,
    /// Now.
    pub now: Millis,
    /// What an account may spend in a month with the operator's keys.
    pub server: NanoUsd,
}

/// Everything that waits; what is the person's own stands first.
///
/// # Errors
/// The store's.
pub(super) fn waiting(conn: &mut Conn, looking: Looking) -> Result<Vec<Attention>, StoreError> {
    let mut found = conflicts(conn, looking.user)?;
    if let Some((count, title, class)) = rows::dead_letters(conn, looking.user)? {
        found.push(Attention::DeadLetters {
            count,
            title,
            class,
        });
    }
    found.extend(budgets(conn, looking)?);
    found.extend(invited(conn, looking)?);
    if looking.admin {
        let count = reports::waiting(conn)?;
        if count > 0 {
            found.push(Attention::Reports { count });
        }
    }
    Ok(found)
}

/// Those of one's own library, and of each team's in which the person may settle them.
fn conflicts(conn: &mut Conn, user: UserId) -> Result<Vec<Attention>, StoreError> {
    let mut found = Vec::new();
    for member in members::of(conn, user)? {
        if member.team && !member.role.may(Action::WriteDocuments) {
            continue;
        }
        let stand = sync::stand(conn, member.space)?;
        let count = u64::try_from(stand.tally.conflicts).unwrap_or(0);
        if count > 0
            && let Some((document, title)) = rows::conflict(conn, member.space)?
        {
            found.push(Attention::Conflicts {
                count,
                document,
                title,
                team: member.team.then_some(InTeam {
                    id: member.space,
                    name: stand.name,
                }),
            });
        }
    }
    Ok(found)
}

fn budgets(conn: &mut Conn, looking: Looking) -> Result<Vec<Attention>, StoreError> {
    let (user, server) = (looking.user, looking.server);
    let mut found = Vec::new();
    let period = budgets::period(looking.now);
    let own = budgets::settings(conn, user)?.ceiling;
    for (tier, ceiling, server_held) in [
        (Tier::Own, own, false),
        (Tier::Server(server), Some(server), true),
    ] {
        let spent = budgets::standing(conn, user, tier, period)?.spent;
        let level = BudgetLevel::of(spent, ceiling);
        // Nothing is spent of a ceiling of nothing: it only says that there is none to be spent.
        if let (Some(ceiling), true) = (ceiling, level >= BudgetLevel::Near && spent.0 > 0) {
            found.push(Attention::Budget {
                level,
                server_held,
                spent,
                ceiling,
            });
        }
    }
    Ok(found)
}

/// Invitations by mail to the account's address, once it is confirmed: who only typed an address learns nothing of it.
fn invited(conn: &mut Conn, looking: Looking) -> Result<Vec<Attention>, StoreError> {
    let profile = profiles::get(conn, looking.user)?;
    if profile.email_verified_at.is_none() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (team, look) in invitations::to(conn, &profile.email, looking.now)? {
        // Who is in the team already cannot accept it.
        if members::role(conn, team, looking.user)?.is_none() {
            found.push(Attention::Invitation {
                name: look.team,
                invited_by: look.invited_by,
                expires_at: look.expires_at,
            });
        }
    }
    Ok(found)
}
