//! Stories of texts, trash and restore.

use super::*;

#[test]
fn two_clients_see_each_others_documents() {
    let (mut server, mut one, mut other) = two();
    let ids: Vec<_> = (0..10)
        .map(|number| one.create(&format!("text {number}")))
        .collect();
    one.sync(&mut server);
    other.sync(&mut server);
    assert!(one.same_as(&server) && other.same_as(&server));
    assert_eq!(other.text(ids[7]), "text 7");
}

#[test]
fn edits_made_offline_are_folded_until_one_is_sent() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.write_text(id, "b");
    let op = client.op(id).with(Field::Title, "t");
    client.edit(op);
    assert_eq!(client.rows.len(), 1);
    let Step::Push { mark, request } = client.plan() else {
        panic!()
    };
    client.write(mark);
    client.write_text(id, "c");
    assert_eq!(client.rows.len(), 2, "a sent row does not change");
    client.write_text(id, "d");
    assert_eq!(client.rows.len(), 2);
    let lost = server.push(&request).unwrap();
    assert_eq!(lost.results[0].outcome, Outcome::Applied);
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(client.text(id), "d");
    assert!(client.view(id).conflicts.is_empty());
}

#[test]
fn texts_edited_in_different_places_by_two_clients_are_merged() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\n");
    one.sync(&mut server);
    other.sync(&mut server);
    one.write_text(id, "A\nb\nc\n");
    other.write_text(id, "a\nb\nC\n");
    one.sync(&mut server);
    other.sync(&mut server);
    one.sync(&mut server);
    assert_eq!((one.text(id), other.text(id)), ("A\nb\nC\n", "A\nb\nC\n"));
    assert!(one.same_as(&server) && other.same_as(&server));
}

#[test]
fn a_pull_leaves_a_waiting_text_on_top() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\n");
    one.sync(&mut server);
    other.sync(&mut server);
    other.write_text(id, "a\nb\nC\n");
    other.sync(&mut server);
    one.write_text(id, "A\nb\nc\n");
    let Step::Push { .. } = one.plan() else {
        panic!()
    };
    one.state.pushed_last = true;
    one.state.hint(server.seq);
    let Step::Pull(_) = one.plan() else {
        panic!("a pull is never held back")
    };
    assert!(one.step(&mut server));
    assert_eq!(one.text(id), "A\nb\nc\n");
    assert_eq!(one.locals[&id].shadow().unwrap().body.text, "a\nb\nC\n");
    one.sync(&mut server);
    assert_eq!(one.text(id), "A\nb\nC\n");
}

#[test]
fn a_text_made_from_one_that_is_being_merged_keeps_all_three() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\nd\ne\n");
    one.sync(&mut server);
    other.sync(&mut server);
    other.write_text(id, "a\nb\nc\nd\nE\n");
    other.sync(&mut server);
    one.write_text(id, "A\nb\nc\nd\ne\n");
    let Step::Push { mark, request } = one.plan() else {
        panic!()
    };
    one.write(mark);
    one.write_text(id, "A\nb\nmore\nc\nd\ne\n");
    let mut reply = server.push(&request).unwrap();
    assert_eq!(reply.results[0].outcome, Outcome::Merged);
    let pull = PullRequest {
        space: Server::space(),
        epoch: server.epoch.clone(),
        cursor: one.state.cursor,
        limit: None,
        horizon: None,
    };
    reply.changes = Some(server.pull(&pull).unwrap());
    let mut random = one.ids();
    let mut env = Env {
        now: one.now,
        random: &mut random,
    };
    let result = Ok(reply);
    let loaded = one.load(&needed_by_push(&request, &result));
    let commit = on_push(&one.state, &request, loaded, result, &mut env);
    one.write(commit);
    one.sync(&mut server);
    assert_eq!(one.text(id), "A\nb\nmore\nc\nd\nE\n");
    assert!(one.view(id).conflicts.is_empty());
}

#[test]
fn the_next_text_takes_the_place_of_its_own_conflict_revision() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\n");
    one.sync(&mut server);
    other.sync(&mut server);
    other.write_text(id, "other\n");
    other.sync(&mut server);
    one.write_text(id, "mine\n");
    let Step::Push { mark, request } = one.plan() else {
        panic!()
    };
    one.write(mark);
    let lost = server.push(&request).unwrap();
    assert_eq!(lost.results[0].outcome, Outcome::ConflictCopy);
    one.write_text(id, "mine, longer\n");
    one.sync(&mut server);
    let document = one.view(id);
    assert_eq!(document.body.text, "other\n");
    let kept: Vec<_> = document
        .conflicts
        .iter()
        .map(|conflict| conflict.text.as_str())
        .collect();
    assert_eq!(kept, ["mine, longer\n"]);
    assert!(one.same_as(&server));
}

