//! The people of the matrix, and a fresh team for each request, with something of each kind that a request may name.

use crate::graphql;
use crate::graphql::translate::{self, Asked, Translator};
use krowoc_server::store::invitations::{self, NewInvitation};
use krowoc_server::store::publications::{self, NewPublication};
use krowoc_server::store::teams::{self, NewTeam};
use krowoc_server::store::{StoreError, Tx, library, members};
use krowoc_server::sync::push::{Batch, Way, apply};
use krowoc_server::web::Fault;
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, InvitationId, PublicationId, SpaceId, UserId};
use krowoc_shared::library::lifecycle::Act;
use krowoc_tests::{Answer, Caller, TestApp, ops};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The model of runs.
pub const MODEL: &str = "openai/a";
/// The epoch of every team here.
const EPOCH: &str = "epoch";

/// One person for each role, somebody who is no member, and two whom requests are about.
pub struct People {
    roles: Vec<(Role, Caller, UserId)>,
    /// Is no member.
    pub outsider: Caller,
    /// A viewer whom requests change or remove.
    other: UserId,
    /// Another owner, so that an owner may go.
    second: UserId,
}

impl People {
    pub async fn sign_up(app: &TestApp) -> Self {
        let mut roles = Vec::new();
        for role in Role::ALL {
            let caller = app.sign_up(&format!("{role}@example.org")).await;
            let user = caller.session().await.user;
            roles.push((role, caller, user));
        }
        let other = app.sign_up("other@example.org").await;
        let second = app.sign_up("second@example.org").await;
        Self {
            roles,
            outsider: app.sign_up("outsider@example.org").await,
            other: other.session().await.user,
            second: second.session().await.user,
        }
    }

    /// Who has this role in every team here.
    pub fn with(&self, role: Role) -> &Caller {
        let found = self.roles.iter().find(|it| it.0 == role);
        &found.unwrap().1
    }

    fn id(&self, role: Role) -> UserId {
        let found = self.roles.iter().find(|it| it.0 == role);
        found.unwrap().2
    }
}

/// A fresh team.
pub struct World {
    team: SpaceId,
    prompt: DocId,
    /// A prompt that is published and public.
    public: DocId,
    invitation: InvitationId,
    other: UserId,
}

impl World {
    pub async fn new(app: &TestApp, people: &People) -> Self {
        let at = app.state.now();
        let owner = people.id(Role::Owner);
        let team = SpaceId::mint(at, app.state.entropy());
        let invitation = NewInvitation {
            id: InvitationId::mint(at, app.state.entropy()),
            team,
            email: None,
            role: Role::Viewer,
            by: owner,
            at,
            expires_at: at + 1_000,
        };
        let new = NewTeam {
            id: team,
            name: "Ours".to_owned(),
            epoch: EPOCH.to_owned(),
            owner,
            at,
        };
        let mut inside: Vec<(UserId, Role)> =
            vec![(people.other, Role::Viewer), (people.second, Role::Owner)];
        let others = [Role::Viewer, Role::Editor, Role::Admin];
        inside.extend(others.map(|role| (people.id(role), role)));
        let made = ops::prompt("Ours", "Say it");
        let shown = ops::prompt("Everybody's", "Say it to all");
        let mut publish = ops::edit(shown.doc_id, krowoc_tests::clock::BEGIN);
        publish.act = Some(Act::Publish {
            body_rev: 2,
            note: String::new(),
        });
        let public = shown.doc_id;
        let publication = NewPublication {
            id: PublicationId::mint(at, app.state.entropy()),
            row_id: 0,
            slug: team.to_string(),
            author: String::new(),
            tags: "[]".to_owned(),
            at,
        };
        let world = Self {
            team,
            prompt: made.doc_id,
            public,
            invitation: invitation.id,
            other: people.other,
        };
        let batch = Batch {
            space: team,
            epoch: None,
            device: None,
            author: Some(owner),
            member: Some(owner),
            correlation_id: String::new(),
            tier: Default::default(),
            now: at,
            restamp: true,
            create_only: false,
            way: Way::Each,
            ops: vec![made, shown, publish],
        };
        let write = app
            .state
            .store
            .write(move |tx: &mut Tx<'_>| -> Result<(), Fault> {
                let rows = |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                    teams::create(tx, &new)?;
                    for (user, role) in inside {
                        members::add(tx, team, user, role, at)?;
                    }
                    invitations::create(tx, &invitation)
                };
                rows(tx)?;
                apply(tx, &batch)?;
                let row_id = library::get(tx, team, public)?.row_id;
                let public = NewPublication {
                    row_id,
                    ..publication.clone()
                };
                Ok(publications::add(tx, &public)?)
            });
        write.await.unwrap();
        world
    }

    /// What a route names by its `id`.
    fn id(&self, path: &str) -> String {
        if path.starts_with("/teams") {
            self.invitation.to_string()
        } else if path.ends_with("/publication") {
            self.public.to_string()
        } else {
            self.prompt.to_string()
        }
    }

    /// The address of a route with this team's ids in it.
    fn address(&self, path: &str) -> String {
        let id = self.id(path);
        let path = path
            .replace("{team}", &self.team.to_string())
            .replace("{user}", &self.other.to_string())
            .replace("{id}", &id)
            .replace("{number}", "1")
            .replace("{other}", "1");
        match path.starts_with("/teams") || path == "/sync/push" {
            true => format!("/api/v1{path}"),
            false => format!("/api/v1{path}?space={}{}", self.team, self.query(&path)),
        }
    }

    /// What else a route needs.
    fn query(&self, path: &str) -> String {
        match path {
            "/sync/pull" => format!("&epoch={EPOCH}&cursor=0"),
            "/library/export" => "&format=json".to_owned(),
            _ => String::new(),
        }
    }

    /// A body that is right for who may.
    fn body(&self, method: &Method, path: &str) -> Option<Value> {
        Some(match (method.as_str(), path) {
            ("PATCH", "/teams/{team}") => json!({"name": "Another"}),
            ("PATCH", "/teams/{team}/members/{user}") => json!({"role": "editor"}),
            ("POST", "/teams/{team}/ownership") => json!({"user": self.other}),
            ("POST", "/teams/{team}/invitations") => json!({"role": "viewer"}),
            ("POST", "/sync/push") => json!({
                "space": self.team, "epoch": EPOCH, "cursor": 0,
                "ops": [ops::prompt("New", "x")],
            }),
            ("POST", "/library") => json!({"kind": "prompt", "body": "x"}),
            ("POST", "/library/bulk") => json!({"ids": [self.prompt], "tags": {"add": ["a"]}}),
            ("POST", "/library/import") => json!({"items": [{"kind": "prompt", "body": "x"}]}),
            ("POST", "/library/{id}/history") => json!({"versions": []}),
            ("POST", "/library/duplicates") => json!({"fingerprints": []}),
            ("PATCH", "/library/{id}") => json!({"set": {"title": "Another"}}),
            ("PUT", "/library/{id}/publication") => json!({"tags": ["a"]}),
            ("POST", "/library/{id}/publish") => json!({"body_rev": 1}),
            ("POST", "/executions" | "/executions/estimate") => {
                json!({"prompt": self.prompt, "models": [MODEL]})
            }
            _ => return None,
        })
    }

    /// Asks. A refusal of each operation of a push is given as the refusal that it is.
    pub async fn ask(&self, caller: &Caller, method: &Method, path: &str) -> Answer {
        let mut request = caller.request(method.clone(), &self.address(path));
        if let Some(body) = self.body(method, path) {
            request = request.json(&body);
        }
        if ["/live", "/executions/events"].contains(&path) {
            return head(request).await;
        }
        let answer = caller.send(request).await;
        match path {
            "/sync/push" if answer.status.is_success() => of_operation(answer),
            _ => answer,
        }
    }
}

