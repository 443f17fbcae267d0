//! Prompts of teams, as agents of their members read them. Not the team.

use super::{Agent, names};
use krowoc_shared::access::Role;
use krowoc_tests::teams::Team;
use serde_json::json;

#[tokio::test]
async fn prompts_of_a_team_are_listed_searched_and_read_by_agents_of_its_members() {
    let agent = Agent::connect().await;
    let owner = agent.app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Lighthouse keepers").await;
    let path = format!("/api/v1/library?space={}", team.id);
    let keep = async |title: &str, text: &str| {
        let id = krowoc_tests::ops::doc_id();
        let body = json!({"id": id, "kind": "prompt", "set": {"title": title}, "body": text});
        owner.post(&path, body).await.ok();
        id
    };
    let same = keep("Greeting", "Ahoy").await;
    keep("Morse code", "Say {{word}} in Morse code").await;
    agent.prompt("Greeting", "Hello").await;
    let listed = async || names(&agent.result("prompts/list", json!({})).await, "prompts");
    assert_eq!(listed().await, ["greeting"]);
    let search = json!({"team": "lighthouse Keepers", "query": "morse"});
    let refused = agent.refusal("search_prompts", search.clone()).await;
    assert!(refused.contains("no such team"), "{refused}");
    team.enrol(&agent.app, &agent.alice, Role::Viewer).await;
    assert_eq!(listed().await, ["greeting", "morse-code"]);
    let found = agent.tool("search_prompts", search).await;
    assert_eq!(names(&found, "items"), ["morse-code"]);
    let filled = json!({"name": "morse-code", "variables": {"word": "yes"}});
    let filled = agent.tool("render_prompt", filled).await;
    assert_eq!(filled["text"], "Say yes in Morse code");
    // The slug that both have means her own; the search says by which name the team's is read.
    let read =
        async |name: &str| agent.tool("get_prompt", json!({"name": name})).await["text"].clone();
    assert_eq!(read("greeting").await, "Hello");
    let team = json!({"team": team.id, "query": "ahoy"});
    let found = agent.tool("search_prompts", team).await;
    assert_eq!(names(&found, "items"), [same.to_string()]);
    assert_eq!(read(&same.to_string()).await, "Ahoy");
    let own = agent
        .tool("search_prompts", json!({"query": "hello"}))
        .await;
    assert_eq!(names(&own, "items"), ["greeting"]);
}
