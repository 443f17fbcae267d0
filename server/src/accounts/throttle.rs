//! How fast passwords may be tried, per account and per address. Not who is right: a blocked attempt is not looked at.
//!
//! An attempt is counted before its password is verified, so that many at once are no way around; success gives it back.
//! Whoever keeps trying can delay the owner's next sign-in by up to a quarter of an hour; sessions and devices go on meanwhile.

use crate::app::AppState;
use crate::store::Tx;
use crate::store::throttle::{self, Attempts, subject};
use crate::web::client::network;
use crate::web::problem::{Fault, Reply};
use krowoc_shared::ids::Millis;
use std::net::IpAddr;

/// Failures of one account before attempts are delayed.
const FREE_PER_ACCOUNT: i64 = 5;
/// Failures of one address before attempts are delayed: many people may share one.
const FREE_PER_ADDRESS: i64 = 30;
/// Longest delay.
const LONGEST: Millis = 15 * 60 * 1000;
/// Failures are forgotten after this much quiet.
const FORGOTTEN: Millis = 24 * 60 * 60 * 1000;

/// Ceremonies of passkeys that a network may begin in a quarter of an hour: each leaves a challenge for some minutes. Whole offices share one.
const CEREMONIES: i64 = 150;
const CEREMONIES_IN: Millis = 15 * 60 * 1000;
/// Sign-ins through providers that a network may begin in the same time: an office in the morning stays below.
const JOURNEYS: i64 = 1_000;

/// What is attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A password is tried.
    Password,
    /// A mail is asked for. Counted apart: who asks for mails in another's name does not lock their door.
    Mail,
    /// A code of an authenticator, or a recovery code, is tried: only who knew the password comes here.
    Code,
}

impl Door {
    const fn subjects(self) -> (&'static str, &'static str) {
        match self {
            Self::Password => ("account", "address"),
            Self::Mail => ("mail-account", "mail-address"),
            Self::Code => ("code-account", "code-address"),
        }
    }
}

/// An attempt that was let through.
#[derive(Clone, Copy)]
pub struct Attempt {
    account: [u8; 32],
    address: [u8; 32],
    /// Failures of the account, were this one more.
    pub failures: i64,
}

/// The delay after so many failures: 2, 4, 8 … seconds beyond the free ones.
fn delay(failures: i64, free: i64) -> Millis {
    let beyond = failures.saturating_sub(free);
    if beyond <= 0 {
        return 0;
    }
    let seconds = 1i64
        .checked_shl(u32::try_from(beyond).unwrap_or(u32::MAX))
        .filter(|seconds| *seconds > 0)
        .unwrap_or(i64::MAX);
    seconds.saturating_mul(1000).min(LONGEST)
}

/// The state after another attempt at `now`, or how long to wait.
fn next(before: Attempts, free: i64, now: Millis) -> Result<Attempts, Millis> {
    if before.blocked_until > now {
        return Err(before.blocked_until.saturating_sub(now));
    }
    let forgotten = before.updated_at.saturating_add(FORGOTTEN) < now;
    let failures = if forgotten { 0 } else { before.failures };
    let failures = failures.saturating_add(1);
    Ok(Attempts {
        failures,
        blocked_until: now.saturating_add(delay(failures, free)),
        updated_at: now,
    })
}

/// Counts an attempt on an account from an address. An attempt to send mail is never taken back: each one is a mail.
///
/// # Errors
/// `rate_limited` with the seconds to wait, the same whether or not the account exists.
pub async fn begin(state: &AppState, door: Door, email: &str, address: IpAddr) -> Reply<Attempt> {
    let now = state.now();
    let (account, of_address) = door.subjects();
    let mut attempt = Attempt {
        account: subject(account, email),
        address: subject(of_address, &network(address)),
        failures: 0,
    };
    let mut limits = [
        (attempt.account, FREE_PER_ACCOUNT),
        (attempt.address, FREE_PER_ADDRESS),
    ];
    // Locked in one order everywhere, so that two attempts cannot wait for each other.
    limits.sort_unstable();
    let counted = state
        .store
        .write_again(move |tx| {
            let mut after = Vec::with_capacity(limits.len());
            for (subject, free) in limits {
                match next(throttle::lock(tx, &subject, now)?, free, now) {
                    Ok(attempts) => after.push((subject, attempts)),
                    Err(wait) => return Ok::<_, Fault>(Err(wait)),
                }
            }
            let mut failures = 0;
            for (subject, attempts) in after {
                if subject == attempt.account {
                    failures = attempts.failures;
                }
                throttle::store(tx, &subject, attempts)?;
            }
            throttle::forget(tx, now.saturating_sub(FORGOTTEN))?;
            Ok(Ok(failures))
        })
        .await?;
    attempt.failures = counted.map_err(Fault::rate_limited)?;
    Ok(attempt)
}

/// Lets a ceremony of a passkey begin. Nothing is guessed in one: this only keeps challenges few.
///
/// # Errors
/// `rate_limited` with the seconds to wait, or the store's.
pub fn ceremony(tx: &mut Tx<'_>, address: IpAddr, now: Millis) -> Reply<()> {
    let subject = subject("passkey-address", &network(address));
    throttle::take(tx, &subject, CEREMONIES, CEREMONIES_IN, now)?.map_err(Fault::rate_limited)
}

/// Lets a sign-in through a provider begin, for the same reason.
///
/// # Errors
/// As [`ceremony`].
pub fn journey(tx: &mut Tx<'_>, address: IpAddr, now: Millis) -> Reply<()> {
    let subject = subject("provider-address", &network(address));
    throttle::take(tx, &subject, JOURNEYS, CEREMONIES_IN, now)?.map_err(Fault::rate_limited)
}

/// Takes a successful attempt back: the account starts anew, the address gets this one back.
///
/// # Errors
/// The store's.
pub async fn succeeded(state: &AppState, attempt: Attempt) -> Reply<()> {
    let now = state.now();
    state
        .store
        .write_again(move |tx| {
            let mut subjects = [attempt.account, attempt.address];
            subjects.sort_unstable();
            for subject in subjects {
                let before = throttle::lock(tx, &subject, now)?;
                let failures = if subject == attempt.account {
                    0
                } else {
                    before.failures.saturating_sub(1).max(0)
                };
                let after = Attempts {
                    failures,
                    blocked_until: now,
                    updated_at: now,
                };
                throttle::store(tx, &subject, after)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_end_at_a_quarter_of_an_hour() {
        assert_eq!(delay(5, 5), 0);
        assert_eq!(delay(6, 5), 2_000);
        assert_eq!(delay(7, 5), 4_000);
        assert_eq!(delay(1_000, 5), LONGEST);
        assert_eq!(delay(i64::MAX, 5), LONGEST);
    }

    #[test]
    fn a_day_of_quiet_forgets_the_failures() {
        let before = Attempts {
            failures: 9,
            blocked_until: 10,
            updated_at: 0,
        };
        assert_eq!(next(before, 5, 5), Err(5));
        assert_eq!(next(before, 5, 20).unwrap().failures, 10);
        assert_eq!(next(before, 5, FORGOTTEN + 1).unwrap().failures, 1);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one_address() {
        let a: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let b: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let c: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(network(a), network(b));
        assert_ne!(network(a), network(c));
    }
}
