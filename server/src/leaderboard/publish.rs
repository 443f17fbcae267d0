//! An owner makes a published prompt public, and takes it back. Not publishing itself: that fixes a version, and is the library's.

use super::board::remark;
use crate::app::AppState;
use crate::store::publications::{self, NewPublication};
use crate::store::{Conn, StoreError, Tx, copies, derived, library, versions};
use crate::web::body::Body;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{delete, get, put};
use krowoc_shared::capture::fingerprint::{fingerprint, simhash};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, Millis, PublicationId, SpaceId, UserId};
use krowoc_shared::leaderboard::copies::Print;
use krowoc_shared::leaderboard::wire::{MakePublic, PublicationView};
use krowoc_shared::leaderboard::{AUTHOR_CHARS, TAGS};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::validate;
use krowoc_shared::text::slug;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(publication)
        .service(make_public)
        .service(withdraw_publication);
}

/// The space of a person in a browser: a device does not decide what everybody reads.
fn of_person(actor: &Actor) -> Reply<SpaceId> {
    if actor.device().is_some() {
        let detail = "A device cannot do this. Use the dashboard.";
        return Err(Fault::new(ErrorCode::Forbidden).detail(detail));
    }
    actor.personal()
}

/// Whether a prompt is public, and where.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "Where it is public, or was.", body = PublicationView),
        (status = 404, description = "not_found: it never was", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/publication")]
async fn publication(
    state: Data<AppState>,
    actor: Actor,
    id: Path<DocId>,
) -> Reply<Json<PublicationView>> {
    let space = of_person(&actor)?;
    let id = id.into_inner();
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            publications::of_document(conn, space, id)
        });
    let found = found.await?;
    found.map(Json).ok_or_else(|| ErrorCode::NotFound.into())
}

