//! The guard of spaces: which one a request is about, whether the caller is in it, and whether their role there allows what the route does.
//! Not the rights themselves: those are the table in `shared::access`.

use super::actor::{Actor, identify, scoped};
use super::problem::{Fault, Reply};
use crate::store::Conn;
use crate::store::members::{self, Membership};
use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::Scope;
use krowoc_shared::ids::{SpaceId, UserId};
use serde::Deserialize;
use std::marker::PhantomData;
use std::ops::Deref;

/// What a route does in a space.
pub trait Deed: 'static {
    /// The action of the table.
    const ACTION: Action;
    /// What a personal access token needs for it; without one only a person in a browser may do it.
    const SCOPE: Option<Scope>;
}

macro_rules! deeds {
    ($($name:ident = $scope:expr;)*) => {
        $(
        #[doc = concat!("Routes that do [`Action::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl Deed for $name {
            const ACTION: Action = Action::$name;
            const SCOPE: Option<Scope> = $scope;
        }
        )*
    };
}

deeds! {
    ReadLibrary = Some(Scope::LibraryRead);
    RunPrompts = Some(Scope::Executions);
    WriteDocuments = Some(Scope::LibraryWrite);
    PublishPrompts = Some(Scope::LibraryWrite);
    MakePublic = None;
    SeeMembers = None;
    Leave = None;
    Invite = None;
    ChangeRoles = None;
    RemoveMembers = None;
    RenameTeam = None;
    SeeAudit = None;
    SeeFigures = None;
    DeleteTeam = None;
    TransferOwnership = None;
}

/// The space that a request is about.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct SpaceQuery {
    /// The space of a team; the caller's own when absent.
    #[param(value_type = Option<String>)]
    pub space: Option<SpaceId>,
}

/// A caller in a space whose role there allows the deed, such as `In<ReadLibrary>`: of the team in the address, else of the query's
/// `space`, else of the personal space. A space that they are not in is as unknown as one that does not exist.
#[derive(Clone, Debug)]
pub struct In<D> {
    actor: Actor,
    membership: Membership,
    deed: PhantomData<fn() -> D>,
}

impl<D> In<D> {
    /// The space.
    #[must_use]
    pub fn space(&self) -> SpaceId {
        self.membership.space
    }

    /// What the caller is in it.
    #[must_use]
    pub fn membership(&self) -> Membership {
        self.membership
    }

    /// Who it is.
    #[must_use]
    pub fn actor(self) -> Actor {
        self.actor
    }
}

impl<D> Deref for In<D> {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<D: Deed> FromRequest for In<D> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = identify(&request).await?;
            let actor = match D::SCOPE {
                Some(scope) => scoped(actor, scope)?,
                None => {
                    actor.session()?;
                    actor
                }
            };
            let membership = asked(&request, &actor)?;
            check(membership.role, D::ACTION)?;
            Ok(Self {
                actor,
                membership,
                deed: PhantomData,
            })
        })
    }
}

impl Actor {
    /// What the actor is in a space; in the personal one when none is named.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a space of somebody else, as for one that does not exist.
    pub fn membership(&self, space: Option<SpaceId>) -> Reply<Membership> {
        let mut spaces = self.spaces.iter().copied();
        let found = match space {
            Some(space) => spaces.find(|membership| membership.space == space),
            None => spaces.find(|membership| !membership.team),
        };
        found.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The account, when a space is a team's: whose role counts in a transaction that writes there.
    #[must_use]
    pub fn in_team(&self, space: SpaceId) -> Option<UserId> {
        let personal = self.personal().ok();
        (personal != Some(space)).then_some(self.user)
    }

    /// The ids of the spaces, the personal one first.
    #[must_use]
    pub fn space_ids(&self) -> Vec<SpaceId> {
        let spaces = self.spaces.iter();
        spaces.map(|membership| membership.space).collect()
    }
}

fn asked(request: &HttpRequest, actor: &Actor) -> Reply<Membership> {
    let Some(team) = request.match_info().get("team") else {
        let query = Query::<SpaceQuery>::from_query(request.query_string());
        let query = query.map_err(|_| Fault::new(ErrorCode::NotFound).field("/space"))?;
        return actor.membership(query.space);
    };
    let team = team.parse().map_err(|_| ErrorCode::NotFound)?;
    let membership = actor.membership(Some(team))?;
    membership
        .team
        .then_some(membership)
        .ok_or_else(|| ErrorCode::NotFound.into())
}

/// That a role allows an action.
///
/// # Errors
/// [`ErrorCode::RoleTooLow`], with the role that is needed.
pub fn check(role: Role, action: Action) -> Reply<()> {
    match role.may(action) {
        true => Ok(()),
        false => Err(Fault::new(ErrorCode::RoleTooLow).detail(action.refusal(role))),
    }
}

/// As the extractor checks, inside a transaction: the role may have changed since the request came.
///
/// # Errors
/// [`ErrorCode::NotFound`] for who is no member, [`ErrorCode::RoleTooLow`], or the store's.
pub fn within(conn: &mut Conn, space: SpaceId, user: UserId, action: Action) -> Reply<Role> {
    let role = members::role(conn, space, user)?.ok_or(ErrorCode::NotFound)?;
    check(role, action)?;
    Ok(role)
}
