//! All that is kept about an account as one download, read in pages while it is sent. Never whole in memory, no secret in it, and not what
//! the import takes: that is the library's own download.

use super::account::{known, view};
use super::passkeys::party;
use super::security;
use crate::app::AppState;
use crate::store::execution_list::{self, Filter};
use crate::store::{
    Conn, StoreError, avatars, belongings, budgets, devices, executions, library, logs,
    provider_key_views, publications, sessions, tokens, versions,
};
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::{Fault, Person};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, ExecutionId, SpaceId, UserId};
use serde_json::{Value, json};

/// Documents or executions read at a time.
const PAGE: i64 = 50;
/// Versions of one document that are read at a time; a document keeps fewer.
const VERSIONS: i64 = 10_000;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(export_account);
}

enum Stage {
    Documents(Option<DocId>),
    Executions(Option<ExecutionId>),
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

type Page<I> = (Vec<String>, Option<I>);

fn documents(
    conn: &mut Conn,
    space: SpaceId,
    after: Option<DocId>,
) -> Result<Page<DocId>, StoreError> {
    let found = library::by_id(conn, space, after, PAGE)?;
    let last = found.last().map(|stored| stored.document.id);
    let mut texts = Vec::with_capacity(found.len());
    let documents = found.into_iter().map(|stored| stored.document);
    for document in documents.filter(|it| !it.purged) {
        let kept = versions::list(conn, space, document.id, u64::MAX >> 1, VERSIONS)?;
        texts.push(text(
            &json!({"document": value(&document)?, "versions": value(&kept)?}),
        )?);
    }
    Ok((texts, last))
}

fn runs(
    conn: &mut Conn,
    user: UserId,
    before: Option<ExecutionId>,
) -> Result<Page<ExecutionId>, StoreError> {
    let filter = Filter {
        before,
        ..Filter::default()
    };
    let found = execution_list::list(conn, user, &filter, PAGE)?;
    let last = found.last().map(|view| view.id);
    let mut texts = Vec::with_capacity(found.len());
    for view in found {
        texts.push(text(&executions::whole(conn, user, view.id)?.detail())?);
    }
    Ok((texts, last))
}

fn teams(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Place| json!({"team": it.team, "name": it.name, "role": it.role, "since": it.since});
    Ok(belongings::teams(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

fn invitations(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Invited| {
        json!({
            "team": it.team, "name": it.name, "role": it.role, "email": it.email, "made": it.made, "at": it.at,
            "expires_at": it.expires_at,
        })
    };
    Ok(belongings::invitations(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

fn reports(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Reported| {
        json!({
            "publication": it.publication, "reason": it.reason, "detail": it.detail, "at": it.at, "answered_at": it.answered_at,
        })
    };
    Ok(belongings::reports(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

fn copies(conn: &mut Conn, user: UserId) -> Result<Vec<Value>, StoreError> {
    let one = |it: belongings::Copied| json!({"document": it.document, "publication": it.publication, "at": it.at});
    Ok(belongings::copies(conn, user)?
        .into_iter()
        .map(one)
        .collect())
}

/// The picture itself, in base64.
fn picture(conn: &mut Conn, user: UserId) -> Result<Value, StoreError> {
    let found = avatars::get(conn, user)?;
    Ok(found.map_or(
        Value::Null,
        |it| json!({"type": it.kind, "base64": STANDARD.encode(it.bytes)}),
    ))
}

impl Download {
    /// The next bytes; `None` at the end. A failure breaks the download off, so that it cannot pass for a whole one.
    async fn next(mut self) -> Reply<Option<(Bytes, Self)>> {
        if let Some(head) = self.head.take() {
            return Ok(Some((Bytes::from(head), self)));
        }
        let (space, user) = (self.space, self.user);
        let (texts, tail) = match self.stage {
            Stage::Done => return Ok(None),
            Stage::Documents(after) => {
                let page = self
                    .state
                    .store
                    .read(move |conn: &mut Conn| documents(conn, space, after));
                let (texts, last) = page.await?;
                let over = last.is_none();
                self.stage = if over {
                    Stage::Executions(None)
                } else {
                    Stage::Documents(last)
                };
                (texts, over.then_some("],\n\"executions\":["))
            }
            Stage::Executions(before) => {
                let page = self
                    .state
                    .store
                    .read(move |conn: &mut Conn| runs(conn, user, before));
                let (texts, last) = page.await?;
                let over = last.is_none();
                self.stage = if over {
                    Stage::Done
                } else {
                    Stage::Executions(last)
                };
                (texts, over.then_some("]}\n"))
            }
        };
        let mut out = String::new();
        for text in texts {
            out.push_str(if self.begun { ",\n" } else { "\n" });
            out.push_str(&text);
            self.begun = true;
        }
        if let Some(tail) = tail {
            out.push_str(tail);
            self.begun = false;
        }
        Ok(Some((Bytes::from(out), self)))
    }
}

/// Downloads all that is kept about the account: itself with its picture, its sessions, devices and tokens without secrets, its keys without the keys, its
/// budget, what is public of it, its votes, reports and copies, its teams with the invitations to it and by it, the library with every version, and every execution.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 200, description = "One JSON object.", content_type = "application/json"))
)]
#[get("/account/export")]
async fn export_account(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    let (user, now) = (person.user, state.now());
    let its = state.clone();
    let here = party(&state.config).is_some();
    let (space, head) = state
        .store
        .read(move |conn: &mut Conn| -> Reply<(SpaceId, Value)> {
            let (space, _) = crate::store::accounts::personal_space(conn, user)?;
            let head = json!({
                "format": "krowoc.account",
                "version": 1,
                "exported_at": now,
                "account": value(&view(&its, user, known(conn, user)?))?,
                "security": value(&security::view(conn, user, here)?)?,
                "sessions": value(&sessions::list(conn, user, person.session)?)?,
                "devices": value(&devices::list(conn, user)?)?,
                "tokens": value(&tokens::list(conn, user)?)?,
                "provider_keys": value(&provider_key_views::list(conn, user, now)?)?,
                "budget": value(&budgets::settings(conn, user)?)?,
                "publications": value(&publications::of_space(conn, space)?)?,
                "votes": value(&logs::said(conn, user)?)?,
                "teams": teams(conn, user)?,
                "invitations": invitations(conn, user)?,
                "reports": reports(conn, user)?,
                "copies": copies(conn, user)?,
                "picture": picture(conn, user)?,
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
        stage: Stage::Documents(None),
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
