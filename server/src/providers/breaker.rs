//! Stops asking a provider that keeps failing, for a while. Not the retries of one execution, and not one person's rate limit.

use krowoc_shared::execution::Provider;
use krowoc_shared::ids::Millis;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use url::Url;

/// Failures in a row, with no success between them, that open it.
pub const THRESHOLD: u32 = 5;
/// How long it stays open the first time, in milliseconds; it doubles with each trial that fails.
pub const FIRST_COOL: Millis = 5_000;
/// The longest it stays open, in milliseconds.
pub const LONGEST_COOL: Millis = 60_000;
/// Addresses that are remembered at a time; only failing ones are.
const REMEMBERED: usize = 4096;

/// Who is called: one server, whoever calls it.
type Key = (Provider, String);

/// One breaker for each provider at each base address.
#[derive(Debug, Default)]
pub struct Breaker {
    failing: Mutex<HashMap<Key, Entry>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    failures: u32,
    /// Nobody is let through before; 0 while it is closed.
    open_until: Millis,
    last: Millis,
}

impl Breaker {
    /// Whether a call may be made now. After the pause one call is let through as a trial; while it runs, the pause goes on.
    ///
    /// # Errors
    /// How many milliseconds to wait.
    pub fn admit(&self, provider: Provider, base: &Url, now: Millis) -> Result<(), Millis> {
        let mut failing = self.lock();
        if failing.is_empty() {
            return Ok(());
        }
        let Some(entry) = failing.get_mut(&key(provider, base)) else {
            return Ok(());
        };
        if entry.failures < THRESHOLD {
            return Ok(());
        }
        if now < entry.open_until {
            return Err(entry.open_until.saturating_sub(now));
        }
        // A trial that is never told, because its caller went away, must not keep it open for ever.
        entry.open_until = now.saturating_add(cool(entry.failures));
        Ok(())
    }

    /// The server answered: it lives, whatever it said.
    pub fn answered(&self, provider: Provider, base: &Url) {
        let mut failing = self.lock();
        if !failing.is_empty() {
            failing.remove(&key(provider, base));
        }
    }

    /// The server could not be reached, did not answer, or failed by itself.
    pub fn failed(&self, provider: Provider, base: &Url, now: Millis) {
        let mut failing = self.lock();
        if failing.len() >= REMEMBERED {
            let old = now.saturating_sub(LONGEST_COOL);
            failing.retain(|_, entry| entry.last >= old);
            if failing.len() >= REMEMBERED {
                return;
            }
        }
        let entry = failing.entry(key(provider, base)).or_default();
        entry.failures = entry.failures.saturating_add(1);
        entry.last = now;
        if entry.failures >= THRESHOLD {
            entry.open_until = now.saturating_add(cool(entry.failures));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(provider: Provider, base: &Url) -> Key {
    (provider, base.as_str().trim_end_matches('/').to_owned())
}

fn cool(failures: u32) -> Millis {
    let doublings = failures.saturating_sub(THRESHOLD).min(8);
    FIRST_COOL.saturating_mul(1 << doublings).min(LONGEST_COOL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Provider = Provider::Openai;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn failing(times: u32, base: &Url) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..times {
            breaker.failed(WHO, base, 0);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_tells_how_long() {
        let base = url("https://a.example/v1");
        assert_eq!(failing(THRESHOLD - 1, &base).admit(WHO, &base, 0), Ok(()));
        let open = failing(THRESHOLD, &base);
        assert_eq!(open.admit(WHO, &base, 1_000), Err(4_000));
        assert_eq!(
            open.admit(WHO, &url("https://a.example/v1/"), 1_000),
            Err(4_000)
        );
    }

    #[test]
    fn an_answer_between_failures_starts_the_count_again() {
        let base = url("https://a.example/v1");
        let breaker = failing(THRESHOLD - 1, &base);
        breaker.answered(WHO, &base);
        breaker.failed(WHO, &base, 0);
        assert_eq!(breaker.admit(WHO, &base, 0), Ok(()));
    }

    #[test]
    fn other_addresses_and_providers_are_not_held_up() {
        let base = url("https://a.example/v1");
        let breaker = failing(THRESHOLD, &base);
        assert_eq!(breaker.admit(WHO, &url("https://b.example/v1"), 0), Ok(()));
        assert_eq!(breaker.admit(Provider::Groq, &base, 0), Ok(()));
    }

    #[test]
    fn after_the_pause_one_trial_decides() {
        let base = url("https://a.example/v1");
        let breaker = failing(THRESHOLD, &base);
        assert_eq!(breaker.admit(WHO, &base, 5_000), Ok(()));
        assert_eq!(breaker.admit(WHO, &base, 5_001), Err(4_999));
        breaker.failed(WHO, &base, 5_010);
        assert_eq!(breaker.admit(WHO, &base, 5_010), Err(10_000));
        assert_eq!(breaker.admit(WHO, &base, 15_010), Ok(()));
        breaker.answered(WHO, &base);
        assert_eq!(breaker.admit(WHO, &base, 15_011), Ok(()));
    }

    #[test]
    fn a_trial_whose_caller_went_away_is_followed_by_another() {
        let base = url("https://a.example/v1");
        let breaker = failing(THRESHOLD, &base);
        assert_eq!(breaker.admit(WHO, &base, 5_000), Ok(()));
        assert_eq!(breaker.admit(WHO, &base, 10_000), Ok(()));
    }

    #[test]
    fn the_pause_stops_growing_and_memory_too() {
        assert_eq!(cool(THRESHOLD + 100), LONGEST_COOL);
        let breaker = Breaker::default();
        for number in 0..REMEMBERED + 10 {
            breaker.failed(WHO, &url(&format!("https://{number}.example/")), 0);
        }
        assert_eq!(breaker.lock().len(), REMEMBERED);
        breaker.failed(WHO, &url("https://new.example/"), LONGEST_COOL + 1);
        assert_eq!(breaker.lock().len(), 1);
    }
}