/// Makes a published prompt public: everybody reads the version that was published last, under the name that is given. Again, to change
/// name or tags, or after it was taken back: then its address and its votes are as they were.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("id" = String, Path, description = "The prompt.")),
    request_body = MakePublic,
    responses(
        (status = 200, description = "Where it is public.", body = PublicationView),
        (status = 403, description = "forbidden: the address of the account is not confirmed yet", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "not_publishable: the detail tells why", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/library/{id}/publication")]
async fn make_public(
    state: Data<AppState>,
    actor: Actor,
    id: Path<DocId>,
    body: Body<MakePublic>,
) -> Reply<Json<PublicationView>> {
    let wish = Wish {
        space: of_person(&actor)?,
        doc: id.into_inner(),
        user: actor.user,
        new: PublicationId::mint(state.now(), state.entropy()),
        author: author(&body.0.author)?,
        tags: tags(&body.0.tags)?,
        confirmed_only: state.mailer.is_on(),
        now: state.now(),
    };
    let made = state
        .store
        .write_again(move |tx: &mut Tx<'_>| wish.fulfil(tx))
        .await?;
    state.public.forget();
    Ok(Json(made))
}

/// Takes a public prompt back: nobody else reads it any more. What others copied is theirs.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "Where it was public.", body = PublicationView),
        (status = 404, description = "not_found: it never was public", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/library/{id}/publication")]
async fn withdraw_publication(
    state: Data<AppState>,
    actor: Actor,
    id: Path<DocId>,
) -> Reply<Json<PublicationView>> {
    let space = of_person(&actor)?;
    let (id, now) = (id.into_inner(), state.now());
    let taken = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Reply<PublicationView> {
            let found = publications::of_document(tx, space, id)?.ok_or(ErrorCode::NotFound)?;
            publications::withdraw(tx, found.id, now)?;
            let after = publications::of_document(tx, space, id)?;
            after.ok_or_else(|| ErrorCode::NotFound.into())
        })
        .await?;
    state.public.forget();
    Ok(Json(taken))
}

fn author(text: &str) -> Reply<String> {
    let name = remark("/author", text, AUTHOR_CHARS)?;
    let wrong = |detail: &str| {
        Err(Fault::new(ErrorCode::InvalidField)
            .field("/author")
            .detail(detail))
    };
    if name.is_empty() {
        return wrong("Say who made it: a name that everybody may read.");
    }
    if name.chars().any(char::is_control) {
        return wrong("Write the name on one line.");
    }
    Ok(name)
}

/// Tags as they are stored: each once, in order.
fn tags(tags: &[String]) -> Reply<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim();
        validate::tag(tag)?;
        if !kept.iter().any(|it| it == tag) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > TAGS {
        let detail = format!("Give at most {TAGS} tags.");
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/tags")
            .detail(detail));
    }
    serde_json::to_string(&kept).map_err(|_| ErrorCode::Internal.into())
}

/// What is wished for, checked as far as that needs no database.
#[derive(Clone, Debug)]
struct Wish {
    space: SpaceId,
    doc: DocId,
    user: UserId,
    /// The id of the publication, if it is a new one.
    new: PublicationId,
    author: String,
    tags: String,
    confirmed_only: bool,
    now: Millis,
}

impl Wish {
    fn fulfil(&self, tx: &mut Tx<'_>) -> Reply<PublicationView> {
        if self.confirmed_only && !publications::is_confirmed(tx, self.user)? {
            let detail = "Confirm your e-mail address first: the settings send the mail again.";
            return Err(Fault::new(ErrorCode::Forbidden).detail(detail));
        }
        publications::lock(tx)?;
        let stored = library::get(tx, self.space, self.doc)?;
        publishable(&stored)?;
        let published = stored.document.lifecycle.published;
        let rev = published.map_or(0, |published| published.rev);
        let version = versions::at(tx, self.space, self.doc, rev)?.ok_or(ErrorCode::NotFound)?;
        let there = publications::of_document(tx, self.space, self.doc)?;
        let id = match there {
            Some(there) => there.id,
            None => {
                let slug = publications::free_slug(tx, &slug(&version.title))?;
                let new = NewPublication {
                    id: self.new,
                    row_id: stored.row_id,
                    slug,
                    author: self.author.clone(),
                    tags: self.tags.clone(),
                    at: self.now,
                };
                publications::add(tx, &new)?;
                self.new
            }
        };
        publications::show(tx, id, &self.author, &self.tags)?;
        let print = printed(id, &version.text, self.now);
        let print = print.after(copies::print(tx, id)?.as_ref());
        copies::set_print(tx, i64::try_from(rev).unwrap_or(i64::MAX), &print)?;
        let first = first(tx, &print)?;
        copies::set_first(tx, id, first)?;
        let made = publications::of_document(tx, self.space, self.doc)?;
        made.ok_or_else(|| ErrorCode::Internal.into())
    }
}

/// What a text is recognised by that is public since a time.
pub(super) fn printed(id: PublicationId, text: &str, since: Millis) -> Print {
    Print {
        id,
        since,
        exact: derived::fingerprint_key(&fingerprint(text)).unwrap_or_default(),
        signature: simhash(text),
    }
}

/// The first public prompt of nearly the same text, when there is an older one.
fn first(tx: &mut Tx<'_>, print: &Print) -> Result<Option<PublicationId>, StoreError> {
    let older = copies::prints(tx)?.into_iter().filter(|(other, first)| {
        first.is_none() && other.order() < print.order() && other.same(print)
    });
    let oldest = older.min_by_key(|(other, _)| other.order());
    Ok(oldest.map(|(other, _)| other.id))
}

fn publishable(stored: &library::Stored) -> Reply<()> {
    let document = &stored.document;
    if document.purged {
        return Err(ErrorCode::NotFound.into());
    }
    let why = if document.kind != Kind::Prompt {
        "Only a prompt can be public."
    } else if document.lifecycle.published.is_none() {
        "Publish the prompt first: everybody reads the version that is published."
    } else if document.deleted_at().is_some() {
        "The prompt is in the trash. Restore it first."
    } else if document.lifecycle.is_archived() {
        "The prompt is in the archive. Take it out first."
    } else {
        return Ok(());
    };
    Err(Fault::new(ErrorCode::NotPublishable).detail(why))
}
