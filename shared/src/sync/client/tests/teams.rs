//! Stories of a team's library: a role that changes, a membership that ends and begins again. Not the choice of a library.

use super::*;

/// A team and a member of it whose machine is bound to it.
fn team(role: Role) -> (Server, Client) {
    let mut server = Server::new();
    server.team = Some(role);
    let mut client = Client::new(1);
    client.state = ClientState::of_team(1, Server::space(), role);
    client.state.connect(None);
    client.sync(&mut server);
    (server, client)
}

fn refused(client: &Client) -> Vec<ErrorCode> {
    let codes = client.rows.values().map(|row| match &row.state {
        RowState::Rejected(violation) => violation.code,
        RowState::Waiting => panic!("it waits: {row:?}"),
    });
    codes.collect()
}

fn retried(client: &mut Client, seq: u64) -> Result<(), ErrorCode> {
    let id = client.rows[&seq].op.doc_id;
    let loaded = client.load(&[id]);
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let commit = retry(&client.state, loaded, seq, None, &mut env);
    let commit = commit.map_err(|violation| violation.code)?;
    client.write(commit);
    Ok(())
}

#[test]
fn a_machine_takes_its_own_space_and_no_other() {
    let other = |team, number| SpaceState {
        space: SpaceId::mint(1, [number; 10]),
        name: String::new(),
        team,
        role: Role::Editor,
        epoch: "e".into(),
        seq: 0,
        prompt_limit: None,
        past: Vec::new(),
    };
    let (server, _) = team(Role::Viewer);
    let spaces = [vec![other(false, 7), other(true, 8)], server.spaces()].concat();
    let mut random = || [0; 10];
    let mut env = Env {
        now: 5,
        random: &mut random,
    };
    let mut own = ClientState::new(1);
    own.connect(None);
    let own = on_spaces(&own, Ok(spaces.clone()), &mut env).state;
    assert_eq!(
        (own.space, own.team),
        (Some(SpaceId::mint(1, [7; 10])), None)
    );
    // Who signs in elsewhere takes their own library along, and never into a team.
    let moved = ClientState {
        phase: Phase::Ask,
        ..own
    };
    let elsewhere = vec![other(true, 8), other(false, 9)];
    let moved = on_spaces(&moved, Ok(elsewhere), &mut env).state;
    assert_eq!(moved.space, Some(SpaceId::mint(1, [9; 10])));
    assert!(moved.reoffer);
    let bound = ClientState::of_team(1, Server::space(), Role::Editor);
    let bound = on_spaces(&bound, Ok(spaces), &mut env).state;
    assert_eq!(bound.space, Some(Server::space()));
    assert_eq!((bound.team, bound.phase), (Some(Role::Viewer), Phase::Read));
}

#[test]
fn a_viewer_reads_and_is_told_why_nothing_can_be_edited() {
    let (mut server, mut editor) = team(Role::Editor);
    let id = editor.create("ours");
    editor.sync(&mut server);
    let (_, mut viewer) = team(Role::Viewer);
    server.team = Some(Role::Viewer);
    viewer.sync(&mut server);
    assert_eq!(viewer.text(id), "ours");
    let op = viewer.op(id).with_body(0, "mine");
    let loaded = viewer.load(&[id]);
    let refusal = record(&viewer.state, loaded, op.into(), viewer.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::RoleTooLow);
    assert!(refusal.message.contains("editor"), "{}", refusal.message);
}

#[test]
fn an_edit_that_a_lower_role_may_not_make_is_kept_and_taken_with_a_higher_one() {
    let (mut server, mut client) = team(Role::Editor);
    let id = client.create("ours");
    client.sync(&mut server);
    client.write_text(id, "edited while away");
    server.team = Some(Role::Viewer);
    client.sync(&mut server);
    assert_eq!(refused(&client), [ErrorCode::RoleTooLow]);
    assert_eq!(server.documents[&id].body.text, "ours");
    server.team = Some(Role::Editor);
    client.state = on_membership(&client.state, &server.spaces()).state;
    assert_eq!(client.state.refusal(), None);
    let seq = *client.rows.keys().next().unwrap();
    retried(&mut client, seq).unwrap();
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(server.documents[&id].body.text, "edited while away");
}

#[test]
fn what_a_team_has_is_dropped_with_the_membership_and_what_it_never_took_is_kept() {
    let (mut server, mut client) = team(Role::Editor);
    let taken = client.create("taken");
    let edited = client.create("first");
    client.sync(&mut server);
    client.write_text(edited, "first, and mine");
    let fresh = client.create("never sent");
    server.member = false;
    client.sync(&mut server);
    assert_eq!(client.state.phase, Phase::Gone);
    assert!(!client.locals.contains_key(&taken));
    assert_eq!(client.locals.len(), 2);
    assert_eq!(client.text(edited), "first, and mine");
    assert_eq!(client.text(fresh), "never sent");
    assert!(client.locals.values().all(|local| local.base.is_none()));
    assert_eq!(refused(&client), [ErrorCode::RoleTooLow; 2]);
    let op = client.op(edited).with_body(0, "more");
    let loaded = client.load(&[edited]);
    assert!(record(&client.state, loaded, op.into(), client.now).is_err());
    let seq = *client.rows.keys().next().unwrap();
    assert_eq!(retried(&mut client, seq), Err(ErrorCode::RoleTooLow));
    assert_eq!(client.plan(), Step::Idle);
}

