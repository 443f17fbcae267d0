//! Teams of tests. Not how people get into them: tests of that go through the routes.

use crate::app::TestApp;
use crate::caller::{Answer, Caller};
use crate::ops::Syncing;
use krowoc_server::store::{StoreError, Tx, members};
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{CreatedInvitation, MemberView, TeamView};
use krowoc_shared::ids::{SpaceId, UserId};
use krowoc_shared::sync::wire::SpaceState;
use serde_json::json;

/// A team.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    /// Its id.
    pub id: SpaceId,
}

impl Team {
    /// A new team of this person.
    pub async fn of(owner: &Caller, name: &str) -> Self {
        let made: TeamView = owner
            .post("/api/v1/teams", json!({"name": name}))
            .await
            .ok()
            .json();
        Self { id: made.id }
    }

    /// An address of the API under the team.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/teams/{}{rest}", self.id)
    }

    /// A member as a client of the team's library.
    ///
    /// # Panics
    /// When they are none.
    pub async fn syncing(&self, member: &Caller) -> Syncing {
        let states: Vec<SpaceState> = member.get("/api/v1/sync/spaces").await.ok().json();
        let state = states.into_iter().find(|it| it.space == self.id);
        Syncing {
            caller: member.again(),
            space: self.id,
            epoch: state.expect("a member").epoch,
        }
    }

    /// Makes somebody a member without an invitation.
    ///
    /// # Panics
    /// When they are one.
    pub async fn enrol(&self, app: &TestApp, caller: &Caller, role: Role) -> UserId {
        let (team, user) = (self.id, caller.session().await.user);
        // Who came first is told by the time.
        app.advance(1);
        let at = app.state.now();
        let add = app
            .state
            .store
            .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                members::add(tx, team, user, role, at)
            });
        add.await.expect("a new member");
        user
    }

    /// Invites with a link; gives its token.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn link(&self, by: &Caller, role: Role) -> String {
        let path = self.path("/invitations");
        let answer = by.post(&path, json!({"role": role})).await;
        let made: CreatedInvitation = answer.ok().json();
        let path = made.path.expect("a link");
        let (_, token) = path.split_once("#token=").expect("a token");
        token.to_owned()
    }

    /// Who is in it, as this member sees it.
    pub async fn members(&self, by: &Caller) -> Vec<MemberView> {
        by.get(&self.path("/members")).await.ok().json()
    }

    /// What each is, by the beginning of their address, in the order in which they came.
    pub async fn roles(&self, by: &Caller) -> Vec<(String, Role)> {
        let name = |member: MemberView| {
            let (name, _) = member.email.split_once('@').expect("an address");
            (name.to_owned(), member.role)
        };
        self.members(by).await.into_iter().map(name).collect()
    }
}

/// Accepts an invitation.
pub async fn accept(caller: &Caller, token: &str) -> Answer {
    let body = json!({"token": token});
    caller.post("/api/v1/invitations/accept", body).await
}
