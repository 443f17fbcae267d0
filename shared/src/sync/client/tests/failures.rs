//! Stories of failures: back-off, refusals, quarantine, starting over.

use super::*;

/// Plans a push and answers it with a failure.
fn refuse(client: &mut Client, failure: Failure) -> PushRequest {
    let Step::Push { mark, request } = client.plan() else {
        panic!("{:?}", client.plan())
    };
    client.write(mark);
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let result = Err(failure);
    let loaded = client.load(&needed_by_push(&request, &result));
    let commit = on_push(&client.state, &request, loaded, result, &mut env);
    client.write(commit);
    request
}

#[test]
fn a_failed_push_waits_longer_each_time_and_keeps_its_rows() {
    let (mut server, mut client, _) = two();
    client.create("a");
    let mut pauses = Vec::new();
    for _ in 0..12 {
        refuse(&mut client, Failure::Network);
        let Step::WaitUntil(at) = client.plan() else {
            panic!()
        };
        pauses.push(client.state.push.retry_at - client.now);
        assert!(at <= client.state.push.retry_at);
        client.now = client.state.push.retry_at;
        client.state.pull_at = client.now + 1_000_000;
    }
    assert!(pauses[0] >= 500 && pauses[0] <= 1_000);
    assert!(pauses[4] > pauses[1] * 2);
    assert!(pauses.iter().all(|pause| *pause <= 300_000));
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

#[test]
fn the_pause_that_a_server_asks_for_is_kept() {
    let (_, mut client, _) = two();
    client.create("a");
    refuse(
        &mut client,
        Failure::Status {
            status: 429,
            code: Some(ErrorCode::RateLimited),
            retry_after: Some(120),
        },
    );
    assert_eq!(client.state.push.retry_at, client.now + 120_000);
    assert_eq!(
        client.rows.values().next().unwrap().last_error.as_deref(),
        Some(ErrorCode::RateLimited.title())
    );
}

#[test]
fn a_revoked_device_stops_until_it_is_connected_again() {
    let (mut server, mut client, _) = two();
    client.create("a");
    refuse(&mut client, status(ErrorCode::DeviceRevoked));
    assert_eq!(client.plan(), Step::Halted(ErrorCode::DeviceRevoked));
    client.state.connect(None);
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

/// Answers each push that holds the poison with a failure, until the client rests.
fn with_poison(failure: Failure, poison: &str) -> (Server, Client) {
    let (mut server, mut client, _) = two();
    for number in 0..9 {
        client.create(&format!("good {number}"));
    }
    client.create(poison);
    client.create("after it");
    for _ in 0..200 {
        client.now = client.now.max(client.state.push.retry_at);
        match client.plan() {
            Step::Push { request, .. }
                if request
                    .ops
                    .iter()
                    .any(|op| op.body.as_ref().is_some_and(|edit| edit.text == poison)) =>
            {
                refuse(&mut client, failure.clone());
            }
            _ => {
                client.step(&mut server);
            }
        }
    }
    (server, client)
}

#[test]
fn an_operation_that_the_server_never_takes_is_singled_out() {
    let (server, client) = with_poison(status(ErrorCode::InvalidJson), "poison");
    assert_eq!(server.documents.len(), 10);
    let row = client.rows.values().next().unwrap();
    assert_eq!(client.rows.len(), 1);
    assert!(
        matches!(&row.state, RowState::Rejected(violation) if violation.code == ErrorCode::InvalidJson)
    );
    assert_eq!(client.text(row.op.doc_id), "poison");
}

#[test]
fn an_operation_that_makes_the_server_fail_does_not_hold_up_the_others() {
    let (server, client) = with_poison(status(ErrorCode::Internal), "poison");
    assert_eq!(server.documents.len(), 10);
    let row = client.rows.values().next().unwrap();
    assert!(row.isolated && row.waits());
    assert_eq!(client.rows.len(), 1);
}

/// A title too long for the server only: as after a rule became stricter.
fn quarantined() -> (Server, Client, u64, DocId) {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.sync(&mut server);
    let op = client.op(id).with(Field::Title, "fine");
    client.edit(op);
    let row = client.rows.values_mut().next().unwrap();
    row.op
        .set
        .insert(Field::Title, "x".repeat(limits::TITLE_CHARS + 1).into());
    client.sync(&mut server);
    let seq = *client.rows.keys().next().unwrap();
    assert!(!client.rows[&seq].waits());
    (server, client, seq, id)
}

#[test]
fn a_refused_edit_is_kept_apart_and_can_be_changed_and_retried() {
    let (mut server, mut client, seq, id) = quarantined();
    client.write_text(id, "later edits go on");
    client.sync(&mut server);
    assert_eq!(server.documents[&id].body.text, "later edits go on");
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let edited = Op {
        set: [(Field::Title, "short".into())].into(),
        ..client.rows[&seq].op.clone()
    };
    let commit = retry(
        &client.state,
        client.load(&[id]),
        seq,
        Some(edited),
        &mut env,
    )
    .unwrap();
    client.write(commit);
    client.sync(&mut server);
    assert_eq!(server.documents[&id].title(), "short");
    assert!(client.same_as(&server));
}

#[test]
fn a_refused_edit_can_be_discarded() {
    let (mut server, mut client, seq, id) = quarantined();
    client.write(discard(&client.state, client.load(&[id]), seq));
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

#[test]
fn an_edit_that_breaks_a_rule_is_refused_where_it_is_made() {
    let (_, mut client, _) = two();
    let id = client.create("a");
    let op = client.op(id).with(Field::Title, 5);
    let violation = record(&client.state, client.load(&[id]), op.into(), client.now).unwrap_err();
    assert_eq!(violation.field, "/set/title");
    let stranger =
        Op::new(client.op_id(), DocId::mint(5, [5; 10]), Kind::Prompt).with(Field::Title, "x");
    let violation = record(
        &client.state,
        Loaded::default(),
        stranger.into(),
        client.now,
    )
    .unwrap_err();
    assert_eq!(violation.code, ErrorCode::NotFound);
}

#[test]
fn a_client_that_was_away_too_long_reads_everything_again() {
    let (mut server, mut one, mut other) = two();
    let (gone, stays) = (one.create("gone"), one.create("stays"));
    one.sync(&mut server);
    other.sync(&mut server);
    server.documents.remove(&gone);
    let unsaved = other.create("unsaved");
    let mut random = other.ids();
    let mut env = Env {
        now: other.now,
        random: &mut random,
    };
    let request = PullRequest {
        space: Server::space(),
        epoch: server.epoch.clone(),
        cursor: other.state.cursor,
        limit: None,
        horizon: None,
    };
    let commit = on_pull(
        &other.state,
        &request,
        Loaded::default(),
        Err(status(ErrorCode::ResyncRequired)),
        &mut env,
    );
    other.write(commit);
    assert_eq!(other.plan(), Step::Spaces);
    assert_eq!(
        other.text(gone),
        "gone",
        "what is here stays readable until it was read"
    );
    other.sync(&mut server);
    assert!(other.same_as(&server));
    assert!(
        other.locals.contains_key(&stays)
            && other.locals.contains_key(&unsaved)
            && !other.locals.contains_key(&gone)
    );
}

#[test]
fn another_checksum_makes_the_client_read_everything_again() {
    let (mut server, mut one, mut other) = two();
    let ids: Vec<_> = (0..8)
        .map(|number| one.create(&number.to_string()))
        .collect();
    one.sync(&mut server);
    other.sync(&mut server);
    let lost = other.locals.remove(&ids[3]).unwrap();
    other.state.checksum = other.state.checksum.without(&lost.view);
    other.sync(&mut server);
    assert_eq!(other.state.mismatches, 1);
    assert!(other.same_as(&server));
}

#[test]
fn a_checksum_that_never_fits_does_not_make_a_client_read_in_a_loop() {
    let (mut server, mut client, _) = two();
    client.create("a");
    client.sync(&mut server);
    let mut spaces = 0;
    client.state.wake(client.now);
    for _ in 0..100 {
        match client.plan() {
            Step::Pull(request) => {
                let reply = server.pull(&request).map(|reply| PullReply {
                    checksum: reply.checksum.map(|_| "0".repeat(32)),
                    ..reply
                });
                let mut random = client.ids();
                let mut env = Env {
                    now: client.now,
                    random: &mut random,
                };
                let loaded = client.load(&needed_by_pull(&reply));
                let commit = on_pull(&client.state, &request, loaded, reply, &mut env);
                client.write(commit);
            }
            step => {
                spaces += usize::from(step == Step::Spaces);
                client.step(&mut server);
            }
        }
    }
    assert!(spaces <= 2, "{spaces}");
    assert!(matches!(client.plan(), Step::WaitUntil(_)));
}

#[test]
fn an_answer_to_a_request_of_the_past_changes_nothing() {
    let (mut server, mut one, mut other) = two();
    one.create("a");
    one.sync(&mut server);
    let old = PullRequest {
        space: Server::space(),
        epoch: server.epoch.clone(),
        cursor: other.state.cursor,
        limit: None,
        horizon: None,
    };
    let late = server.pull(&old);
    other.sync(&mut server);
    let before = other.clone();
    let mut random = other.ids();
    let mut env = Env {
        now: other.now,
        random: &mut random,
    };
    let commit = on_pull(&other.state, &old, Loaded::default(), late, &mut env);
    other.write(commit);
    assert_eq!(other.state, before.state);
    assert_eq!(other.locals, before.locals);
}

#[test]
fn a_clock_a_day_ahead_is_set_right_by_the_server() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    one.sync(&mut server);
    other.sync(&mut server);
    let true_now = one.now;
    one.now += 86_400_000;
    let op = one.op(id).with(Field::Title, "from tomorrow");
    one.edit(op);
    let Step::Push { mark, request } = one.plan() else {
        panic!()
    };
    one.write(mark);
    server.now = true_now;
    let result = server.push(&request);
    let mut random = one.ids();
    let mut env = Env {
        now: one.now,
        random: &mut random,
    };
    let loaded = one.load(&needed_by_push(&request, &result));
    let commit = on_push(&one.state, &request, loaded, result, &mut env);
    one.write(commit);
    assert!(one.state.clock.last.at <= true_now + crate::hlc::MAX_AHEAD);
    let op = one.op(id).with(Field::Title, "and again");
    one.edit(op);
    assert!(one.view(id).edited().at <= true_now + crate::hlc::MAX_AHEAD);
    assert_eq!(one.view(id).title(), "and again");
}

#[test]
fn a_client_that_read_everything_passes_a_purge_floor_beyond_its_cursor() {
    let (mut server, mut client, _) = two();
    client.create("a");
    client.sync(&mut server);
    server.seq = 40;
    client.state.connect(None);
    client.sync(&mut server);
    client.state.hint(41);
    let Step::Pull(request) = client.plan() else {
        panic!()
    };
    assert!(request.cursor < 40 && request.horizon == Some(40));
}

#[test]
fn a_pause_written_before_the_clock_went_back_does_not_last_a_day() {
    let (mut server, mut client, _) = two();
    client.create("a");
    client.now += 86_400_000;
    refuse(&mut client, Failure::Network);
    client.now -= 86_400_000;
    assert!(matches!(client.plan(), Step::Push { .. } | Step::Pull(_)));
    client.sync(&mut server);
    assert!(client.same_as(&server));
}
