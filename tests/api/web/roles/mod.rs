//! Every route of the contract × every role × somebody who is no member × nobody signed in, compared with the table of rights.

mod world;

use super::fuzz::shapes::Shapes;
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::rng::Rng;
use krowoc_tests::script::{Script, answer};
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeSet;
use world::{People, World};

/// Whose a route's business is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// It is done in a space, by who may do this there.
    In(Action),
    /// It is about the caller's own things, whoever signed in calls.
    Own,
    /// It needs nobody signed in.
    Public,
}

/// Routes that are about a space, each with its action: a new one under these nouns needs a line here.
const IN_SPACES: &[(&str, &str, Action)] = &[
    ("GET", "/teams/{team}", Action::SeeMembers),
    ("PATCH", "/teams/{team}", Action::RenameTeam),
    ("DELETE", "/teams/{team}", Action::DeleteTeam),
    ("GET", "/teams/{team}/members", Action::SeeMembers),
    ("PATCH", "/teams/{team}/members/{user}", Action::ChangeRoles),
    (
        "DELETE",
        "/teams/{team}/members/{user}",
        Action::RemoveMembers,
    ),
    ("DELETE", "/teams/{team}/membership", Action::Leave),
    ("POST", "/teams/{team}/ownership", Action::TransferOwnership),
    ("GET", "/teams/{team}/invitations", Action::Invite),
    ("POST", "/teams/{team}/invitations", Action::Invite),
    ("DELETE", "/teams/{team}/invitations/{id}", Action::Invite),
    ("GET", "/teams/{team}/audit", Action::SeeAudit),
    ("GET", "/teams/{team}/figures", Action::SeeFigures),
    ("GET", "/teams/{team}/figures/csv", Action::SeeFigures),
    ("GET", "/live", Action::ReadLibrary),
    ("GET", "/sync/pull", Action::ReadLibrary),
    ("POST", "/sync/push", Action::WriteDocuments),
    ("GET", "/library", Action::ReadLibrary),
    ("POST", "/library", Action::WriteDocuments),
    ("GET", "/library/overview", Action::ReadLibrary),
    ("GET", "/library/export", Action::ReadLibrary),
    ("POST", "/library/duplicates", Action::ReadLibrary),
    ("POST", "/library/bulk", Action::WriteDocuments),
    ("POST", "/library/import", Action::WriteDocuments),
    ("GET", "/library/{id}", Action::ReadLibrary),
    ("PATCH", "/library/{id}", Action::WriteDocuments),
    ("DELETE", "/library/{id}", Action::WriteDocuments),
    ("POST", "/library/{id}/restore", Action::WriteDocuments),
    ("POST", "/library/{id}/history", Action::WriteDocuments),
    ("POST", "/library/{id}/publish", Action::PublishPrompts),
    ("POST", "/library/{id}/archive", Action::PublishPrompts),
    ("POST", "/library/{id}/unarchive", Action::PublishPrompts),
    ("GET", "/library/{id}/name", Action::ReadLibrary),
    ("GET", "/library/{id}/versions", Action::ReadLibrary),
    (
        "GET",
        "/library/{id}/versions/{number}",
        Action::ReadLibrary,
    ),
    ("GET", "/library/{id}/publication", Action::ReadLibrary),
    ("PUT", "/library/{id}/publication", Action::MakePublic),
    ("DELETE", "/library/{id}/publication", Action::MakePublic),
    (
        "GET",
        "/library/{id}/versions/{number}/diff/{other}",
        Action::ReadLibrary,
    ),
    ("POST", "/executions", Action::RunPrompts),
    ("POST", "/executions/estimate", Action::RunPrompts),
    ("GET", "/executions/events", Action::SeeFigures),
];

/// Routes of those nouns that are about the caller or about nobody.
const OF_CALLER: &[(&str, &str, Rule)] = &[
    ("POST", "/teams", Rule::Own),
    ("GET", "/teams", Rule::Own),
    ("GET", "/sync/spaces", Rule::Own),
    ("POST", "/api/graphql", Rule::Public),
    ("GET", "/api/schema.graphql", Rule::Public),
];

