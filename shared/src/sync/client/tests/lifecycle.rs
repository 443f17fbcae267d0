//! Stories of the archive and of what is published, and of a client that was replaced by one that knows more.

use super::*;
use crate::library::lifecycle::{Act, Lifecycle, Status};

fn published(server: &mut Server, id: DocId) {
    let document = &server.documents[&id];
    let act = Act::Publish {
        body_rev: document.body.rev,
        note: String::new(),
    };
    let op = Op {
        hlc: server.stamp(),
        ..Op::new(OpId::mint(server.now, [3; 10]), id, Kind::Prompt).with_act(act)
    };
    assert_eq!(server.apply(&op).outcome, Outcome::Applied);
}

#[test]
fn a_prompt_is_archived_offline_in_a_row_of_its_own() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    let op = one.op(id).with_act(Act::Archive);
    one.edit(op);
    let op = one.op(id).with(Field::Title, "t");
    one.edit(op);
    assert_eq!(one.rows.len(), 3, "a step is not folded");
    assert_eq!(one.view(id).lifecycle.status(), Status::Archived);
    one.sync(&mut server);
    other.sync(&mut server);
    assert!(one.same_as(&server) && other.same_as(&server));
    assert_eq!(other.view(id).lifecycle.status(), Status::Archived);
}

#[test]
fn what_is_published_is_a_draft_as_soon_as_it_is_edited_here() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.sync(&mut server);
    published(&mut server, id);
    client.state.hint(server.seq);
    client.sync(&mut server);
    assert_eq!(client.view(id).lifecycle.status(), Status::Published);
    client.write_text(id, "b");
    assert_eq!(client.view(id).lifecycle.status(), Status::Draft);
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(client.view(id).lifecycle.status(), Status::Draft);
}

#[test]
fn metadata_of_two_clients_meets_name_by_name() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    one.sync(&mut server);
    other.sync(&mut server);
    let op = one
        .op(id)
        .with_meta("topic", "law")
        .with_meta("persona", "judge");
    one.edit(op);
    let op = one.op(id).with_meta("persona", serde_json::Value::Null);
    one.edit(op);
    assert_eq!(one.rows.len(), 1, "metadata is folded");
    let op = other.op(id).with_meta("category", "courts");
    other.edit(op);
    one.sync(&mut server);
    other.sync(&mut server);
    one.sync(&mut server);
    let all: Vec<_> = one.view(id).metadata().collect();
    assert_eq!(all, [("category", "courts"), ("topic", "law")]);
    assert!(one.same_as(&server) && other.same_as(&server));
}

#[test]
fn a_client_publishes_nothing_by_itself() {
    let (_, mut client, _) = two();
    let id = client.create("a");
    let act = Act::Publish {
        body_rev: 0,
        note: String::new(),
    };
    let op = client.op(id).with_act(act);
    let refused = record(&client.state, client.load(&[id]), op.into(), client.now);
    assert_eq!(refused.unwrap_err().code, ErrorCode::NotPublishable);
}

#[test]
fn a_restore_forgets_no_place_in_the_archive() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.sync(&mut server);
    let backup = server.clone();
    let op = client.op(id).with_act(Act::Archive);
    client.edit(op);
    client.sync(&mut server);
    server.restore(&backup);
    client.sync(&mut server);
    client.sync(&mut server);
    let status = server.documents[&id].lifecycle.status();
    assert_eq!(status, Status::Archived);
    assert!(client.same_as(&server));
}

#[test]
fn a_client_that_takes_the_place_of_one_that_knew_less_reads_everything_once() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.sync(&mut server);
    published(&mut server, id);
    client.state.hint(server.seq);
    client.sync(&mut server);
    // As the version before kept it: it passed the member by.
    let local = client.locals.get_mut(&id).unwrap();
    local.view.lifecycle = Lifecycle::default();
    let mut state = serde_json::to_value(&client.state).unwrap();
    state.as_object_mut().unwrap().remove("knows");
    client.state = serde_json::from_value(state).unwrap();
    let generation = client.state.generation;
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(client.view(id).lifecycle.status(), Status::Published);
    assert_eq!(client.state.generation, generation + 1);
    client.sync(&mut server);
    assert_eq!(client.state.generation, generation + 1, "once");
}