#[test]
fn an_editor_opened_before_a_waiting_edit_does_not_overwrite_it() {
    let (mut server, mut client, _) = two();
    let id = client.create("a\nb\nc\n");
    client.sync(&mut server);
    let rev = client.view(id).body.rev;
    client.write_text(id, "A\nb\nc\n");
    let stale = client.op(id).with_body(rev, "a\nb\nC\n");
    client.edit(Edit {
        op: stale,
        seen: Some("a\nb\nc\n".into()),
    });
    assert_eq!(client.text(id), "A\nb\nC\n");
    let clash = client.op(id).with_body(rev, "x\nb\nc\n");
    client.edit(Edit {
        op: clash,
        seen: Some("a\nb\nc\n".into()),
    });
    assert_eq!(client.rows.len(), 2);
    client.sync(&mut server);
    assert_eq!(client.text(id), "A\nb\nC\n");
    assert_eq!(client.view(id).conflicts[0].text, "x\nb\nc\n");
}

#[test]
fn a_message_that_is_sent_again_is_recorded_once() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    let op = client.op(id).with_count(Counter::Uses, 1);
    client.edit(op.clone());
    client.edit(op.clone());
    client.sync(&mut server);
    client.edit(op);
    client.sync(&mut server);
    assert_eq!(server.documents[&id].counter(Counter::Uses), 1);
}

#[test]
fn a_purged_document_leaves_and_a_waiting_edit_of_it_can_be_saved_as_new() {
    let (mut server, mut one, mut other) = two();
    let (gone, kept) = (one.create("gone"), one.create("kept"));
    one.sync(&mut server);
    other.sync(&mut server);
    let op = one.op(gone).with(Field::DeletedAt, one.now);
    one.edit(op);
    let op = one.op(kept).with(Field::DeletedAt, one.now);
    one.edit(op);
    one.sync(&mut server);
    for id in [gone, kept] {
        server.seq += 1;
        let tombstone = server::purge(&server.documents[&id], server.seq);
        server.documents.insert(id, tombstone);
    }
    other.write_text(kept, "kept after all");
    other.sync(&mut server);
    assert!(!other.locals.contains_key(&gone));
    let row = other.rows.values().next().unwrap();
    assert!(!row.waits());
    assert_eq!(
        other.text(kept),
        "kept after all",
        "nothing that was written disappears"
    );
    let seq = row.seq;
    let mut random = other.ids();
    let mut env = Env {
        now: other.now,
        random: &mut random,
    };
    let commit = retry(&other.state, other.load(&[kept]), seq, None, &mut env).unwrap();
    other.write(commit);
    other.sync(&mut server);
    one.sync(&mut server);
    assert_eq!(one.text(kept), "kept after all");
    assert!(one.same_as(&server) && other.same_as(&server));
}

/// Both clients know what the backup does not: a text, a title, a new document, a deletion.
#[test]
fn a_restore_from_a_backup_loses_nothing_that_a_client_knows() {
    let (mut server, mut one, mut other) = two();
    let (edited, deleted) = (one.create("a\nb\nc\n"), one.create("to go"));
    one.sync(&mut server);
    let backup = server.clone();
    one.write_text(edited, "A\nb\nc\n");
    one.sync(&mut server);
    other.sync(&mut server);
    let op = other.op(edited).with(Field::Title, "late");
    other.edit(op);
    let op = other.op(deleted).with(Field::DeletedAt, other.now);
    other.edit(op);
    let made = other.create("made after the backup");
    other.sync(&mut server);
    other.write_text(edited, "A\nb\nC\n");
    server.restore(&backup);
    one.sync(&mut server);
    other.sync(&mut server);
    one.sync(&mut server);
    assert!(one.same_as(&server), "{:#?}", one.rows);
    assert!(other.same_as(&server));
    assert_eq!(one.text(edited), "A\nb\nC\n");
    assert_eq!(one.view(edited).title(), "late");
    assert!(one.view(edited).conflicts.is_empty());
    assert!(one.view(deleted).deleted_at().is_some());
    assert_eq!(one.text(made), "made after the backup");
}

#[test]
fn a_restore_does_not_bring_back_what_was_removed() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\n");
    one.sync(&mut server);
    other.sync(&mut server);
    let backup = server.clone();
    one.write_text(id, "a\nsecret\nb\nc\n");
    one.sync(&mut server);
    other.sync(&mut server);
    one.write_text(id, "a\nb\nc\n");
    let op = one.op(id).with(Field::DeletedAt, one.now);
    one.edit(op);
    one.sync(&mut server);
    server.restore(&backup);
    one.sync(&mut server);
    assert!(server.documents[&id].deleted_at().is_some());
    other.sync(&mut server);
    one.sync(&mut server);
    assert!(server.documents[&id].deleted_at().is_some());
    assert!(one.same_as(&server) && other.same_as(&server));
}

