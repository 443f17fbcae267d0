//! Which period is asked for. Not what is counted in it.

use crate::web::{Fault, Reply};
use krowoc_shared::dashboards::period::DAY;
use krowoc_shared::dashboards::{Period, Span};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::exchange::time;
use krowoc_shared::ids::Millis;
use serde::Deserialize;

/// A period that ends now, or days of one's own.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct PeriodQuery {
    /// `24h`, `7d`, `30d` (default) or `90d`, the present hour or day included.
    #[param(inline)]
    period: Option<Period>,
    /// The first day instead, `YYYY-MM-DD`, UTC.
    from: Option<String>,
    /// The last day, inclusive; today when absent.
    to: Option<String>,
}

fn day(field: &str, text: &str) -> Reply<i64> {
    let millis = (text.len() == 10).then(|| time::parse(text)).flatten();
    millis.map(|at| at.div_euclid(DAY)).ok_or_else(|| {
        Fault::new(ErrorCode::InvalidField)
            .field(field)
            .detail("Write a day as 2026-11-30.")
    })
}

impl PeriodQuery {
    /// The span that it names.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidField`] with the fix.
    pub(super) fn span(&self, now: Millis) -> Reply<Span> {
        let wrong = |field: &str, detail: &str| {
            Fault::new(ErrorCode::InvalidField)
                .field(field)
                .detail(detail)
        };
        match (self.period, &self.from, &self.to) {
            (period, None, None) => Ok(Span::of(period.unwrap_or_default(), now)),
            (Some(_), ..) => Err(wrong(
                "/period",
                "Name a period or days of your own, not both.",
            )),
            (None, None, Some(_)) => Err(wrong("/from", "Name the first day as well.")),
            (None, Some(from), to) => {
                let first = day("/from", from)?;
                let last = match to {
                    Some(to) => day("/to", to)?,
                    None => now.div_euclid(DAY),
                };
                Span::of_days(first, last, now).map_err(|no| wrong("/from", no.0))
            }
        }
    }
}

/// A time as a field of a file: days as days, hours to the minute.
pub(super) fn written(at: Millis, span: Span) -> String {
    let mut text = time::format(at);
    match span.grain {
        krowoc_shared::dashboards::Grain::Day => text.truncate(10),
        krowoc_shared::dashboards::Grain::Hour => {
            text.truncate(16);
            text.push('Z');
        }
    }
    text
}