#[test]
fn who_is_let_in_again_reads_all_anew_and_may_send_what_was_kept() {
    let (mut server, mut client) = team(Role::Editor);
    let id = client.create("one");
    client.sync(&mut server);
    client.write_text(id, "one, and two");
    server.member = false;
    client.sync(&mut server);
    server.member = true;
    client.state = on_membership(&client.state, &server.spaces()).state;
    client.sync(&mut server);
    assert_eq!(
        client.text(id),
        "one",
        "the library's own until it is sent again"
    );
    let seq = *client.rows.keys().next().unwrap();
    retried(&mut client, seq).unwrap();
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(server.documents[&id].body.text, "one, and two");
}

#[test]
fn a_library_that_was_left_is_not_whole_when_its_team_is_entered_again() {
    let (mut server, mut client) = team(Role::Editor);
    client.create("taken");
    client.sync(&mut server);
    client.state.connect(None);
    assert!(client.state.is_whole());
    server.member = false;
    client.sync(&mut server);
    assert_eq!(client.state.phase, Phase::Gone);
    server.member = true;
    let again = on_membership(&client.state, &server.spaces()).state;
    assert_eq!(again.phase, Phase::Ask);
    assert!(!again.is_whole());
}

#[test]
fn an_edit_that_was_taken_and_not_read_back_yet_goes_with_the_library() {
    let (mut server, mut client) = team(Role::Editor);
    let id = client.create("one");
    let Step::Push { mark, request } = client.plan() else {
        panic!("{:?}", client.plan())
    };
    client.write(mark);
    let reply = server.push(&request);
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let loaded = client.load(&[id]);
    let commit = on_push(&client.state, &request, loaded, reply.clone(), &mut env);
    client.write(commit);
    assert!(client.rows.values().all(|row| row.ack.is_some()));
    client.state = on_membership(&client.state, &[]).state;
    assert!(client.step(&mut server));
    assert!(client.rows.is_empty() && client.locals.is_empty());
    // The same answer once more finds nobody.
    let again = on_push(&client.state, &request, Loaded::default(), reply, &mut env);
    assert_eq!(again, Commit::of(client.state.clone()));
}

#[test]
fn the_state_of_a_version_without_teams_is_read_as_ones_own_library() {
    let (mut server, mut client, _) = two();
    let id = client.create("kept");
    let mut stored = serde_json::to_value(&client.state).unwrap();
    let fields = stored.as_object_mut().unwrap();
    assert!(fields.remove("team").is_some() && fields.remove("spaces_at").is_some());
    client.state = serde_json::from_value(stored).unwrap();
    assert_eq!(client.state.team, None);
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(client.text(id), "kept");
}

#[test]
fn all_that_was_refused_of_a_document_is_given_up_in_one_commit() {
    let (mut server, mut client) = team(Role::Editor);
    let id = client.create("one");
    let other = client.create("another");
    server.member = false;
    let op = client.op(id).with(Field::Title, "A title");
    client.edit(op);
    client.state = on_membership(&client.state, &server.spaces()).state;
    assert!(client.step(&mut server));
    let refused = client.rows.values().filter(|row| row.op.doc_id == id);
    assert_eq!(refused.count(), client.load(&[id]).rows.len());
    let commit = discard_all(&client.state, client.load(&[id]), id);
    client.write(commit);
    assert!(!client.locals.contains_key(&id));
    assert!(client.rows.values().all(|row| row.op.doc_id == other));
    assert_eq!(client.text(other), "another");
}

#[test]
fn a_team_that_forbids_stops_alone_and_is_asked_again_when_it_names_the_person() {
    let (mut server, mut client) = team(Role::Editor);
    client.create("ours");
    let Step::Push { mark, request } = client.plan() else {
        panic!("{:?}", client.plan())
    };
    client.write(mark);
    let answered = |client: &mut Client, code| {
        let mut random = client.ids();
        let mut env = Env {
            now: client.now,
            random: &mut random,
        };
        let loaded = client.load(&needed_by_push(&request, &Err(status(code))));
        let answer = Err(status(code));
        let commit = on_push(&client.state, &request, loaded, answer, &mut env);
        client.write(commit);
    };
    answered(&mut client, ErrorCode::Forbidden);
    assert_eq!(client.plan(), Step::Halted(ErrorCode::Forbidden));
    assert!(!client.state.signed_out());
    client.state = on_membership(&client.state, &server.spaces()).state;
    client.sync(&mut server);
    assert!(client.same_as(&server) && client.rows.is_empty());
    // The end of the sign-in is another matter: no library is sent anything.
    client.state.halted = Some(ErrorCode::DeviceRevoked);
    client.state = on_membership(&client.state, &server.spaces()).state;
    assert_eq!(client.plan(), Step::Halted(ErrorCode::DeviceRevoked));
    assert!(client.state.signed_out());
    let mut own = ClientState::new(1);
    own.connect(None);
    own.halted = Some(ErrorCode::Forbidden);
    assert!(own.signed_out());
    own.disconnect();
    assert!(!own.signed_out());
}
