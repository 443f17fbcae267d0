//! All that is kept about an account as one download, read in pages while it is sent. Never whole in memory, no secret in it, and not what
//! the import takes: that is the library's own download.

use super::account::{known, view};
use super::ways::Here;
use super::{belongings, security};
use crate::app::AppState;
use crate::store::execution_list::{self, Filter};
use crate::store::pages::{self, Histories, Mark, Piece, Room};
use crate::store::{
    Conn, StoreError, budgets, dead_letters, deeds, devices, executions, logs, provider_key_views,
    publications, sessions, sync, tokens,
};
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::{Fault, Person};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream;
use krowoc_shared::accounts::export::AccountExport;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DeadLetterId, ExecutionId, SpaceId, UserId};
use serde_json::{Value, json};

/// Executions read at a time.
const PAGE: i64 = 50;
/// Documents read at a time.
const DOCUMENTS: Room = Room {
    documents: 50,
    bytes: 4 * 1024 * 1024,
    measured: 10_000,
};
/// Lines of teams' logs that are read at a time.
const LINES: i64 = 500;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(export_account);
}

/// What is read next, and after which row of it.
#[derive(Clone, Copy)]
enum Stage {
    Documents(Mark),
    Executions(Option<ExecutionId>),
    Letters(Option<DeadLetterId>),
    Deeds(Option<(SpaceId, u64)>),
    Done,
}

/// A download under way.
struct Download {
    state: Data<AppState>,
    user: UserId,
    space: SpaceId,
    stage: Stage,
    begun: bool,
    head: Option<String>,
}

fn text(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Fault(error.to_string()))
}

fn value(value: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|error| StoreError::Fault(error.to_string()))
}

/// Text of a page: an entry of the list, or more of the one before.
enum Written {
    Entry(String),
    More(String),
}

/// The texts of a page, and what comes then: the rest of the same, or the next.
type Page = (Vec<Written>, Stage);

fn entry(value: &impl serde::Serialize) -> Result<Written, StoreError> {
    text(value).map(Written::Entry)
}

fn documents(conn: &mut Conn, space: SpaceId, mark: Mark) -> Result<Page, StoreError> {
    let page = pages::read(conn, space, mark, Histories::All, DOCUMENTS)?;
    let texts: Result<_, _> = page.pieces.iter().map(document).collect();
    let next = page.next.map_or(Stage::Executions(None), Stage::Documents);
    Ok((texts?, next))
}

/// A document with its versions, or more of them.
fn document(piece: &Piece) -> Result<Written, StoreError> {
    let mut out = match &piece.document {
        Some(stored) => format!("{{\"document\":{},\"versions\":[", text(&stored.document)?),
        None => String::new(),
    };
    let mut begun = piece.begun;
    for version in &piece.versions {
        if begun {
            out.push(',');
        }
        out.push_str(&text(version)?);
        begun = true;
    }
    if piece.whole {
        out.push_str("]}");
    }
    Ok(match piece.document {
        Some(_) => Written::Entry(out),
        None => Written::More(out),
    })
}

fn runs(conn: &mut Conn, user: UserId, before: Option<ExecutionId>) -> Result<Page, StoreError> {
    let filter = Filter {
        before,
        ..Filter::default()
    };
    let found = execution_list::list(conn, user, &filter, PAGE)?;
    let last = found.last().map(|view| view.id);
    let mut texts = Vec::with_capacity(found.len());
    for view in found {
        texts.push(entry(&executions::whole(conn, user, view.id)?.detail())?);
    }
    let next = last.map_or(Stage::Letters(None), |last| Stage::Executions(Some(last)));
    Ok((texts, next))
}

fn letters(
    conn: &mut Conn,
    user: UserId,
    before: Option<DeadLetterId>,
) -> Result<Page, StoreError> {
    let filter = dead_letters::Filter {
        user: Some(user),
        before,
        ..dead_letters::Filter::default()
    };
    let found = dead_letters::list(conn, &filter, PAGE)?;
    let next = found.last().map(|letter| letter.id);
    let next = next.map_or(Stage::Deeds(None), |last| Stage::Letters(Some(last)));
    let texts: Result<_, _> = found.iter().map(entry).collect();
    Ok((texts?, next))
}

fn team_deeds(
    conn: &mut Conn,
    user: UserId,
    after: Option<(SpaceId, u64)>,
) -> Result<Page, StoreError> {
    let found = deeds::of_teams(conn, user, after, LINES)?;
    let next = found.last().map(|line| (line.team, line.number));
    let next = next.map_or(Stage::Done, |last| Stage::Deeds(Some(last)));
    let lines = found.into_iter().map(belongings::team_deed);
    let texts: Result<_, _> = lines.map(|line| entry(&line)).collect();
    Ok((texts?, next))
}

