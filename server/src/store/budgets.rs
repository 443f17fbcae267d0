//! Rows of ceilings and spending: reserve before anything is sent, settle once it has ended. Not what a run costs.
//!
//! `spent + reserved` is held below a ceiling by one conditional update of one row, so that no number of servers can pass it together.

use super::statement::Statement;
use super::{Conn, Event, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt};
use krowoc_shared::exchange::time;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{BudgetLevel, BudgetNotice, SetBudget, UnpricedPolicy};
use krowoc_shared::ids::{Millis, UserId};

/// Whose keys are paid with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The person's own; held below the ceiling they set.
    Own,
    /// The operator's; held below this ceiling.
    Server(NanoUsd),
}

impl Tier {
    /// As the store has it.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Own => 0,
            Self::Server(_) => 1,
        }
    }

    fn server_held(self) -> bool {
        matches!(self, Self::Server(_))
    }
}

/// Year and month of a time in UTC, as one number: 202611.
#[must_use]
pub fn period(at: Millis) -> i64 {
    let text = time::format(at);
    let part = |range| text.get(range).and_then(|it: &str| it.parse::<i64>().ok());
    let (year, month) = (part(0..4).unwrap_or(0), part(5..7).unwrap_or(1));
    year.saturating_mul(100).saturating_add(month)
}

/// When a period begins, and when the next one does.
#[must_use]
pub fn bounds(period: i64) -> (Millis, Millis) {
    let (year, month) = (period.div_euclid(100), period.rem_euclid(100));
    let next = if month >= 12 {
        (year.saturating_add(1), 1)
    } else {
        (year, month.saturating_add(1))
    };
    let begin = |(year, month): (i64, i64)| {
        time::parse(&format!("{year:04}-{month:02}-01")).unwrap_or_default()
    };
    (begin((year, month)), begin(next))
}

/// A person's ceilings; the default when nothing was set.
///
/// # Errors
/// The database's.
pub fn settings(conn: &mut Conn, user: UserId) -> Result<SetBudget, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<BigInt>)]
        ceiling: Option<i64>,
        #[diesel(sql_type = Nullable<BigInt>)]
        run_ceiling: Option<i64>,
        #[diesel(sql_type = SmallInt)]
        unpriced: i16,
    }
    let row: Option<Row> =
        Statement::new("SELECT ceiling, run_ceiling, unpriced FROM budget WHERE account_id = ?")
            .bind(user.as_bytes())
            .first(conn)?;
    Ok(SetBudget {
        ceiling: row.as_ref().and_then(|row| row.ceiling).map(NanoUsd),
        run_ceiling: row.as_ref().and_then(|row| row.run_ceiling).map(NanoUsd),
        unpriced: match row {
            Some(row) if row.unpriced == 1 => UnpricedPolicy::Allow,
            _ => UnpricedPolicy::Block,
        },
    })
}

/// Sets a person's ceilings, also for what is left of the period. Notices that are true no longer are taken back, so that they can be
/// given again.
///
/// # Errors
/// The database's.
pub fn set(
    tx: &mut Tx<'_>,
    user: UserId,
    wanted: &SetBudget,
    period: i64,
) -> Result<(), StoreError> {
    let unpriced = i16::from(wanted.unpriced == UnpricedPolicy::Allow);
    let ceiling = wanted.ceiling.map(|amount| amount.0);
    Statement::new(
        "INSERT INTO budget (account_id, ceiling, run_ceiling, unpriced) VALUES (?, ?, ?, ?) \
         ON CONFLICT (account_id) DO UPDATE SET ceiling = excluded.ceiling, run_ceiling = excluded.run_ceiling, \
         unpriced = excluded.unpriced",
    )
    .bind(user.as_bytes())
    .bind(ceiling)
    .bind(wanted.run_ceiling.map(|amount| amount.0))
    .bind(unpriced)
    .execute(tx)?;
    let standing = standing(tx, user, Tier::Own, period)?;
    let level = BudgetLevel::of(standing.spent, wanted.ceiling);
    let mut update = Statement::new("UPDATE spending SET ceiling = ?").bind(ceiling);
    if level < BudgetLevel::Near {
        update = update.sql(", near_at = NULL");
    }
    if level < BudgetLevel::Reached {
        update = update.sql(", reached_at = NULL");
    }
    update
        .sql(" WHERE account_id = ? AND tier = 0 AND period = ?")
        .bind(user.as_bytes())
        .bind(period)
        .execute(tx)?;
    Ok(())
}

