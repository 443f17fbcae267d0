//! The context menu and the shortcut: capture and save without a form. They answer on the button: there is no page to draw on.

use super::capture::{Extract, Extracted, capture, failure};
use super::{Outcome, overview, save};
use crate::browser::{self, Tab};
use crate::messages::{Failure, FailureCode, MenuClick, Part};
use crate::model::{draft, words};
use krowoc_shared::capture::snapshot::{PageSnapshot, SelectionSnapshot};
use krowoc_shared::capture::{Capture, capture_image, capture_link};
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::Kind;
use serde_json::{Value, json};

const OK: &str = "#1c6b3a";
const BAD: &str = "#a3290f";
/// Milliseconds that the button shows a save.
const SHOWN: u32 = 2_500;

/// The entries: id, message, where they appear.
const ENTRIES: [(&str, &str, &str); 5] = [
    ("selection-snippet", "menuSelectionSnippet", "selection"),
    ("selection-prompt", "menuSelectionPrompt", "selection"),
    ("page", "menuPage", "page"),
    ("link", "menuLink", "link"),
    ("image", "menuImage", "image"),
];

/// The entries of the context menu.
pub(super) fn entries() -> Vec<Value> {
    let entry = |(id, message, context): &(&str, &str, &str)| {
        json!({
            "id": id, "title": browser::message(message, &[]), "contexts": [context],
            "documentUrlPatterns": ["http://*/*", "https://*/*", "file:///*"],
        })
    };
    ENTRIES.iter().map(entry).collect()
}

/// A menu entry was chosen.
pub(super) async fn clicked(click: MenuClick) -> Outcome<()> {
    // Minted first: this is where the person acted.
    let ids = mint();
    let kind = if click.item == "selection-prompt" {
        Kind::Prompt
    } else {
        Kind::Snippet
    };
    let captured = match click.item.as_str() {
        "link" => link(&click),
        "image" => image(&click),
        "page" => page(&click.tab, Some(Part::Page)).await,
        _ => selection(&click).await,
    };
    report(keep(ids, kind, captured).await).await
}

/// The shortcut was pressed: the selection, or the page when nothing is selected.
pub(super) async fn clip(tab: Tab) -> Outcome<()> {
    let ids = mint();
    let captured = page(&tab, None).await;
    report(keep(ids, Kind::Snippet, captured).await).await
}

fn mint() -> (OpId, DocId) {
    let now = browser::now();
    (
        OpId::mint(now, browser::random()),
        DocId::mint(now, browser::random()),
    )
}

async fn keep(
    (op_id, doc_id): (OpId, DocId),
    kind: Kind,
    captured: Outcome<Capture>,
) -> Outcome<String> {
    let capture = captured?;
    let key = if capture.cut.is_some() {
        "badgeSavedPart"
    } else {
        "badgeSaved"
    };
    let said = browser::message(key, &[&capture.title]);
    save::save(draft::unasked(op_id, doc_id, kind, capture, browser::now())).await?;
    Ok(said)
}

fn link(click: &MenuClick) -> Outcome<Capture> {
    let page = click.page.as_deref().unwrap_or_default();
    let target = click.link.as_deref().unwrap_or_default();
    capture_link(page, target, click.selection.as_deref().unwrap_or_default()).map_err(failure)
}

fn image(click: &MenuClick) -> Outcome<Capture> {
    let page = click.page.as_deref().unwrap_or_default();
    let title = click.tab.title.as_deref().unwrap_or_default();
    capture_image(page, title, click.image.as_deref().unwrap_or_default(), "").map_err(failure)
}

async fn page(tab: &Tab, part: Option<Part>) -> Outcome<Capture> {
    capture(tab, None, part).await?.capture.map_err(failure)
}

/// The selection: from the page, else from the frame, else as the plain text that the browser itself hands over.
async fn selection(click: &MenuClick) -> Outcome<Capture> {
    let part = Some(Part::Selection);
    let mut last = match capture(&click.tab, None, part).await {
        Ok(Extracted {
            capture: Ok(capture),
            ..
        }) => return Ok(capture),
        Ok(Extracted {
            capture: Err(error),
            ..
        }) => failure(error),
        Err(error) => error,
    };
    if click.frame != 0 {
        match capture(&click.tab, Some(click.frame), part).await {
            Ok(Extracted {
                capture: Ok(capture),
                ..
            }) => return Ok(capture),
            Ok(Extracted {
                capture: Err(error),
                ..
            }) => last = failure(error),
            Err(error) => last = error,
        }
    }
    match click
        .selection
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        Some(text) => plain(click, text).await,
        None => Err(last),
    }
}

async fn plain(click: &MenuClick, text: &str) -> Outcome<Capture> {
    let snapshot = PageSnapshot {
        url: click.page.clone().unwrap_or_default(),
        title: click.tab.title.clone().unwrap_or_default(),
        selection: Some(SelectionSnapshot {
            text: text.to_owned(),
            ..SelectionSnapshot::default()
        }),
        ..PageSnapshot::default()
    };
    let internal = |message: String| Failure::new(FailureCode::Internal, message);
    let snapshot = serde_json::to_string(&snapshot).map_err(|error| internal(error.to_string()))?;
    let request = Extract {
        snapshot,
        part: Some(Part::Selection),
    };
    let request = serde_json::to_string(&request).map_err(|error| internal(error.to_string()))?;
    let answer = browser::extract(&request)
        .await
        .map_err(|error| internal(error.0))?;
    let extracted: Extracted =
        serde_json::from_str(&answer).map_err(|error| internal(error.to_string()))?;
    extracted.capture.map_err(failure)
}

/// Shows on the button how it went.
async fn report(saved: Outcome<String>) -> Outcome<()> {
    let (text, colour, title) = match &saved {
        Ok(said) => ("✓", OK, said.clone()),
        Err(failure) => {
            let why = browser::message(words::failure(failure.code), &[&failure.message]);
            ("!", BAD, browser::message("badgeFailed", &[&why]))
        }
    };
    // A badge that cannot be drawn is no reason to fail what it is about.
    let _ = browser::set_badge(text, colour, &title).await;
    if saved.is_ok() {
        gloo_timers::future::TimeoutFuture::new(SHOWN).await;
        overview::show_badge().await?;
    }
    saved.map(drop)
}
