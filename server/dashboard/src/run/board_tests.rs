//! Tests of a run as it is told.

use super::super::form::tests::view;
use super::*;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::execution::wire::Started;

fn one() -> ExecutionView {
    view(&ModelRef::parse("openai/a").unwrap())
}

fn two() -> ExecutionView {
    ExecutionView {
        id: ExecutionId::mint(10, [5; 10]),
        ..view(&ModelRef::parse("groq/b").unwrap())
    }
}

fn started() -> Board {
    let mut board = Board::default();
    let event = StreamEvent::Started(Started {
        group: one().group,
        executions: vec![one(), two()],
    });
    assert_eq!(board.take(event, 100), Effect::Board);
    board
}

fn done(view: ExecutionView, state: ExecutionState) -> StreamEvent {
    StreamEvent::Done {
        execution: Box::new(ExecutionView { state, ..view }),
    }
}

#[test]
fn pieces_go_to_the_lane_of_their_execution() {
    let mut board = started();
    let text = |execution| StreamEvent::Text {
        execution,
        text: "x".to_owned(),
    };
    assert_eq!(
        board.take(text(two().id), 101),
        Effect::Text(1, "x".to_owned())
    );
    assert_eq!(board.lanes[1].view.state, ExecutionState::Running);
    assert!(board.lanes[1].has_text && !board.lanes[0].has_text);
    let unknown = ExecutionId::mint(1, [9; 10]);
    assert_eq!(board.take(text(unknown), 101), Effect::Board);
}

#[test]
fn the_time_to_the_first_text_is_there_with_it_and_the_servers_own_replaces_it() {
    let mut board = started();
    let text = || StreamEvent::Text {
        execution: two().id,
        text: "x".to_owned(),
    };
    let attempts = vec![Attempt {
        number: 1,
        model: two().model,
        started_at: 7_000,
        duration_ms: None,
        failure: None,
        next_at: None,
        request_id: None,
    }];
    let begun = ExecutionView {
        state: ExecutionState::Running,
        attempts,
        ..two()
    };
    let changed = |view: &ExecutionView| StreamEvent::Changed {
        execution: Box::new(view.clone()),
    };
    board.take(changed(&begun), 150);
    assert_eq!(board.lanes[1].view.first_token_ms, None);
    assert!(!board.is_quiet(&text()), "the first text shows the figure");
    board.take(text(), 450);
    board.take(text(), 900);
    assert_eq!(board.lanes[1].view.first_token_ms, Some(300));
    board.take(changed(&begun), 950);
    assert_eq!(board.lanes[1].view.first_token_ms, Some(300));
    let told = ExecutionView {
        first_token_ms: Some(280),
        ..begun
    };
    board.take(done(told, ExecutionState::Completed), 1_000);
    assert_eq!(board.lanes[1].view.first_token_ms, Some(280));
}

#[test]
fn a_state_is_told_once_and_the_end_is_the_end() {
    let mut board = started();
    let end = done(one(), ExecutionState::Completed);
    assert_eq!(board.take(end.clone(), 102), Effect::State(0));
    assert_eq!(board.take(end, 103), Effect::Board);
    assert_eq!((board.running(), board.completed()), (1, 1));
    board.take(StreamEvent::End, 104);
    assert!(board.ended);
}

#[test]
fn hearing_of_the_start_again_keeps_the_lanes() {
    let mut board = started();
    board.lanes[0].has_text = true;
    let again = StreamEvent::Started(Started {
        group: one().group,
        executions: vec![one(), two()],
    });
    board.take(again, 500);
    assert_eq!(board.lanes.len(), 2);
    assert!(board.lanes[0].has_text);
    assert_eq!(board.lanes[0].heard_at, 100);
}

#[test]
fn another_attempt_after_some_text_begins_the_answer_anew() {
    let attempt = |number| Attempt {
        number,
        model: one().model,
        started_at: 1,
        duration_ms: None,
        failure: None,
        next_at: None,
        request_id: None,
    };
    let changed = |attempts: Vec<Attempt>| StreamEvent::Changed {
        execution: Box::new(ExecutionView {
            attempts,
            state: ExecutionState::Running,
            ..one()
        }),
    };
    let mut board = started();
    board.take(changed(vec![attempt(1)]), 101);
    assert_eq!(
        board.take(changed(vec![attempt(1), attempt(2)]), 102),
        Effect::Board,
        "nothing was shown of the first"
    );
    let text = StreamEvent::Text {
        execution: one().id,
        text: "x".to_owned(),
    };
    board.take(text.clone(), 103);
    let three = vec![attempt(1), attempt(2), attempt(3)];
    assert_eq!(board.take(changed(three.clone()), 104), Effect::Anew(0));
    assert!(!board.lanes[0].has_text);
    board.take(text.clone(), 105);
    assert_eq!(board.take(changed(three.clone()), 106), Effect::Board);
    assert!(board.lanes[0].has_text);
    // One that has ended by the time at which it is heard of.
    let whole = ExecutionView {
        attempts: [three, vec![attempt(4)]].concat(),
        state: ExecutionState::Completed,
        ..one()
    };
    let ended = StreamEvent::Changed {
        execution: Box::new(whole.clone()),
    };
    assert_eq!(board.take(ended, 107), Effect::Anew(0));
    board.take(text, 108);
    let end = done(whole, ExecutionState::Completed);
    assert_eq!(board.take(end, 109), Effect::State(0));
    assert!(board.lanes[0].has_text);
}

#[test]
fn a_wait_is_counted_from_when_it_is_heard_of_by_one_clock() {
    let mut board = started();
    let failed = Attempt {
        number: 1,
        model: one().model,
        started_at: 1_000_000,
        duration_ms: Some(200),
        failure: Some(Failure::new(FailureClass::RateLimited, "slow down")),
        next_at: Some(1_005_200),
        request_id: None,
    };
    let waiting = StreamEvent::Changed {
        execution: Box::new(ExecutionView {
            attempts: vec![failed],
            ..one()
        }),
    };
    board.take(waiting.clone(), 200);
    assert_eq!(board.lanes[0].waits_until, Some(5_200));
    board.take(waiting, 900);
    assert_eq!(board.lanes[0].waits_until, Some(5_200));
    board.take(done(one(), ExecutionState::Completed), 6_000);
    assert_eq!(board.lanes[0].waits_until, None);
}

#[test]
fn events_are_read_by_their_name_and_unknown_ones_are_left_out() {
    let event = |name: &str, data: &str| {
        decode(&StreamedEvent {
            name: name.to_owned(),
            data: data.to_owned(),
            id: String::new(),
        })
    };
    let id = one().id;
    let text = StreamEvent::Text {
        execution: id,
        text: "a\nb".to_owned(),
    };
    let data = format!("{{\"execution\":\"{id}\",\"text\":\"a\\nb\"}}");
    assert_eq!(event("text", &data), Some(text.clone()));
    let whole = serde_json::to_string(&text).unwrap();
    assert_eq!(event("", &whole), Some(text));
    assert_eq!(event("end", ""), Some(StreamEvent::End));
    assert_eq!(event("news", "{}"), None);
    assert_eq!(event("text", "{"), None);
}

#[test]
fn speed_and_duration_are_of_the_time_that_passed() {
    let mut view = one();
    view.usage = Some(Usage::tokens(10, 214));
    (view.latency_ms, view.first_token_ms) = (Some(5_400), Some(820));
    assert_eq!(speed(&view), Some(467));
    view.first_token_ms = Some(5_400);
    assert_eq!(speed(&view), None);
    let board = started();
    assert_eq!(duration(&board.lanes[0], 6_400), 6_300);
}
