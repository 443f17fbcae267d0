//! Executions, money and teams through GraphQL, each as a person would use them together.

use super::{data, refused};
use krowoc_tests::TestApp;
use krowoc_tests::script::{Script, answer};
use serde_json::{Value, json};

#[tokio::test]
async fn a_prompt_runs_and_is_rated_kept_and_counted() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    let make = "mutation { createDocument(input: {kind: PROMPT, set: {title: \"Ask\"}, body: \"Say {{what}}\"}) { document { id } } }";
    let made = data(&person, make, json!({})).await;
    let prompt = &made["createDocument"]["document"]["id"];
    let wanted = json!({"prompt": prompt, "models": ["openai/a"], "variables": {"what": "it"}});
    let before = "query($input: RunRequestInput!) { estimates(input: $input) { __typename } }";
    assert_eq!(
        data(&person, before, json!({"input": wanted})).await["estimates"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    script.say("openai/a", answer("Said", 3, 2));
    let run = "mutation($input: RunRequestInput!) { run(input: $input) { group executions { id state } } }";
    let begun = data(&person, run, json!({"input": wanted})).await;
    let group = &begun["run"]["group"];
    let watch = json!({"query": "subscription($group: ID!) { runEvents(group: $group) { event } }", "variables": {"group": group}});
    let request = person
        .request(reqwest::Method::POST, super::PATH)
        .header("accept", "text/event-stream");
    let read = person.send(request.json(&watch)).await.ok().text();
    assert!(read.ends_with("event: complete\ndata: {}\n\n"), "{read}");
    let id = &begun["run"]["executions"][0]["id"];
    let whole = "query($id: ID!, $group: ID!, $prompt: ID!) {
      execution(id: $id) { id title state output variables model cost { state amount } messages { role text } attempts { number } }
      executions(group: $group, prompt: $prompt, state: COMPLETED, first: 5) { next executions { id rating } }
      usage(by: PROMPT) { rows { key label executions } total { executions } }
      dashboard(period: _7D) { total { executions } }
      home { recent { id } }
    }";
    let seen = data(
        &person,
        whole,
        json!({"id": id, "group": group, "prompt": prompt}),
    )
    .await;
    assert_eq!(seen["execution"]["output"], "Said");
    assert_eq!(seen["execution"]["variables"], json!({"what": "it"}));
    assert_eq!(
        seen["execution"]["cost"],
        json!({"state": "EXACT", "amount": 230})
    );
    assert_eq!(seen["execution"]["messages"][0]["role"], "USER");
    assert_eq!(
        seen["executions"],
        json!({"next": null, "executions": [{"id": id, "rating": 0}]})
    );
    assert_eq!(
        seen["usage"]["rows"],
        json!([{"key": prompt, "label": "Ask", "executions": 1}])
    );
    assert_eq!(seen["home"]["recent"][0]["id"], *id);
    let keep = "mutation($id: ID!, $document: ID!) {
      rateExecution(id: $id, input: {rating: 1}) { rating }
      saveOutput(id: $id, input: {document: $document}) { document { body { text } } }
      cancelExecution(id: $id) { state }
    }";
    let document = krowoc_tests::ops::doc_id();
    let kept = data(&person, keep, json!({"id": id, "document": document})).await;
    assert_eq!(kept["rateExecution"]["rating"], 1);
    assert_eq!(kept["saveOutput"]["document"]["body"]["text"], "Said");
    assert_eq!(kept["cancelExecution"]["state"], "COMPLETED");
    let (code, error) = refused(
        &person,
        "mutation($id: ID!) { rateExecution(id: $id, input: {rating: 7}) { rating } }",
        json!({"id": id}),
    )
    .await;
    assert_eq!(
        (code.as_str(), &error["extensions"]["field"]),
        ("invalid_field", &json!("/rating"))
    );
}