/// Where an account stands in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Settled.
    pub spent: NanoUsd,
    /// Held for runs under way.
    pub reserved: NanoUsd,
    /// Executions without a known price.
    pub unpriced: i64,
    /// When it came near its ceiling.
    pub near_at: Option<Millis>,
    /// When it reached it.
    pub reached_at: Option<Millis>,
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = BigInt)]
    spent: i64,
    #[diesel(sql_type = BigInt)]
    reserved: i64,
    #[diesel(sql_type = BigInt)]
    unpriced: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    near_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    reached_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    ceiling: Option<i64>,
}

const ROW: &str = "account_id = ? AND tier = ? AND period = ?";

impl StandingRow {
    fn standing(&self) -> Standing {
        Standing {
            spent: NanoUsd(self.spent),
            reserved: NanoUsd(self.reserved),
            unpriced: self.unpriced,
            near_at: self.near_at,
            reached_at: self.reached_at,
        }
    }
}

fn row(
    conn: &mut Conn,
    user: UserId,
    tier: Tier,
    period: i64,
) -> Result<Option<StandingRow>, StoreError> {
    Statement::new(
        "SELECT spent, reserved, unpriced, near_at, reached_at, ceiling FROM spending WHERE ",
    )
    .sql(ROW)
    .bind(user.as_bytes())
    .bind(tier.code())
    .bind(period)
    .first(conn)
}

/// Where an account stands.
///
/// # Errors
/// The database's.
pub fn standing(
    conn: &mut Conn,
    user: UserId,
    tier: Tier,
    period: i64,
) -> Result<Standing, StoreError> {
    let row = row(conn, user, tier, period)?;
    Ok(row.map(|row| row.standing()).unwrap_or_default())
}

/// What became of a wish to reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is held.
    Held,
    /// It would go over the ceiling; nothing is held.
    Over {
        /// Where the account stands.
        standing: Standing,
        /// The ceiling.
        ceiling: NanoUsd,
    },
}

/// Holds an amount, when it fits below the ceiling together with all that is spent and held.
///
/// # Errors
/// The database's.
pub fn reserve(
    tx: &mut Tx<'_>,
    user: UserId,
    tier: Tier,
    period: i64,
    amount: NanoUsd,
) -> Result<Reservation, StoreError> {
    if hold(tx, user, tier, period, amount)? {
        return Ok(Reservation::Held);
    }
    // The first of a period makes its row; whoever comes at the same time waits for it and finds it.
    Statement::new(
        "INSERT INTO spending (account_id, tier, period, ceiling, spent, reserved, unpriced) VALUES (?, ?, ?, \
         (SELECT ceiling FROM budget WHERE account_id = ?), 0, 0, 0) ON CONFLICT (account_id, tier, period) DO NOTHING",
    )
    .bind(user.as_bytes())
    .bind(tier.code())
    .bind(period)
    .bind(user.as_bytes())
    .execute(tx)?;
    if hold(tx, user, tier, period, amount)? {
        return Ok(Reservation::Held);
    }
    let row = row(tx, user, tier, period)?.ok_or(StoreError::NotFound)?;
    let ceiling = match tier {
        Tier::Own => NanoUsd(row.ceiling.unwrap_or(i64::MAX)),
        Tier::Server(ceiling) => ceiling,
    };
    Ok(Reservation::Over {
        standing: row.standing(),
        ceiling,
    })
}

fn hold(
    tx: &mut Tx<'_>,
    user: UserId,
    tier: Tier,
    period: i64,
    amount: NanoUsd,
) -> Result<bool, StoreError> {
    let update = Statement::new("UPDATE spending SET reserved = reserved + ? WHERE ")
        .bind(amount.0)
        .sql(ROW)
        .bind(user.as_bytes())
        .bind(tier.code())
        .bind(period);
    // Written as a difference: a sum could pass the largest number.
    let update = match tier {
        Tier::Own => update
            .sql(" AND (ceiling IS NULL OR spent + reserved <= ceiling - ?)")
            .bind(amount.0),
        Tier::Server(ceiling) => update
            .sql(" AND spent + reserved <= ?")
            .bind(ceiling.minus(amount).0),
    };
    Ok(update.execute(tx)? == 1)
}