impl World {
    /// Asks the same in GraphQL; nothing for a route that is in REST alone or is a stream.
    pub async fn ask_graphql(
        &self,
        caller: &Caller,
        document: &Value,
        operation: &Value,
        (method, path): (&Method, &str),
    ) -> Option<Answer> {
        let id = json!(self.id(path));
        let parameters = [
            ("team", json!(self.team)),
            ("space", json!(self.team)),
            ("user", json!(self.other)),
            ("id", id),
            ("number", json!(1)),
            ("other", json!(1)),
            ("epoch", json!(EPOCH)),
            ("cursor", json!(0)),
        ];
        // A cursor of a page is a text, and none is needed.
        let wanted = parameters
            .into_iter()
            .filter(|it| it.0 != "cursor" || path == "/sync/pull");
        let asked = Asked {
            operation,
            parameters: wanted
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: self.body(method, path),
        };
        let pushes = path == "/sync/push";
        let selection = match pushes {
            true => "{ results { violation { code message } } }",
            false => "{ __typename }",
        };
        let query = Translator::new(document).query(&asked, selection)?;
        let answer = graphql::ask(caller, &query, json!({})).await;
        let violation = match pushes {
            true => answer.json::<Value>()["data"]["it"]["results"][0]["violation"].clone(),
            false => Value::Null,
        };
        if let Some(code) = violation["code"].as_str() {
            let code = serde_json::from_value(json!(code.to_lowercase())).unwrap();
            let message = violation["message"].as_str().unwrap_or_default();
            return Some(as_problem(answer, code, message.to_owned()));
        }
        Some(translate::back(answer))
    }
}

/// It does not end by itself: its head is enough when it is let in.
async fn head(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = match status.is_success() {
        true => Vec::new(),
        false => response.bytes().await.unwrap().to_vec(),
    };
    Answer {
        status,
        headers,
        body,
    }
}

fn of_operation(answer: Answer) -> Answer {
    let reply: krowoc_shared::sync::wire::PushReply = answer.json();
    let Some(violation) = reply.results[0].violation.clone() else {
        return answer;
    };
    as_problem(answer, violation.code, violation.message)
}

fn as_problem(answer: Answer, code: ErrorCode, message: String) -> Answer {
    let mut problem = krowoc_shared::error::Problem::new(code);
    problem.detail = Some(message);
    problem.correlation_id = answer.header("x-correlation-id").to_owned();
    let mut headers = answer.headers;
    headers.insert("content-type", "application/problem+json".parse().unwrap());
    Answer {
        status: StatusCode::from_u16(problem.status).unwrap(),
        headers,
        body: serde_json::to_vec(&problem).unwrap(),
    }
}
