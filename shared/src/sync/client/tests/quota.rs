//! Stories of a library that is full: what was saved stays here, marked, and arrives when there is room.

use super::*;

const QUARTER: Millis = 15 * 60_000;

fn filled(most: usize) -> (Server, Client) {
    let (mut server, mut client, _) = two();
    server.most = Some(most);
    for number in 0..most {
        client.create(&format!("kept {number}"));
    }
    client.sync(&mut server);
    assert!(client.same_as(&server));
    (server, client)
}

#[test]
fn a_clip_over_the_quota_waits_with_the_reason_and_holds_up_nothing_else() {
    let (mut server, mut client) = filled(2);
    let id = client.create("clip");
    let other = *client.locals.keys().find(|known| **known != id).unwrap();
    client.sync(&mut server);
    let row = client.rows.values().next().unwrap();
    assert!(row.waits() && row.held_until > client.now);
    assert_eq!(row.last_error.as_deref(), Some("no room"));
    assert_eq!(client.text(id), "clip");
    client.write_text(other, "changed");
    client.sync(&mut server);
    assert_eq!(client.rows.len(), 1, "only the clip waits");
    assert_eq!(server.documents[&other].body.text, "changed");
}

#[test]
fn it_is_sent_by_itself_once_there_is_room_with_what_was_made_after_it() {
    let (mut server, mut client) = filled(2);
    let id = client.create("clip");
    client.sync(&mut server);
    client.write_text(id, "clip, edited");
    let op = client.op(id).with_tag("later");
    client.edit(op);
    client.sync(&mut server);
    assert!(!server.documents.contains_key(&id));
    server.most = Some(3);
    client.sync(&mut server);
    assert!(
        !server.documents.contains_key(&id),
        "not asked all the time"
    );
    client.now += QUARTER;
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert_eq!(server.documents[&id].body.text, "clip, edited");
    assert_eq!(
        server.documents[&id].present_tags().collect::<Vec<_>>(),
        ["later"]
    );
}

#[test]
fn who_asks_to_synchronise_need_not_wait_for_it() {
    let (mut server, mut client) = filled(2);
    let id = client.create("clip");
    client.sync(&mut server);
    client.now += 1_000;
    client.state.ask(client.now);
    client.sync(&mut server);
    assert!(!server.documents.contains_key(&id), "there is no room yet");
    let row = client.rows.values().next().unwrap();
    assert_eq!(row.held_until, client.now + QUARTER, "it was tried");
    server.most = Some(3);
    client.sync(&mut server);
    assert!(!server.documents.contains_key(&id), "nobody asked");
    client.now += 1_000;
    client.state.ask(client.now);
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

#[test]
fn what_is_moved_to_the_trash_here_makes_the_room() {
    let (mut server, mut client) = filled(2);
    let other = *client.locals.keys().next().unwrap();
    let id = client.create("clip");
    client.sync(&mut server);
    let trash = Op::trash(client.op_id(), other, Kind::Prompt, client.now);
    client.edit(trash);
    client.now += QUARTER;
    client.sync(&mut server);
    client.now += QUARTER;
    client.sync(&mut server);
    assert!(client.same_as(&server));
    assert!(server.documents.contains_key(&id));
}

#[test]
fn the_limit_is_known_without_a_connection_and_follows_the_tier() {
    let (mut server, mut client) = filled(2);
    assert_eq!(client.state.prompt_limit, Some(2));
    let kept = serde_json::to_string(&client.state).unwrap();
    let kept: ClientState = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept.prompt_limit, Some(2), "it is stored");
    server.most = Some(3);
    client.state.wake(client.now);
    client.sync(&mut server);
    assert_eq!(client.state.prompt_limit, Some(3));
    server.most = None;
    client.state.wake(client.now);
    client.sync(&mut server);
    assert_eq!(client.state.prompt_limit, None);
}

fn told(client: &mut Client, spaces: Vec<SpaceState>) -> ClientState {
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    on_spaces(&client.state, Ok(spaces), &mut env).state
}

#[test]
fn a_library_is_whole_once_it_was_read_and_stays_so_while_it_is_read_anew() {
    let (server, mut client) = filled(2);
    assert!(!ClientState::new(1).is_whole());
    assert!(client.state.is_whole());
    client.state.connect(None);
    assert_eq!(client.state.phase, Phase::Ask);
    assert!(client.state.is_whole());
    let again = told(&mut client, server.spaces());
    assert_eq!(again.phase, Phase::Read);
    assert!(again.is_whole());
    let mut elsewhere = server.spaces();
    elsewhere[0].space = SpaceId::mint(1, [9; 10]);
    let mut moved = told(&mut client, elsewhere);
    assert_eq!(moved.phase, Phase::Read);
    assert!(!moved.is_whole(), "nothing of it was read yet");
    moved.phase = Phase::Sweep;
    assert!(!moved.is_whole(), "what was of the other is still here");
    moved.start_over();
    assert!(!moved.is_whole());
    moved.phase = Phase::Sweep;
    let mut random = client.ids();
    let mut env = Env {
        now: client.now,
        random: &mut random,
    };
    let done = on_sweep(&moved, Loaded::default(), &mut env).state;
    assert_eq!(done.phase, Phase::Steady);
    assert!(done.is_whole());
}

#[test]
fn a_library_whose_server_was_restored_stays_whole_while_it_is_read_anew() {
    let (mut server, mut client) = filled(2);
    let backup = server.clone();
    server.restore(&backup);
    client.state.connect(None);
    let mut restored = told(&mut client, server.spaces());
    assert_eq!(restored.phase, Phase::Read);
    assert!(restored.reoffer && restored.is_whole());
    restored.phase = Phase::Sweep;
    assert!(restored.is_whole());
}

#[test]
fn a_store_that_did_not_say_whether_it_is_whole_is_so_when_it_was_read() {
    let (_, client) = filled(2);
    let mut state = serde_json::to_value(&client.state).unwrap();
    state.as_object_mut().unwrap().remove("whole");
    let mut state: ClientState = serde_json::from_value(state).unwrap();
    assert!(state.is_whole());
    state.connect(None);
    assert!(state.is_whole());
}

#[test]
fn a_server_that_is_left_limits_nothing() {
    let (_, mut client) = filled(2);
    client.state.disconnect();
    assert_eq!(client.state.prompt_limit, None);
}

#[test]
fn a_server_and_a_store_from_before_there_were_limits_are_read() {
    let (server, client) = filled(2);
    let mut space = serde_json::to_value(&server.spaces()[0]).unwrap();
    space.as_object_mut().unwrap().remove("prompt_limit");
    let space: SpaceState = serde_json::from_value(space).unwrap();
    assert_eq!(space.prompt_limit, None);
    let mut state = serde_json::to_value(&client.state).unwrap();
    state.as_object_mut().unwrap().remove("prompt_limit");
    let state: ClientState = serde_json::from_value(state).unwrap();
    assert_eq!(state.prompt_limit, None);
}

#[test]
fn a_team_has_the_limit_that_is_told_of_it_and_not_that_of_ones_own_library() {
    let (server, client) = filled(2);
    let own = server.spaces();
    let ours = SpaceState {
        space: SpaceId::mint(1, [9; 10]),
        team: true,
        prompt_limit: Some(7),
        ..own[0].clone()
    };
    let spaces = [own, vec![ours.clone()]].concat();
    let team = ClientState::of_team(1, ours.space, Role::Editor);
    let team = on_membership(&team, &spaces).state;
    assert_eq!(team.prompt_limit, Some(7));
    let mine = on_membership(&client.state, &spaces).state;
    assert_eq!(mine.prompt_limit, Some(2));
}
