//! An output kept as a snippet of a library, once in the one where it was kept last. Not a way of its own to write: it is an operation.

use crate::app::AppState;
use crate::store::members::Membership;
use crate::store::{Tx, execution_list, executions, library, members};
use crate::sync::push::{Applied, Batch, Way, apply};
use crate::web::actor::Executions;
use crate::web::body::Body;
use crate::web::guard;
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, May, Reply};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use krowoc_shared::access::Action;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{SaveOutput, Scope};
use krowoc_shared::ids::{DocId, ExecutionId, Millis, OpId, SpaceId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::quota::Tier;
use krowoc_shared::library::wire::Written;
use krowoc_shared::sync::wire::{Op, OpResult, Outcome};

/// Its route.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(save_output);
}

/// Keeps an output as a snippet: in the library of the prompt that was run, where the caller may write, or in the one that is named.
/// Asked for again for the library where it was kept last, while the snippet is there, outside the trash, it is that one, whatever id is given.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(("id" = String, Path, description = "The execution.")),
    request_body = SaveOutput,
    responses(
        (status = 201, description = "The snippet.", body = Written),
        (status = 403, description = "role_too_low: in the library that is named", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the id is another document's", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: there is no output", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions/{id}/save")]
async fn save_output(
    state: Data<AppState>,
    actor: May<Executions>,
    id: Path<ExecutionId>,
    body: Body<SaveOutput>,
) -> Reply<HttpResponse> {
    if !actor.may(Scope::LibraryWrite) {
        let why =
            "Keeping an output changes the library: the token needs the scope library:write too.";
        return Err(Fault::new(ErrorCode::MissingScope).detail(why));
    }
    let Body(wanted) = body;
    let keeping = Keeping {
        named: wanted
            .space
            .map(|it| actor.membership(Some(it)))
            .transpose()?,
        actor: actor.actor(),
        id: id.into_inner(),
        tier: state.config.default_tier,
        now: state.now(),
        correlation_id: correlation(),
        wanted,
    };
    let written = state
        .store
        .write_again(move |tx: &mut Tx<'_>| keeping.done(tx))
        .await?;
    Ok(HttpResponse::Created().json(written))
}

/// An output that is to be kept.
#[derive(Clone, Debug)]
struct Keeping {
    actor: Actor,
    /// The library that was named.
    named: Option<Membership>,
    id: ExecutionId,
    tier: Tier,
    now: Millis,
    correlation_id: String,
    wanted: SaveOutput,
}

impl Keeping {
    fn done(&self, tx: &mut Tx<'_>) -> Reply<Written> {
        let user = self.actor.user;
        // Held until the end: of two who ask at once, the second finds what the first has made.
        execution_list::hold(tx, user, self.id)?;
        let whole = executions::whole(tx, user, self.id)?;
        if whole.output.is_empty() || !whole.view.state.is_final() {
            let detail = "There is no output to keep, or it has not ended yet.";
            return Err(Fault::new(ErrorCode::InvalidField).detail(detail));
        }
        let space = self.place(tx, whole.view.team)?;
        if let Some(there) = whole.saved_as
            && let Some(kept) = self.kept(tx, space, there)?
        {
            return Ok(kept);
        }
        let title = self.wanted.title.clone().unwrap_or(whole.view.title);
        let document = self.wanted.document;
        let op = Op::create(
            op_id(document)?,
            document,
            Kind::Snippet,
            self.now,
            &whole.output,
        )
        .with(Field::Title, title);
        let batch = Batch {
            space,
            epoch: None,
            device: self.actor.device(),
            author: Some(user),
            member: self.actor.in_team(space),
            correlation_id: self.correlation_id.clone(),
            tier: self.tier,
            now: self.now,
            restamp: true,
            create_only: true,
            way: Way::Each,
            ops: vec![op],
        };
        let (result, document) = apply(tx, &batch).and_then(Applied::single)?;
        execution_list::saved(tx, user, self.id, document.id)?;
        Ok(Written { result, document })
    }

    /// The snippet that the output became, while it lies in that library.
    fn kept(&self, tx: &mut Tx<'_>, space: SpaceId, there: DocId) -> Reply<Option<Written>> {
        let stored = library::find(tx, space, &[there])?.remove(&there);
        let stored = stored.filter(|it| library::shelf(&it.document) == library::LIBRARY);
        let written = stored.map(|stored| {
            let document = stored.document;
            let result = OpResult {
                op_id: op_id(there)?,
                outcome: Outcome::Duplicate,
                rev: document.rev,
                body_rev: document.body.rev,
                hlc: document.edited(),
                violation: None,
                first: Some(Outcome::Applied),
            };
            Ok(Written { result, document })
        });
        written.transpose()
    }

    /// Where it goes: into the library that was named, else that of the prompt, where the caller may write, else their own.
    fn place(&self, tx: &mut Tx<'_>, team: Option<SpaceId>) -> Reply<SpaceId> {
        let action = Action::WriteDocuments;
        if let Some(named) = self.named {
            guard::within(tx, named.space, self.actor.user, action)?;
            return Ok(named.space);
        }
        if let Some(team) = team
            && members::role(tx, team, self.actor.user)?.is_some_and(|role| role.may(action))
        {
            return Ok(team);
        }
        self.actor.personal()
    }
}

/// The operation is the document's own beginning: its id follows from it, so that a repeat is known.
fn op_id(document: DocId) -> Reply<OpId> {
    OpId::from_slice(document.as_bytes()).ok_or_else(|| ErrorCode::Internal.into())
}
