//! The pace of a form: one request at a time, and a wait that the server asked for, counted down. Not what it sends.

use krowoc_ui::api::ApiError;
use leptos::prelude::*;
use std::time::Duration;

/// Whether a form may be sent.
#[derive(Clone, Copy)]
pub struct Pace {
    busy: RwSignal<bool>,
    /// Seconds until the next attempt.
    wait: RwSignal<u32>,
}

impl Pace {
    /// Of a form that may be.
    pub fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            wait: RwSignal::new(0),
        }
    }

    /// Begins a request; false while one is under way, or is to wait.
    pub fn begin(self) -> bool {
        let free = !self.busy.get_untracked() && self.wait.get_untracked() == 0;
        if free {
            self.busy.set(true);
        }
        free
    }

    /// The answer is there.
    pub fn end(self) {
        self.busy.try_set(false);
    }

    /// Whether a request is under way.
    pub fn busy(self) -> bool {
        self.busy.get()
    }

    /// Whether nothing is sent now.
    pub fn stopped(self) -> bool {
        self.busy.get() || self.wait.get() > 0
    }

    /// Seconds until the next attempt; `None` when there is nothing to wait for.
    pub fn left(self) -> Option<u32> {
        Some(self.wait.get()).filter(|left| *left > 0)
    }

    /// Waits as long as a refusal says, if it says so, and then does this.
    pub fn refused(self, error: &ApiError, over: impl Fn() + Copy + 'static) {
        if let ApiError::Problem(problem) = error
            && let Some(seconds) = problem.retry_after
        {
            self.wait.try_set(seconds);
            self.count_down(over);
        }
    }

    fn count_down(self, over: impl Fn() + Copy + 'static) {
        set_timeout(
            move || match self.second() {
                Some(0) => over(),
                Some(_) => self.count_down(over),
                None => {}
            },
            Duration::from_secs(1),
        );
    }

    /// A second went by: how many are left; `None` when the form is gone.
    fn second(self) -> Option<u32> {
        self.wait.try_update(|wait| {
            *wait = wait.saturating_sub(1);
            *wait
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_one_request_at_a_time() {
        let owner = Owner::new();
        owner.with(|| {
            let pace = Pace::new();
            assert!(pace.begin());
            assert!(!pace.begin() && pace.stopped());
            pace.end();
            assert!(!pace.stopped() && pace.begin());
        });
    }

    #[test]
    fn a_form_that_is_to_wait_sends_nothing_until_the_seconds_went_by() {
        let owner = Owner::new();
        owner.with(|| {
            let pace = Pace::new();
            pace.wait.set(2);
            assert!(!pace.begin() && pace.stopped());
            assert_eq!(pace.left(), Some(2));
            assert_eq!((pace.second(), pace.second()), (Some(1), Some(0)));
            assert_eq!(pace.left(), None);
            assert!(pace.begin());
        });
    }
}