/// Nouns all of whose routes are about the caller: with a sign-in they are [`Rule::Own`], without one [`Rule::Public`].
const PERSONAL: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "avatars",
    "budget",
    "dashboard",
    "dead-letters",
    "devices",
    "email",
    "executions",
    "home",
    "invitations",
    "leaderboard",
    "models",
    "oauth",
    "password",
    "provider-keys",
    "providers",
    "public",
    "session",
    "sessions",
    "sign-in",
    "tokens",
    "usage",
    "votes",
];

/// An operation of the contract.
struct Route {
    method: Method,
    path: String,
    operation: Value,
}

impl Route {
    fn all(document: &Value) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push(Self {
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.trim_start_matches("/api/v1").to_owned(),
                    operation: operation.clone(),
                });
            }
        }
        all
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn is(&self, method: &str, path: &str) -> bool {
        self.method.as_str() == method && self.path == path
    }

    fn rule(&self) -> Option<Rule> {
        let listed = IN_SPACES.iter().find(|it| self.is(it.0, it.1));
        let of_caller = || OF_CALLER.iter().find(|it| self.is(it.0, it.1));
        let listed = listed.map(|it| Rule::In(it.2));
        listed.or_else(|| of_caller().map(|it| it.2)).or_else(|| {
            let noun = self.path.trim_start_matches('/').split('/').next()?;
            let signed_in = self.operation["security"].is_array();
            PERSONAL.contains(&noun).then_some(match signed_in {
                true => Rule::Own,
                false => Rule::Public,
            })
        })
    }

    /// Whether it takes a space, in its address or as a parameter. A push names it in its body.
    fn takes_space(&self) -> bool {
        let parameters = self.operation["parameters"].as_array();
        let named = |name: &str| {
            let mut all = parameters.into_iter().flatten();
            all.any(|it| it["name"] == name)
        };
        named("space") || named("team") || self.path == "/sync/push"
    }
}

async fn contract(app: &TestApp) -> Value {
    let answer = app.anonymous().get("/api/v1/openapi.json").await;
    answer.ok().json()
}

#[tokio::test]
async fn every_route_is_in_the_table_and_every_entry_is_a_route() {
    let app = TestApp::start().await;
    let routes = Route::all(&contract(&app).await);
    let unknown: Vec<String> = routes
        .iter()
        .filter(|route| route.rule().is_none())
        .map(Route::name)
        .collect();
    assert!(
        unknown.is_empty(),
        "say whose business these are: {unknown:?}"
    );
    for route in &routes {
        let in_space = matches!(route.rule(), Some(Rule::In(_)));
        assert_eq!(in_space, route.takes_space(), "{}", route.name());
    }
    let names: BTreeSet<String> = routes.iter().map(Route::name).collect();
    let in_spaces = IN_SPACES.iter().map(|it| (it.0, it.1));
    for (method, path) in in_spaces.chain(OF_CALLER.iter().map(|it| (it.0, it.1))) {
        assert!(
            names.contains(&format!("{method} {path}")),
            "{method} {path} is no route"
        );
    }
}

/// What a caller meets who may not: the status, the code, and in the detail the role that it takes.
fn refused(answer: &Answer, status: StatusCode, code: ErrorCode) -> Result<(), String> {
    let text = answer.text();
    if answer.status != status || answer.code() != code {
        return Err(format!(
            "expected {status} {code}, got {} {text}",
            answer.status
        ));
    }
    Ok(())
}

fn expected(action: Action, role: Role, answer: &Answer) -> Result<(), String> {
    if role.may(action) {
        let fine = answer.status.is_success();
        return fine
            .then_some(())
            .ok_or_else(|| format!("may, and got {} {}", answer.status, answer.text()));
    }
    refused(answer, StatusCode::FORBIDDEN, ErrorCode::RoleTooLow)?;
    let detail = answer.problem().detail.unwrap_or_default();
    let names_it = detail.contains(action.least().as_str());
    names_it
        .then_some(())
        .ok_or_else(|| format!("does not name the role: {detail}"))
}

