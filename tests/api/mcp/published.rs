//! Published versions, as agents read them.

use super::{Agent, names};
use serde_json::{Value, json};

#[tokio::test]
async fn a_published_version_is_read_with_what_was_published_beside_its_text() {
    let agent = Agent::connect().await;
    let variables = |help: &str| json!([{"name": "name", "kind": "text", "help": help}]);
    let execution = |system: &str| json!({"system": system});
    let set = json!({"title": "Greeting", "description": "For guests", "variables": variables("Who comes"), "execution": execution("Be kind.")});
    let id = agent.keep("prompt", set, "Hello {{name}}").await;
    let path = format!("/api/v1/library/{id}");
    let (_, unpublished) = agent
        .error("prompts/get", json!({"name": "greeting@published"}))
        .await;
    assert!(unpublished.contains("published"), "{unpublished}");
    let made: Value = agent.alice.get(&path).await.ok().json();
    let body = json!({"body_rev": made["document"]["body"]["rev"]});
    let published = agent.alice.post(&format!("{path}/publish"), body).await;
    published.ok();
    let set = json!({"description": "For friends", "variables": variables("Whoever"), "execution": execution("Be brief.")});
    agent.alice.patch(&path, json!({"set": set})).await.ok();
    for (name, description, help, system) in [
        ("greeting", "For friends", "Whoever", "Be brief."),
        ("greeting@1", "For guests", "Who comes", "Be kind."),
        ("greeting@published", "For guests", "Who comes", "Be kind."),
    ] {
        let read = agent.tool("get_prompt", json!({"name": name})).await;
        assert_eq!(read["description"], description, "{name}");
        assert_eq!(read["variables"][0]["help"], help, "{name}");
        assert_eq!(read["version"], 1, "{name}");
        let filled = json!({"name": name, "variables": {"name": "Ada"}});
        let filled = agent.tool("render_prompt", filled).await;
        assert_eq!(filled, json!({"text": "Hello Ada", "system": system}));
    }
    let listed = async || names(&agent.result("prompts/list", json!({})).await, "prompts");
    assert_eq!(listed().await, ["greeting"]);
    let away = agent
        .alice
        .post(&format!("{path}/archive"), json!({}))
        .await;
    away.ok();
    assert_eq!(listed().await, Vec::<String>::new());
    agent
        .tool("get_prompt", json!({"name": "greeting@published"}))
        .await;
}