#[tokio::test]
async fn a_team_is_made_joined_and_led() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let make = "mutation { createTeam(input: {name: \"Ours\"}) { id role } }";
    let made = data(&alice, make, json!({})).await;
    assert_eq!(made["createTeam"]["role"], "OWNER");
    let team = &made["createTeam"]["id"];
    let invite = "mutation($team: ID!) { invite(team: $team, input: {role: VIEWER}) { path } }";
    let token = data(&alice, invite, json!({"team": team})).await["invite"]["path"].clone();
    let token = token
        .as_str()
        .unwrap()
        .rsplit(['/', '=', '#'])
        .next()
        .unwrap();
    let accept =
        "mutation($token: String!) { acceptInvitation(input: {token: $token}) { id role } }";
    assert_eq!(
        data(&bob, accept, json!({"token": token})).await["acceptInvitation"]["role"],
        "VIEWER"
    );
    let write = "mutation($team: ID!) { createDocument(space: $team, input: {kind: PROMPT, body: \"x\"}) { document { id } } }";
    let (code, _) = refused(&bob, write, json!({"team": team})).await;
    assert_eq!(code, "role_too_low");
    let user = bob.session().await.user;
    let raise = "mutation($team: ID!, $user: ID!) { changeRole(team: $team, user: $user, input: {role: EDITOR}) { role } }";
    data(&alice, raise, json!({"team": team, "user": user})).await;
    data(&bob, write, json!({"team": team})).await;
    let look = "query($team: ID!) {
      team(team: $team) { name }
      teamMembers(team: $team) { email role }
      teamAudit(team: $team, first: 1, deed: ROLE_CHANGED) { next entries { deed role roleBefore } }
      documents(space: $team) { total }
    }";
    let seen = data(&alice, look, json!({"team": team})).await;
    let members = seen["teamMembers"].as_array().unwrap();
    assert!(members.contains(&json!({"email": "bob@example.org", "role": "EDITOR"})));
    assert_eq!(
        seen["teamAudit"]["entries"],
        json!([{"deed": "ROLE_CHANGED", "role": "EDITOR", "roleBefore": "VIEWER"}])
    );
    assert_eq!(seen["documents"]["total"], 1);
    let stranger = app.sign_up("carol@example.org").await;
    let (code, _) = refused(&stranger, look, json!({"team": team})).await;
    assert_eq!(code, "not_found");
    let leave = "mutation($team: ID!) { leaveTeam(team: $team) }";
    assert_eq!(
        data(&bob, leave, json!({"team": team})).await,
        json!({"leaveTeam": true})
    );
    let (code, _) = refused(&alice, leave, json!({"team": team})).await;
    assert_eq!(code, "last_owner");
}

#[tokio::test]
async fn a_prompt_is_made_public_voted_for_and_copied() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let id = krowoc_tests::ops::doc_id();
    let publish = "mutation($id: ID!) {
      createDocument(input: {id: $id, kind: PROMPT, set: {title: \"Say it\"}, body: \"Say {{what}}\"}) { document { id } }
      publishPrompt(id: $id, input: {bodyRev: 1}) { result { outcome } }
      makePublic(id: $id, input: {author: \"Alice\", tags: [\"words\"]}) { slug }
    }";
    let made = data(&alice, publish, json!({"id": id})).await;
    let slug = &made["makePublic"]["slug"];
    let vote =
        "mutation($slug: String!) { castVote(slug: $slug, input: {vote: UP}) { vote counts } }";
    assert_eq!(
        data(&bob, vote, json!({"slug": slug})).await["castVote"],
        json!({"vote": "UP", "counts": true})
    );
    let (code, _) = refused(&alice, vote, json!({"slug": slug})).await;
    assert_eq!(code, "forbidden");
    let fork =
        "mutation($slug: String!) { forkPrompt(slug: $slug, input: {}) { document { id } } }";
    data(&bob, fork, json!({"slug": slug})).await;
    let look = "query($slug: String!) { publicPrompt(slug: $slug) { title author text variables { name kind } } publicPrompts(q: \"say\") { total } }";
    let seen = data(&app.anonymous(), look, json!({"slug": slug})).await;
    assert_eq!(seen["publicPrompt"]["author"], "Alice");
    assert_eq!(
        seen["publicPrompt"]["variables"],
        json!([{"name": "what", "kind": "TEXT"}])
    );
    let mine = data(&bob, "{ votes { votes } }", json!({})).await;
    assert_eq!(mine["votes"]["votes"][slug.as_str().unwrap()], "up");
    let back = "mutation($id: ID!) { withdrawPublication(id: $id) { slug } }";
    data(&alice, back, json!({"id": id})).await;
    let (code, _) = refused(&app.anonymous(), look, json!({"slug": slug})).await;
    assert_eq!(code, "not_found");
}

#[tokio::test]
async fn keys_tokens_and_sessions_are_looked_after() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let make = "mutation {
      createProviderKey(input: {provider: OPENAI, key: \"sk-planted-0123456789\", name: \"Work\"}) { id hint name }
      createToken(input: {name: \"Script\", scopes: [LIBRARY_READ]}) { token view { id scopes } }
    }";
    let made = data(&alice, make, json!({})).await;
    assert!(!made["createProviderKey"].to_string().contains("planted"));
    let token = &made["createToken"];
    assert_eq!(token["view"]["scopes"], json!(["LIBRARY_READ"]));
    let program = krowoc_tests::Caller::device(app.address, token["token"].as_str().unwrap());
    data(&program, "{ spaces { space } }", json!({})).await;
    let look = "{ providerKeys { id name provider } tokens { id hint } sessions { id current } models(first: 2) { models { model } } }";
    let seen = data(&alice, look, json!({})).await;
    assert_eq!(seen["providerKeys"][0]["name"], "Work");
    assert_eq!(seen["sessions"].as_array().unwrap().len(), 1);
    let take = "mutation($key: ID!, $token: ID!) { removeProviderKey(id: $key) revokeToken(id: $token) endSessions(others: true) }";
    let ids = json!({"key": made["createProviderKey"]["id"], "token": token["view"]["id"]});
    let done = data(&alice, take, ids).await;
    assert_eq!(
        done,
        json!({"removeProviderKey": true, "revokeToken": true, "endSessions": true})
    );
    let refused: Value = super::ask(&program, "{ spaces { space } }", json!({}))
        .await
        .json();
    assert_eq!(refused["code"], "unauthenticated");
}