impl Stage {
    /// Its next page.
    fn page(self, conn: &mut Conn, user: UserId, space: SpaceId) -> Result<Page, StoreError> {
        match self {
            Self::Documents(mark) => documents(conn, space, mark),
            Self::Executions(before) => runs(conn, user, before),
            Self::Letters(before) => letters(conn, user, before),
            Self::Deeds(after) => team_deeds(conn, user, after),
            Self::Done => Ok((Vec::new(), Self::Done)),
        }
    }

    /// What stands before it in the download, when it has just begun: the end of what came before.
    fn opening(self) -> Option<&'static str> {
        match self {
            Self::Executions(None) => Some("],\n\"executions\":["),
            Self::Letters(None) => Some("],\n\"dead_letters\":["),
            Self::Deeds(None) => Some("],\n\"team_events\":["),
            Self::Done => Some("]}\n"),
            _ => None,
        }
    }
}

impl Download {
    /// The next bytes; `None` at the end. A failure breaks the download off, so that it cannot pass for a whole one.
    async fn next(mut self) -> Reply<Option<(Bytes, Self)>> {
        if let Some(head) = self.head.take() {
            return Ok(Some((Bytes::from(head), self)));
        }
        if matches!(self.stage, Stage::Done) {
            return Ok(None);
        }
        let (stage, space, user) = (self.stage, self.space, self.user);
        let page = self
            .state
            .store
            .read(move |conn: &mut Conn| stage.page(conn, user, space));
        let (texts, next) = page.await?;
        self.stage = next;
        let mut out = String::new();
        for text in texts {
            match text {
                Written::Entry(text) => {
                    out.push_str(if self.begun { ",\n" } else { "\n" });
                    out.push_str(&text);
                }
                Written::More(text) => out.push_str(&text),
            }
            self.begun = true;
        }
        if let Some(opening) = next.opening() {
            out.push_str(opening);
            self.begun = false;
        }
        Ok(Some((Bytes::from(out), self)))
    }
}

/// Downloads all that is kept about the account: itself with its tier and picture, its sessions, devices and tokens without secrets, its keys without
/// the keys, its budget and what it spent, what is public of it and what was decided about that, its votes, reports and copies, its teams with the
/// invitations to it and by it and what their logs say of it, the library with every version, every execution, and the failed ones that wait.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 200, description = "One JSON object.", body = AccountExport))
)]
#[get("/account/export")]
async fn export_account(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    let (user, now) = (person.user, state.now());
    let its = state.clone();
    let here = Here::of(&state);
    let (space, head) = state
        .store
        .read(move |conn: &mut Conn| -> Reply<(SpaceId, Value)> {
            let (space, _) = crate::store::accounts::personal_space(conn, user)?;
            let head = json!({
                "format": "krowoc.account",
                "version": 1,
                "exported_at": now,
                "account": value(&view(&its, user, known(conn, user)?))?,
                "security": value(&security::view(conn, user, &here)?)?,
                "sessions": value(&sessions::list(conn, user, person.session)?)?,
                "devices": value(&devices::list(conn, user)?)?,
                "tokens": value(&tokens::list(conn, user)?)?,
                "provider_keys": value(&provider_key_views::list(conn, user, now)?)?,
                "library": belongings::library(&sync::stand(conn, space)?, its.config.default_tier),
                "budget": value(&budgets::settings(conn, user)?)?,
                "spending": belongings::spending(conn, user)?,
                "publications": value(&publications::of_space(conn, space)?)?,
                "votes": value(&logs::said(conn, user)?)?,
                "teams": belongings::teams(conn, user)?,
                "invitations": belongings::invitations(conn, user)?,
                "reports": belongings::reports(conn, user)?,
                "copies": belongings::copies(conn, user)?,
                "verdicts": belongings::verdicts(conn, user, space)?,
                "picture": belongings::picture(conn, user)?,
            });
            Ok((space, head))
        })
        .await?;
    let whole = head.to_string();
    let open = whole
        .strip_suffix('}')
        .ok_or_else(|| Fault::new(ErrorCode::Internal))?;
    let download = Download {
        state,
        user,
        space,
        stage: Stage::Documents(Mark::Begin),
        begun: false,
        head: Some(format!("{open},\n\"documents\":[")),
    };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((
            "content-disposition",
            "attachment; filename=\"krowoc-account.json\"",
        ))
        .streaming(stream::try_unfold(download, Download::next)))
}
