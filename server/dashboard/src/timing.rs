//! Waiting: debounce and throttle over the browser's timers. Not animation.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// Runs the last of many calls, once it has been quiet for a while.
#[derive(Clone, Copy)]
pub struct Debounce {
    delay: Duration,
    pending: StoredValue<Option<TimeoutHandle>>,
}

impl Debounce {
    /// Waits so many milliseconds.
    pub fn new(millis: u64) -> Self {
        let pending = StoredValue::new(None::<TimeoutHandle>);
        let this = Self {
            delay: Duration::from_millis(millis),
            pending,
        };
        on_cleanup(move || this.cancel());
        this
    }

    /// Runs `work` later, instead of what waited before.
    pub fn run(self, work: impl FnOnce() + 'static) {
        self.cancel();
        let handle = set_timeout_with_handle(
            move || {
                self.pending.try_set_value(None);
                work();
            },
            self.delay,
        );
        self.pending.try_set_value(handle.ok());
    }

    /// Forgets what waits.
    pub fn cancel(self) {
        if let Some(Some(handle)) = self.pending.try_get_value() {
            handle.clear();
            self.pending.try_set_value(None);
        }
    }

    /// Whether something waits.
    pub fn waits(self) -> bool {
        self.pending
            .try_with_value(Option::is_some)
            .unwrap_or(false)
    }
}

/// Runs at once, and then at most once in a while: calls in between become one at the end.
#[derive(Clone, Copy)]
pub struct Throttle {
    later: Debounce,
    again: StoredValue<bool>,
}

impl Throttle {
    /// At most once in so many milliseconds.
    pub fn new(millis: u64) -> Self {
        Self {
            later: Debounce::new(millis),
            again: StoredValue::new(false),
        }
    }

    /// Runs `work` now or soon.
    pub fn run(self, work: impl Fn() + Copy + 'static) {
        if self.later.waits() {
            self.again.try_set_value(true);
            return;
        }
        work();
        self.later.run(move || {
            if self.again.try_get_value() == Some(true) {
                self.again.try_set_value(false);
                self.run(work);
            }
        });
    }
}
