//! A published prompt is made public and taken back: one's own under a name that is given, a team's under the team's. Not publishing
//! itself: that fixes a version, and is the library's.

use super::board::remark;
use crate::app::AppState;
use crate::store::publications::{self, NewPublication};
use crate::store::team_events::{self, NewEvent};
use crate::store::{Conn, StoreError, Tx, copies, derived, library, teams, versions};
use crate::web::body::Body;
use crate::web::guard::{self, ReadLibrary, SpaceQuery};
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{Fault, In, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{delete, get, put};
use krowoc_shared::access::Action;
use krowoc_shared::access::wire::Deed;
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

/// Who decides what everybody reads, and where it lies.
#[derive(Clone, Debug)]
struct Publisher {
    space: SpaceId,
    user: UserId,
    /// The space is a team's: what is done there is logged, and its name is what everybody reads.
    team: bool,
    at: Millis,
    correlation_id: String,
}

impl Publisher {
    fn of(state: &AppState, actor: &In<guard::MakePublic>) -> Self {
        Self {
            space: actor.space(),
            user: actor.user,
            team: actor.membership().team,
            at: state.now(),
            correlation_id: correlation(),
        }
    }

    /// Checks once more that they may; in a team nothing else is changed until the end of the transaction.
    fn within(&self, tx: &mut Tx<'_>) -> Reply<()> {
        if self.team {
            teams::hold(tx, self.space)?;
        }
        guard::within(tx, self.space, self.user, Action::MakePublic).map(drop)
    }

    /// The line of the team's audit log.
    fn wrote(&self, tx: &mut Tx<'_>, deed: Deed, slug: &str) -> Result<(), StoreError> {
        if !self.team {
            return Ok(());
        }
        let event = NewEvent {
            team: self.space,
            at: self.at,
            deed,
            by: Some(self.user),
            on: None,
            email: None,
            role: None,
            role_before: None,
            name: Some(slug.to_owned()),
            documents: None,
            correlation_id: self.correlation_id.clone(),
        };
        team_events::add(tx, &event)
    }
}

/// Whether a prompt is public, and where.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "Where it is public, or was.", body = PublicationView),
        (status = 404, description = "not_found: it never was", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/publication")]
async fn publication(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    id: Path<DocId>,
) -> Reply<Json<PublicationView>> {
    let (space, id) = (actor.space(), id.into_inner());
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            publications::of_document(conn, space, id)
        });
    let found = found.await?;
    found.map(Json).ok_or_else(|| ErrorCode::NotFound.into())
}

/// Makes a published prompt public: everybody reads the version that was published last, under the name that is given; a team's prompt
/// bears the team's name. Again, to change name or tags, or after it was taken back: then its address and its votes are as they were.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    request_body = MakePublic,
    responses(
        (status = 200, description = "Where it is public.", body = PublicationView),
        (status = 403, description = "forbidden: the address of the account is not confirmed yet; role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "not_publishable: the detail tells why", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/library/{id}/publication")]
async fn make_public(
    state: Data<AppState>,
    actor: In<guard::MakePublic>,
    id: Path<DocId>,
    body: Body<MakePublic>,
) -> Reply<Json<PublicationView>> {
    let by = Publisher::of(&state, &actor);
    let wish = Wish {
        author: author(&body.0.author, by.team)?,
        by,
        doc: id.into_inner(),
        new: PublicationId::mint(state.now(), state.entropy()),
        tags: tags(&body.0.tags)?,
        confirmed_only: state.mailer.is_on(),
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
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "Where it was public.", body = PublicationView),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: it never was public", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/library/{id}/publication")]
async fn withdraw_publication(
    state: Data<AppState>,
    actor: In<guard::MakePublic>,
    id: Path<DocId>,
) -> Reply<Json<PublicationView>> {
    let (by, id) = (Publisher::of(&state, &actor), id.into_inner());
    let taken = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Reply<PublicationView> {
            by.within(tx)?;
            let found = publications::of_document(tx, by.space, id)?.ok_or(ErrorCode::NotFound)?;
            publications::withdraw(tx, found.id, by.at)?;
            if found.withdrawn_at.is_none() {
                by.wrote(tx, Deed::TakenBack, &found.slug)?;
            }
            let after = publications::of_document(tx, by.space, id)?;
            after.ok_or_else(|| ErrorCode::NotFound.into())
        })
        .await?;
    state.public.forget();
    Ok(Json(taken))
}

/// The name that everybody reads; none of a team's prompt, which bears the team's.
fn author(text: &str, team: bool) -> Reply<String> {
    let name = remark("/author", text, AUTHOR_CHARS)?;
    let wrong = |detail: &str| {
        Err(Fault::new(ErrorCode::InvalidField)
            .field("/author")
            .detail(detail))
    };
    if team && !name.is_empty() {
        return wrong("Leave the name out: a prompt of a team bears the team's name.");
    }
    if !team && name.is_empty() {
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
    by: Publisher,
    doc: DocId,
    /// The id of the publication, if it is a new one.
    new: PublicationId,
    author: String,
    tags: String,
    confirmed_only: bool,
}

impl Wish {
    fn fulfil(&self, tx: &mut Tx<'_>) -> Reply<PublicationView> {
        let space = self.by.space;
        if self.confirmed_only && !publications::is_confirmed(tx, self.by.user)? {
            let detail = "Confirm your e-mail address first: the settings send the mail again.";
            return Err(Fault::new(ErrorCode::Forbidden).detail(detail));
        }
        publications::lock(tx)?;
        self.by.within(tx)?;
        let stored = library::get(tx, space, self.doc)?;
        publishable(&stored)?;
        let published = stored.document.lifecycle.published;
        let rev = published.map_or(0, |published| published.rev);
        let version = versions::at(tx, space, self.doc, rev)?.ok_or(ErrorCode::NotFound)?;
        let there = publications::of_document(tx, space, self.doc)?;
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
                    at: self.by.at,
                };
                publications::add(tx, &new)?;
                self.new
            }
        };
        publications::show(tx, id, &self.author, &self.tags)?;
        let print = printed(id, &version.text, self.by.at);
        let print = print.after(copies::print(tx, id)?.as_ref());
        copies::set_print(tx, i64::try_from(rev).unwrap_or(i64::MAX), &print)?;
        let first = first(tx, &print)?;
        copies::set_first(tx, id, first)?;
        let made = publications::of_document(tx, space, self.doc)?;
        let made = made.ok_or(ErrorCode::Internal)?;
        self.by.wrote(tx, Deed::MadePublic, &made.slug)?;
        Ok(made)
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