/// What an execution that has ended is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Whose keys.
    pub tier: Tier,
    /// The period it was reserved in.
    pub period: i64,
    /// What was reserved.
    pub reserved: NanoUsd,
    /// What it cost; nothing for a failure.
    pub cost: NanoUsd,
    /// Its price is not known.
    pub unpriced: bool,
    /// Now.
    pub now: Millis,
}

/// Gives a reservation back and charges the cost instead. Gives notice when a level was come to, once in a period.
///
/// # Errors
/// The database's.
pub fn settle(tx: &mut Tx<'_>, user: UserId, end: &Settlement) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE spending SET reserved = CASE WHEN reserved > ? THEN reserved - ? ELSE 0 END, spent = spent + ?, \
         unpriced = unpriced + ? WHERE ",
    )
    .bind(end.reserved.0)
    .bind(end.reserved.0)
    .bind(end.cost.0)
    .bind(i64::from(end.unpriced))
    .sql(ROW)
    .bind(user.as_bytes())
    .bind(end.tier.code())
    .bind(end.period);
    let row = match tx.conn() {
        // SQLite puts what it returns into a table that it makes for it; nobody else writes meanwhile.
        Conn::Sqlite(_) => {
            update.execute(tx)?;
            row(tx, user, end.tier, end.period)?
        }
        Conn::Postgres(_) => update
            .sql(" RETURNING spent, reserved, unpriced, near_at, reached_at, ceiling")
            .first(tx)?,
    };
    let Some(row) = row else {
        return Err(StoreError::Fault("a reservation has no row".to_owned()));
    };
    let ceiling = match end.tier {
        Tier::Own => row.ceiling.map(NanoUsd),
        Tier::Server(ceiling) => Some(ceiling),
    };
    let level = BudgetLevel::of(NanoUsd(row.spent), ceiling);
    notify(
        tx,
        user,
        end.tier,
        end.period,
        level,
        &row.standing(),
        end.now,
    )
}

/// Notes that a run was refused because of a ceiling that is near: for the person that is the end of the budget.
///
/// # Errors
/// The database's.
pub fn refused(
    tx: &mut Tx<'_>,
    user: UserId,
    tier: Tier,
    period: i64,
    now: Millis,
) -> Result<(), StoreError> {
    let Some(row) = row(tx, user, tier, period)? else {
        return Ok(());
    };
    let ceiling = match tier {
        Tier::Own => row.ceiling.map(NanoUsd),
        Tier::Server(ceiling) => Some(ceiling),
    };
    if BudgetLevel::of(NanoUsd(row.spent), ceiling) < BudgetLevel::Near {
        return Ok(());
    }
    let level = BudgetLevel::Reached;
    notify(tx, user, tier, period, level, &row.standing(), now)
}

fn notify(
    tx: &mut Tx<'_>,
    user: UserId,
    tier: Tier,
    period: i64,
    level: BudgetLevel,
    standing: &Standing,
    now: Millis,
) -> Result<(), StoreError> {
    let sql = match level {
        BudgetLevel::Near if standing.near_at.is_none() => "UPDATE spending SET near_at = ? WHERE ",
        BudgetLevel::Reached if standing.reached_at.is_none() => {
            "UPDATE spending SET reached_at = ? WHERE "
        }
        _ => return Ok(()),
    };
    Statement::new(sql)
        .bind(now)
        .sql(ROW)
        .bind(user.as_bytes())
        .bind(tier.code())
        .bind(period)
        .execute(tx)?;
    let notice = BudgetNotice {
        level,
        at: now,
        server_held: tier.server_held(),
    };
    tx.after_commit(Event::Budget(user, notice));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_month_of_utc() {
        let at = |text: &str| time::parse(text).unwrap();
        assert_eq!(period(at("2026-11-30T23:59:59.999Z")), 202_611);
        assert_eq!(period(at("2026-12-01T00:00:00Z")), 202_612);
        assert_eq!(bounds(202_612), (at("2026-12-01"), at("2027-01-01")));
        assert_eq!(bounds(202_602), (at("2026-02-01"), at("2026-03-01")));
    }
}
