//! Published versions of prompts as models: run as they were published. Not the publishing.

use super::{Door, error};
use krowoc_shared::library::wire::Written;
use serde_json::{Value, json};

#[tokio::test]
async fn a_published_version_is_run_as_it_was_published_and_the_name_alone_as_it_is_now() {
    let door = Door::open().await;
    let settings = |system: &str, temperature: f64| json!({"model": "compatible/any", "system": system, "parameters": {"temperature": temperature}});
    let id = door
        .prompt("Herald", "Say {{word}}.", settings("Be kind.", 0.5))
        .await;
    let path = format!("/api/v1/library/{id}");
    let run = async |model: &str| {
        let body = json!({"model": model, "messages": [], "variables": {"word": "yes"}});
        door.program.post(super::PATH, body).await
    };
    let refused = error(&run("prompt:herald@published").await, 404);
    assert_eq!(refused["code"], "model_not_found");
    let said = refused["message"].as_str().unwrap();
    assert!(said.contains("published"), "{said}");
    let made: Value = door.alice.get(&path).await.ok().json();
    let publish = json!({"body_rev": made["document"]["body"]["rev"]});
    let published = door.alice.post(&format!("{path}/publish"), publish).await;
    let published: Written = published.ok().json();
    let base = published.document.body.rev;
    let edit = json!({"set": {"execution": settings("Be brief.", 0.9)}, "body": {"base_rev": base, "text": "Shout {{word}}."}});
    door.alice.patch(&path, edit).await.ok();
    for (name, system, text, temperature) in [
        ("prompt:herald", "Be brief.", "Shout yes.", 0.9),
        ("prompt:herald@1", "Be kind.", "Say yes.", 0.5),
        ("prompt:herald@published", "Be kind.", "Say yes.", 0.5),
        // The next draft has no settings of its own.
        ("prompt:herald@2", "Be brief.", "Shout yes.", 0.9),
    ] {
        run(name).await.ok();
        let messages =
            json!([{"role": "system", "content": system}, {"role": "user", "content": text}]);
        assert_eq!(door.sent(), messages, "{name}");
        let sent = door.provider.asked().last().unwrap().json();
        assert_eq!(sent["temperature"], temperature, "{name}");
    }
}