#[tokio::test]
async fn each_role_may_what_the_table_says_on_every_route_of_a_space() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    for _ in Role::ALL {
        script.say(world::MODEL, answer("well", 1, 1));
    }
    let people = People::sign_up(&app).await;
    let mut wrong = Vec::new();
    for route in Route::all(&contract(&app).await) {
        let Some(Rule::In(action)) = route.rule() else {
            continue;
        };
        for role in Role::ALL {
            let world = World::new(&app, &people).await;
            let answer = world
                .ask(people.with(role), &route.method, &route.path)
                .await;
            if let Err(why) = expected(action, role, &answer) {
                wrong.push(format!("{} as {role}: {why}", route.name()));
            }
        }
        let world = World::new(&app, &people).await;
        let answer = world
            .ask(&people.outsider, &route.method, &route.path)
            .await;
        if let Err(why) = refused(&answer, StatusCode::NOT_FOUND, ErrorCode::NotFound) {
            wrong.push(format!("{} as no member: {why}", route.name()));
        }
        let answer = world
            .ask(&app.anonymous(), &route.method, &route.path)
            .await;
        let code = ErrorCode::Unauthenticated;
        if let Err(why) = refused(&answer, StatusCode::UNAUTHORIZED, code) {
            wrong.push(format!("{} as nobody: {why}", route.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn each_role_may_the_same_in_graphql() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    for _ in Role::ALL {
        script.say(world::MODEL, answer("well", 1, 1));
    }
    let people = People::sign_up(&app).await;
    let document = contract(&app).await;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for route in Route::all(&document) {
        let Some(Rule::In(action)) = route.rule() else {
            continue;
        };
        let at = (&route.method, route.path.as_str());
        let mut callers: Vec<(Option<Role>, &Caller)> = Role::ALL
            .into_iter()
            .map(|role| (Some(role), people.with(role)))
            .collect();
        callers.push((None, &people.outsider));
        for (role, caller) in callers {
            let world = World::new(&app, &people).await;
            let its = world.ask_graphql(caller, &document, &route.operation, at);
            let Some(answer) = its.await else { continue };
            asked += 1;
            let judged = match role {
                Some(role) => expected(action, role, &answer),
                None => refused(&answer, StatusCode::NOT_FOUND, ErrorCode::NotFound),
            };
            if let Err(why) = judged {
                wrong.push(format!("{} as {role:?}: {why}", route.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 150, "{asked}");
}

#[tokio::test]
async fn what_is_ones_own_is_asked_for_by_nobody_who_is_not_signed_in() {
    let app = TestApp::start().await;
    let document = contract(&app).await;
    let mut shapes = Shapes::new(&document, Rng::new(7), "http://localhost".to_owned());
    let nobody = app.anonymous();
    let mut asked = 0;
    for route in Route::all(&document) {
        if route.rule() != Some(Rule::Own) {
            continue;
        }
        let answer = unsigned(&nobody, &route, &mut shapes).await;
        let told = route.name();
        assert_eq!(answer.code(), ErrorCode::Unauthenticated, "{told}");
        asked += 1;
    }
    assert!(asked > 40, "{asked}");
}

/// A well-formed request without a sign-in.
async fn unsigned(nobody: &Caller, route: &Route, shapes: &mut Shapes<'_>) -> Answer {
    let mut path = format!("/api/v1{}", route.path);
    let parameters = route.operation["parameters"].as_array();
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let id = krowoc_tests::ops::doc_id().to_string();
        path = path.replace(&format!("{{{name}}}"), &id);
    }
    let mut request = nobody.request(route.method.clone(), &path);
    let content = route.operation["requestBody"]["content"].as_object();
    for (kind, described) in content.into_iter().flatten() {
        let body = match kind.as_str() {
            "application/json" => shapes.value(&described["schema"], "").to_string(),
            _ => "token=x".to_owned(),
        };
        request = request.header("content-type", kind).body(body);
    }
    nobody.send(request).await
}