#[test]
fn another_account_gets_everything_that_is_here() {
    let (mut server, mut client, _) = two();
    let id = client.create("mine");
    client.sync(&mut server);
    let mut new = Server::new();
    new.epoch = "of another server".into();
    client.state.connect(None);
    client.sync(&mut new);
    assert!(client.same_as(&new));
    assert_eq!(new.documents[&id].body.text, "mine");
}

#[test]
fn a_client_that_slept_through_two_restores_offers_what_both_forgot() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\n");
    one.sync(&mut server);
    let first = server.clone();
    one.write_text(id, "a\nb\nC\n");
    one.sync(&mut server);
    other.sync(&mut server);
    server.restore(&first);
    let mut third = Client::new(3);
    third.create("from elsewhere");
    third.sync(&mut server);
    third.create("and more");
    third.sync(&mut server);
    let second = server.clone();
    server.restore(&second);
    other.sync(&mut server);
    assert_eq!(server.documents[&id].body.text, "a\nb\nC\n");
    one.sync(&mut server);
    other.sync(&mut server);
    assert!(one.same_as(&server) && other.same_as(&server));
    assert!(one.view(id).conflicts.is_empty());
}

/// Sends what is planned and gives the answer without taking it.
fn send(client: &mut Client, server: &mut Server) -> (PushRequest, Result<PushReply, Failure>) {
    let Step::Push { mark, request } = client.plan() else {
        panic!("{:?}", client.plan())
    };
    client.write(mark);
    let reply = server.push(&request);
    (request, reply)
}

fn hear(client: &mut Client, request: &PushRequest, reply: Result<PushReply, Failure>) {
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let loaded = client.load(&needed_by_push(request, &reply));
    let commit = on_push(&client.state, request, loaded, reply, &mut env);
    client.write(commit);
}

#[test]
fn an_acknowledged_row_stays_until_its_state_is_stored() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    let (request, reply) = send(&mut client, &mut server);
    hear(&mut client, &request, reply);
    let row = client.rows.values().next().unwrap();
    assert!(!row.waits() && row.ack.is_some());
    assert_eq!(client.text(id), "a");
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

#[test]
fn an_edit_that_a_restore_forgot_after_its_acknowledgement_is_sent_again() {
    let (mut server, mut one, mut other) = two();
    let backup = server.clone();
    let id = one.create("a\nb\nc\n");
    let (request, reply) = send(&mut one, &mut server);
    hear(&mut one, &request, reply);
    one.write_text(id, "a\nb\nC\n");
    server.restore(&backup);
    one.sync(&mut server);
    other.sync(&mut server);
    assert_eq!(other.text(id), "a\nb\nC\n");
    assert!(other.view(id).conflicts.is_empty());
    assert!(one.same_as(&server) && other.same_as(&server));
}

#[test]
fn texts_that_follow_each_other_are_all_moved_onto_a_merge() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a\nb\nc\nd\ne\n");
    one.sync(&mut server);
    other.sync(&mut server);
    other.write_text(id, "a\nb\nc\nd\nE\n");
    other.sync(&mut server);
    one.write_text(id, "A\nb\nc\nd\ne\n");
    let (request, reply) = send(&mut one, &mut server);
    one.write_text(id, "A\nb\nmore\nc\nd\ne\n");
    let count = one.op(id).with_count(Counter::Uses, 1);
    one.edit(count);
    one.write_text(id, "A\nb\nmore\nc\nd\ne\nlast\n");
    assert_eq!(one.rows.len(), 4);
    hear(&mut one, &request, reply);
    one.sync(&mut server);
    // The end was changed on both sides: one text in the document, the other whole beside it.
    let document = one.view(id);
    assert_eq!(document.body.text, "A\nb\nmore\nc\nd\nE\n");
    assert_eq!(document.conflicts[0].text, "A\nb\nmore\nc\nd\ne\nlast\n");
    assert!(one.same_as(&server));
}

#[test]
fn an_edit_taken_and_purged_before_its_answer_came_leaves_the_outbox() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    one.sync(&mut server);
    other.sync(&mut server);
    let op = one.op(id).with(Field::Title, "t");
    one.edit(op);
    let (request, reply) = send(&mut one, &mut server);
    let op = other.op(id).with(Field::DeletedAt, 5);
    other.edit(op);
    other.sync(&mut server);
    server.seq += 1;
    let tombstone = server::purge(&server.documents[&id], server.seq);
    server.documents.insert(id, tombstone);
    one.state.pushed_last = true;
    one.state.hint(server.seq);
    assert!(one.step(&mut server));
    assert!(one.locals.contains_key(&id), "an edit of it waits");
    hear(&mut one, &request, reply);
    assert!(one.rows.is_empty() && one.locals.is_empty());
}
