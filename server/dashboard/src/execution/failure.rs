//! What a failure means for a person and what can be done about it. Pure advice, and the notice that shows it.

use crate::frame::Reference;
use crate::route::{Route, Section};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use leptos::prelude::*;

/// Where a person can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The keys.
    Keys,
    /// The ceilings.
    Budget,
}

impl Link {
    fn route(self) -> Route {
        Route::Settings(match self {
            Self::Keys => Section::Keys,
            Self::Budget => Section::Budget,
        })
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Keys => words::TO_KEYS,
            Self::Budget => words::TO_BUDGET,
        }
    }
}

/// What to say of a class beside the provider's own sentence, and where it can be mended.
#[must_use]
pub fn advice(class: FailureClass) -> (&'static str, Option<Link>) {
    match class {
        FailureClass::Auth => (words::ADVICE_AUTH, Some(Link::Keys)),
        FailureClass::Money => (words::ADVICE_MONEY, None),
        FailureClass::RateLimited => (words::ADVICE_RATE, None),
        FailureClass::Overloaded => (words::ADVICE_OVERLOADED, None),
        FailureClass::Timeout => (words::ADVICE_TIMEOUT, None),
        FailureClass::Truncated => (words::ADVICE_TRUNCATED, None),
        FailureClass::Blocked => (words::ADVICE_BLOCKED, None),
        FailureClass::InvalidRequest => (words::ADVICE_INVALID, None),
        FailureClass::Network => (words::ADVICE_NETWORK, None),
        FailureClass::ProviderError => (words::ADVICE_PROVIDER, None),
        FailureClass::Cancelled => (words::ADVICE_CANCELLED, None),
    }
}

/// Where a refusal of our own can be mended.
#[must_use]
pub fn mend(code: Option<ErrorCode>) -> Option<Link> {
    match code {
        Some(ErrorCode::NoProviderKey) => Some(Link::Keys),
        Some(ErrorCode::BudgetReached | ErrorCode::Unpriced) => Some(Link::Budget),
        _ => None,
    }
}

/// Why an execution did not complete.
#[component]
pub fn FailureNotice(
    /// The failure.
    failure: Failure,
) -> impl IntoView {
    let (text, link) = advice(failure.class);
    let (kind, glyph) = match failure.class {
        FailureClass::Cancelled => (NoticeKind::Info, Glyph::Stop),
        FailureClass::Truncated => (NoticeKind::Warn, Glyph::Alert),
        _ => (NoticeKind::Danger, Glyph::Alert),
    };
    let said = words::provider_said(&failure.message, failure.status, failure.code.as_deref());
    view! {
        <Notice kind=kind glyph=glyph>
            <div class="stack stack--1 grow">
                <span><b>{words::class(failure.class)}"."</b>" "{text}</span>
                {said.map(|said| view! { <span class="xs" dir="auto">{said}</span> })}
                {link.map(to)}
            </div>
        </Notice>
    }
}

/// Why a request of ours was refused.
#[component]
pub fn ProblemNotice(
    /// The refusal.
    error: ApiError,
) -> impl IntoView {
    let link = mend(error.code());
    view! {
        <Notice kind=NoticeKind::Danger>
            <div class="stack stack--1 grow">
                <span>{error.sentence()}</span>
                {link.map(to)}
                <Reference id=error.correlation().to_owned() />
            </div>
        </Notice>
    }
}

fn to(link: Link) -> impl IntoView {
    view! { <p><a class="link" href=link.route().address()>{link.words()}</a></p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_advice_and_what_a_person_can_mend_has_a_way_there() {
        for class in FailureClass::ALL {
            let (text, _) = advice(*class);
            assert!(text.ends_with('.'), "{class}");
        }
        assert_eq!(advice(FailureClass::Auth).1, Some(Link::Keys));
        assert_eq!(mend(Some(ErrorCode::BudgetReached)), Some(Link::Budget));
        assert_eq!(mend(Some(ErrorCode::NotFound)), None);
    }
}
