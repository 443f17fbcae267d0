//! From the tab in front to a preview. Not the extraction: that is a module of its own, started on first use.

use super::{Outcome, spaces};
use crate::browser::{self, Tab};
use crate::messages::{Before, Failure, FailureCode, Likeness, Part, Preview, Recognised};
use crate::model::before::{self, Known, Marks};
use crate::model::{diff, draft, page};
use crate::store::Store;
use krowoc_shared::capture::{Capture, CaptureError};
use krowoc_shared::library::limits;
use krowoc_shared::prompts::{Confidence, convert, estimate_tokens, recognise};
use serde::{Deserialize, Serialize};

/// What the extractor is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Extract {
    /// A `PageSnapshot` as the serialiser wrote it.
    pub snapshot: String,
    /// What to capture; the selection when there is one, when absent.
    pub part: Option<Part>,
}

/// What the extractor answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Extracted {
    /// Something is selected.
    pub has_selection: bool,
    /// The page's text was still arriving.
    #[serde(default)]
    pub loading: bool,
    /// The capture, or why there is none.
    pub capture: Result<Capture, CaptureError>,
}

/// The tab with a number, or the one in front.
async fn tab_of(tab: Option<i32>) -> Outcome<Tab> {
    if tab.is_some() {
        return Ok(Tab {
            id: tab,
            ..Tab::default()
        });
    }
    let front = browser::active_tab().await.ok().flatten();
    front.ok_or_else(|| Failure::new(FailureCode::NoPage, ""))
}

/// Captures a tab, or a frame of it.
pub(super) async fn capture(
    tab: &Tab,
    frame: Option<i32>,
    part: Option<Part>,
) -> Outcome<Extracted> {
    if let Some(code) = tab.url.as_deref().and_then(page::closed) {
        return Err(Failure::new(code, ""));
    }
    let id = tab
        .id
        .ok_or_else(|| Failure::new(FailureCode::NoPage, ""))?;
    let snapshot = browser::serialise(id, frame)
        .await
        .map_err(|error| Failure::new(page::refusal(&error.0), error.0))?;
    let internal = |message: String| Failure::new(FailureCode::Internal, message);
    let request = serde_json::to_string(&Extract { snapshot, part })
        .map_err(|error| internal(error.to_string()))?;
    let answer = browser::extract(&request)
        .await
        .map_err(|error| internal(error.0))?;
    serde_json::from_str(&answer).map_err(|error| internal(error.to_string()))
}

/// The failure that belongs to a capture that came to nothing.
pub(super) fn failure(error: CaptureError) -> Failure {
    let code = match error {
        CaptureError::NoSelection => FailureCode::NothingSelected,
        CaptureError::NoText => FailureCode::EmptyPage,
        CaptureError::TooLarge => FailureCode::Invalid,
        CaptureError::BadAddress => FailureCode::RestrictedPage,
    };
    Failure::new(code, error.to_string())
}

/// Captures without saving.
pub(super) async fn preview(tab: Option<i32>, part: Option<Part>) -> Outcome<Preview> {
    let tab = tab_of(tab).await?;
    let extracted = capture(&tab, None, part).await?;
    let capture = extracted.capture.map_err(failure)?;
    let before = saved_before(&capture).await?;
    Ok(Preview {
        part: draft::part(&capture),
        has_selection: extracted.has_selection,
        loading: extracted.loading,
        title: capture.title.clone(),
        site: capture.site.clone(),
        characters: usize::try_from(capture.chars).unwrap_or(usize::MAX),
        tokens: estimate_tokens(&capture.markdown),
        hidden: capture.concealed.excerpts.clone(),
        hidden_count: capture.concealed.count,
        cut: capture.cut,
        source: draft::source(&capture, browser::now()).to_string(),
        variables: recognised(&capture.markdown),
        template: converted(&capture.markdown),
        before,
        body: capture.markdown,
    })
}

fn recognised(text: &str) -> Vec<Recognised> {
    recognise(text)
        .iter()
        .filter(|proposal| proposal.confidence > Confidence::Low)
        .filter_map(|proposal| {
            let found = proposal.occurrences.first()?.span.of(text).to_owned();
            Some(Recognised {
                template: convert(&found, &recognise(&found)),
                found,
                name: proposal.name.clone(),
            })
        })
        .collect()
}

/// The text with everything recognised as variables; `None` when nothing is.
fn converted(text: &str) -> Option<String> {
    let proposals = recognise(text);
    let chosen: Vec<_> = proposals
        .iter()
        .filter(|proposal| proposal.confidence > Confidence::Low)
        .collect();
    let converted = (!chosen.is_empty()).then(|| convert(text, chosen))?;
    // A template is a little longer: a text at its limit is kept as it is.
    (converted.len() <= limits::BODY_BYTES).then_some(converted)
}

/// The nearest earlier save of each library.
async fn saved_before(capture: &Capture) -> Outcome<Vec<Before>> {
    let marks = Marks {
        page: capture.canonical_url.clone(),
        fingerprint: capture.fingerprint.clone(),
        simhash: capture.simhash,
    };
    let mut found = Vec::new();
    for (store, team) in spaces::named().await? {
        let before = saved_in(&store, team, &marks, &capture.markdown).await;
        found.extend(spaces::excused(&store, before)?.flatten());
    }
    Ok(found)
}

async fn saved_in(
    store: &Store,
    team: Option<String>,
    marks: &Marks,
    text: &str,
) -> Outcome<Option<Before>> {
    // What cannot be edited cannot be updated: there a clip is something new.
    if spaces::refusal(store).await?.is_some() {
        return Ok(None);
    }
    let found = store
        .find(|rows| {
            let known: Vec<Known> = rows
                .values()
                .map(|row| Known {
                    doc_id: row.id,
                    marks: row.marks(),
                    edited_at: row.edited_at,
                })
                .collect();
            before::best(marks, &known).map(|(likeness, known)| (likeness, known.doc_id))
        })
        .await?;
    let Some((likeness, id)) = found else {
        return Ok(None);
    };
    let Some(local) = store.document(id).await? else {
        return Ok(None);
    };
    let view = local.view;
    let (diff, changed) = match likeness {
        Likeness::SamePage => (Vec::new(), 0),
        Likeness::Same | Likeness::Near => diff::diff(&view.body.text, text),
    };
    Ok(Some(Before {
        doc_id: id,
        space: store.team(),
        team,
        kind: view.kind,
        title: view.title().to_owned(),
        saved_at: view.edited().at,
        likeness,
        diff,
        changed,
    }))
}
