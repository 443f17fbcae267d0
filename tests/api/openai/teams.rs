//! Prompts of teams as models, for their members. Not the team.

use super::{Door, error};
use krowoc_shared::access::Role;
use krowoc_shared::dashboards::wire::TeamFiguresView;
use krowoc_tests::teams::Team;
use serde_json::{Value, json};

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

#[tokio::test]
async fn prompts_of_ones_own_and_of_ones_teams_are_listed_as_models() {
    let door = Door::open().await;
    let owner = door.app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let of_team = async |title: &str| -> String {
        let id = krowoc_tests::ops::doc_id();
        let body = json!({"id": id, "kind": "prompt", "set": {"title": title}, "body": "Shout."});
        let path = format!("/api/v1/library?space={}", team.id);
        owner.post(&path, body).await.ok();
        id.to_string()
    };
    let (same, _, away) = (
        of_team("Herald").await,
        of_team("Crier").await,
        of_team("Away").await,
    );
    let path = format!("/api/v1/library/{away}/archive?space={}", team.id);
    owner.post(&path, json!({})).await.ok();
    let own = door.prompt("Herald", "Say.", json!({})).await;
    let listed = async || -> Vec<String> {
        let list: Value = door.program.get("/v1/models").await.ok().json();
        let ids = list["data"].as_array().unwrap().iter();
        let ids = ids.filter_map(|it| it["id"].as_str()?.strip_prefix("prompt:"));
        ids.map(str::to_owned).collect()
    };
    assert_eq!(listed().await, ["herald"]);
    let user = team.enrol(&door.app, &door.alice, Role::Viewer).await;
    let mut expected = vec!["crier".to_owned(), "herald".to_owned(), same.clone()];
    expected.sort();
    assert_eq!(
        listed().await,
        expected,
        "a name that means another's is an id"
    );
    for (name, status) in [
        ("herald", 200),
        (same.as_str(), 200),
        ("away", 404),
        (&own, 404),
    ] {
        let one = door.program.get(&format!("/v1/models/prompt:{name}")).await;
        assert_eq!(one.status.as_u16(), status, "{name}");
    }
    let path = team.path(&format!("/members/{user}"));
    owner.delete(&path).await.ok();
    assert_eq!(listed().await, ["herald"]);
}
