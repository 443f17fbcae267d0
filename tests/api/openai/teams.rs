//! Prompts of teams as models, for their members. Not the team.

use super::{Door, error};
use krowoc_shared::access::Role;
use krowoc_shared::dashboards::wire::TeamFiguresView;
use krowoc_tests::teams::Team;
use serde_json::json;

#[tokio::test]
async fn a_prompt_of_a_team_is_run_by_its_members_and_ones_own_goes_first() {
    let door = Door::open().await;
    let owner = door.app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let id = krowoc_tests::ops::doc_id();
    let set = json!({"title": "Herald", "execution": {"model": "compatible/any"}});
    let body = json!({"id": id, "kind": "prompt", "set": set, "body": "Shout."});
    let path = format!("/api/v1/library?space={}", team.id);
    owner.post(&path, body).await.ok();
    let run = async |model: &str| {
        let body = json!({"model": model, "messages": []});
        door.program.post(super::PATH, body).await
    };
    let by_id = format!("prompt:{id}");
    for name in ["prompt:herald", &by_id] {
        assert_eq!(error(&run(name).await, 404)["code"], "model_not_found");
    }
    let alice = team.enrol(&door.app, &door.alice, Role::Viewer).await;
    run("prompt:herald").await.ok();
    assert_eq!(door.sent(), json!([{"role": "user", "content": "Shout."}]));
    // One of her own with the same slug is meant from then on; the team's by its id.
    door.prompt("Herald", "Say.", json!({"model": "compatible/any"}))
        .await;
    for (name, text) in [("prompt:herald", "Say."), (by_id.as_str(), "Shout.")] {
        run(name).await.ok();
        assert_eq!(door.sent(), json!([{"role": "user", "content": text}]));
    }
    let figures: TeamFiguresView = owner.get(&team.path("/figures")).await.ok().json();
    assert_eq!(figures.metrics.total.executions, 2);
    owner
        .delete(&team.path(&format!("/members/{alice}")))
        .await
        .ok();
    assert_eq!(error(&run(&by_id).await, 404)["code"], "model_not_found");
}
