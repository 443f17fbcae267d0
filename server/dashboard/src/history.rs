//! Which executions and dead letters a list shows: in its address, and in its requests. Pure; not the lists.

use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::{DocId, Millis};
use krowoc_ui::format::{percent, unpercent};

const DAY: Millis = 86_400_000;
/// Rows of a page.
const PAGE: u32 = 50;

/// Which executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    /// Of a prompt.
    pub prompt: Option<DocId>,
    /// Asked of a model, `provider/id`.
    pub model: Option<String>,
    /// In a state.
    pub state: Option<ExecutionState>,
    /// That failed in a class.
    pub class: Option<FailureClass>,
    /// 1 good, -1 bad, 0 not rated.
    pub rating: Option<i8>,
    /// Within so many days.
    pub days: Option<u32>,
}

/// Which dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterFilter {
    /// Of a class.
    pub class: Option<FailureClass>,
    /// Of a model.
    pub model: Option<String>,
    /// Of everybody: the operator's view.
    pub all: bool,
}

/// Pairs of a query, read one by one.
fn pairs(search: &str) -> impl Iterator<Item = (&str, String)> {
    let parts = search.trim_start_matches('?').split('&');
    parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name, unpercent(value))
    })
}

fn joined(pairs: &[(&str, String)]) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    parts.join("&")
}

fn address(pairs: &[(&str, String)]) -> String {
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", joined(pairs))
    }
}

fn request(path: &str, mut pairs: Vec<(&'static str, String)>, cursor: Option<&str>) -> String {
    pairs.push(("limit", PAGE.to_string()));
    if let Some(cursor) = cursor {
        pairs.push(("cursor", cursor.to_owned()));
    }
    format!("{path}?{}", joined(&pairs))
}

impl ExecutionFilter {
    /// Whether anything narrows the list.
    #[must_use]
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// From an address.
    #[must_use]
    pub fn read(search: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs(search) {
            match name {
                "prompt" => filter.prompt = value.parse().ok(),
                "model" => filter.model = Some(value).filter(|it| !it.is_empty()),
                "state" => filter.state = ExecutionState::parse(&value),
                "class" => filter.class = FailureClass::parse(&value),
                "rating" => filter.rating = value.parse().ok().filter(|it| (-1..=1).contains(it)),
                "days" => filter.days = value.parse().ok(),
                _ => {}
            }
        }
        filter
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        out.extend(self.prompt.map(|it| ("prompt", it.to_string())));
        out.extend(self.model.clone().map(|it| ("model", it)));
        out.extend(self.state.map(|it| ("state", it.as_str().to_owned())));
        out.extend(self.class.map(|it| ("class", it.as_str().to_owned())));
        out.extend(self.rating.map(|it| ("rating", it.to_string())));
        out
    }

    /// For an address.
    #[must_use]
    pub fn write(&self) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.days.map(|it| ("days", it.to_string())));
        address(&pairs)
    }

    /// The request for a page.
    #[must_use]
    pub fn path(&self, now: Millis, cursor: Option<&str>) -> String {
        let mut pairs = self.pairs();
        // To the day, so that the pages of one list agree on it.
        pairs.extend(self.days.map(|days| {
            let since = now.saturating_sub(DAY.saturating_mul(Millis::from(days))) / DAY * DAY;
            ("from", since.to_string())
        }));
        request("/executions", pairs, cursor)
    }
}

impl LetterFilter {
    /// Whether anything narrows the list.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.class.is_some() || self.model.is_some()
    }

    /// From an address.
    #[must_use]
    pub fn read(search: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs(search) {
            match name {
                "class" => filter.class = FailureClass::parse(&value),
                "model" => filter.model = Some(value).filter(|it| !it.is_empty()),
                "all" => filter.all = value == "true",
                _ => {}
            }
        }
        filter
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        out.extend(self.class.map(|it| ("class", it.as_str().to_owned())));
        out.extend(self.model.clone().map(|it| ("model", it)));
        out.extend(self.all.then(|| ("all", "true".to_owned())));
        out
    }

    /// For an address.
    #[must_use]
    pub fn write(&self) -> String {
        address(&self.pairs())
    }

    /// The request for a page.
    #[must_use]
    pub fn path(&self, cursor: Option<&str>) -> String {
        request("/dead-letters", self.pairs(), cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_its_address() {
        let filter = ExecutionFilter {
            prompt: Some(DocId::mint(5, [1; 10])),
            model: Some("openrouter/meta-llama/llama 3".to_owned()),
            state: Some(ExecutionState::Failed),
            class: Some(FailureClass::RateLimited),
            rating: Some(-1),
            days: Some(7),
        };
        assert_eq!(ExecutionFilter::read(&filter.write()), filter);
        assert_eq!(ExecutionFilter::default().write(), "");
        let letters = LetterFilter {
            class: Some(FailureClass::Auth),
            model: Some("groq/x".to_owned()),
            all: true,
        };
        assert_eq!(LetterFilter::read(&letters.write()), letters);
        assert!(
            letters.narrows()
                && !LetterFilter {
                    all: true,
                    ..LetterFilter::default()
                }
                .narrows()
        );
    }

    #[test]
    fn what_is_no_value_narrows_nothing() {
        let filter =
            ExecutionFilter::read("?state=asleep&class=bad&rating=5&days=x&prompt=1&model=");
        assert!(!filter.narrows());
    }

    #[test]
    fn a_request_begins_at_a_day_and_carries_the_cursor() {
        let filter = ExecutionFilter {
            days: Some(2),
            ..ExecutionFilter::default()
        };
        assert_eq!(
            filter.path(10 * DAY + 5, None),
            format!("/executions?from={}&limit=50", 8 * DAY)
        );
        assert_eq!(
            LetterFilter::default().path(Some("a b")),
            "/dead-letters?limit=50&cursor=a%20b"
        );
    }
}
