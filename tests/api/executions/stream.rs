//! Reading along: from the start, after a break, late, from another server.

use super::{MODEL, detail, follow, reread, stage, start, text};
use krowoc_server::store::sessions::Holder;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::{Event, FinishReason, ToolCall};
use krowoc_shared::execution::wire::{ExecutionState, StreamEvent};
use krowoc_tests::script::{answer, usage};
use tokio::sync::mpsc::UnboundedSender;

fn say(sender: &UnboundedSender<Event>, text: &str) {
    sender.send(Event::Text(text.to_owned())).unwrap();
}

fn end(sender: &UnboundedSender<Event>) {
    sender.send(usage(1, 2)).unwrap();
    sender.send(Event::End(FinishReason::Stop)).unwrap();
}

async fn piece(events: &mut krowoc_tests::events::Events) -> String {
    loop {
        match events.next().await.unwrap() {
            StreamEvent::Text { text, .. } => return text,
            StreamEvent::Started(_) | StreamEvent::Changed { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn pieces_arrive_as_they_come() {
    let stage = stage().await;
    let model = stage.script.live(MODEL);
    let mut events = follow(&stage.person, text("x")).await;
    for text in ["one ", "two ", "ünï"] {
        say(&model, text);
        assert_eq!(piece(&mut events).await, text);
    }
    model.send(Event::Reasoning("why".to_owned())).unwrap();
    assert!(
        matches!(events.next().await, Some(StreamEvent::Reasoning { text, .. }) if text == "why")
    );
    end(&model);
    let read = events.rest().await;
    assert_eq!(read.done[0].state, ExecutionState::Completed);
    let whole = detail(&stage.person, read.done[0].id).await;
    assert_eq!(
        (whole.output.as_str(), whole.reasoning.as_str()),
        ("one two ünï", "why")
    );
}

#[tokio::test]
async fn a_reader_that_comes_back_gets_the_rest_and_nothing_twice() {
    let stage = stage().await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    let mut events = reread(&stage.person, &started, "").await;
    say(&model, "first ");
    assert_eq!(piece(&mut events).await, "first ");
    let place = events.id.clone();
    drop(events);
    // Nobody reads, and the run goes on.
    say(&model, "second ");
    say(&model, "third ");
    let mut again = reread(&stage.person, &started, &place).await;
    let mut rest = piece(&mut again).await;
    while rest.len() < "second third ".len() {
        rest.push_str(&piece(&mut again).await);
    }
    assert_eq!(rest, "second third ");
    end(&model);
    let (done, text) = again.rest().await.only();
    assert_eq!((done.state, text.as_str()), (ExecutionState::Completed, ""));
    // After the end, from the beginning, from a place, and from the last event.
    let (_, text) = reread(&stage.person, &started, "")
        .await
        .rest()
        .await
        .only();
    assert_eq!(text, "first second third ");
    let (_, text) = reread(&stage.person, &started, &place)
        .await
        .rest()
        .await
        .only();
    assert_eq!(text, "second third ");
    let nothing = reread(&stage.person, &started, &again.id)
        .await
        .rest()
        .await;
    assert!(nothing.done.is_empty() && nothing.text.is_empty());
}

#[tokio::test]
async fn several_readers_and_a_late_one_read_the_same() {
    let stage = stage().await;
    let (one, two) = (stage.script.live(MODEL), stage.script.live("openai/b"));
    let request = serde_json::json!({"text": "x", "models": [MODEL, "openai/b"]});
    let started = start(&stage.person, request).await;
    let mut early = reread(&stage.person, &started, "").await;
    let mut other = reread(&stage.person, &started, "").await;
    for number in 0..50 {
        say(&one, &format!("a{number} "));
        say(&two, &format!("b{number} "));
    }
    let mut late = reread(&stage.person, &started, "").await;
    end(&two);
    end(&one);
    let expected: String = (0..50).map(|number| format!("b{number} ")).collect();
    for events in [&mut early, &mut other, &mut late] {
        let read = events.rest().await;
        assert_eq!(read.done.len(), 2);
        assert_eq!(read.text[&started.executions[1].id], expected);
        assert_eq!(
            read.text[&started.executions[0].id],
            expected.replace('b', "a")
        );
    }
}

#[tokio::test]
async fn a_run_is_read_through_another_server_and_stopped_through_it() {
    let stage = stage().await;
    let (_other, person) = super::second(&stage).await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    let mut events = reread(&person, &started, "").await;
    say(&model, "kept after a second");
    // The server that runs it keeps what came; the other one finds it in the store.
    assert_eq!(piece(&mut events).await, "kept after a second");
    let path = format!("/api/v1/executions/{}/cancel", started.executions[0].id);
    person.post(&path, ()).await.ok();
    say(&model, " and more");
    let (done, text) = events.rest().await.only();
    assert_eq!(done.state, ExecutionState::Cancelled);
    assert_eq!(text, " and more");
    assert_eq!(stage.script.open(), 0);
}

/// Reads a stream of a run that has not ended to the stream's end.
async fn broken_off(events: &mut krowoc_tests::events::Events) {
    while let Some(event) = events.next().await {
        assert!(matches!(event, StreamEvent::Changed { .. }), "{event:?}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_access_of_who_reads_and_the_run_goes_on() {
    let stage = stage().await;
    let person = &stage.person;
    let user = person.session().await.user;
    let (device, tokens) = person.connect_device("Laptop").await;
    let (program, token) = person.program(&["executions"]).await;
    let model = stage.script.live(MODEL);
    let mut of_device = follow(&device, text("x")).await;
    let Some(StreamEvent::Started(started)) = of_device.next().await else {
        panic!("it begins")
    };
    say(&model, "one ");
    let mut of_program = reread(&program, &started, "").await;
    let mut own = reread(person, &started, "").await;
    for events in [&mut of_device, &mut of_program] {
        assert_eq!(piece(events).await, "one ");
    }
    person
        .delete(&format!("/api/v1/devices/{}", tokens.device))
        .await
        .ok();
    broken_off(&mut of_device).await;
    // Another server is told, and this one looks now and then.
    stage
        .app
        .revoke_elsewhere(user, Holder::Token(token.id))
        .await;
    stage.app.advance(15_000);
    broken_off(&mut of_program).await;
    say(&model, "two");
    end(&model);
    let (done, text) = own.rest().await.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Completed, "one two")
    );
}

#[tokio::test]
async fn a_run_that_never_pauses_is_not_read_on_without_access() {
    let stage = stage().await;
    let (device, tokens) = stage.person.connect_device("Laptop").await;
    let model = stage.script.live(MODEL);
    let mut events = follow(&device, text("x")).await;
    say(&model, "begun ");
    assert_eq!(piece(&mut events).await, "begun ");
    let path = format!("/api/v1/devices/{}", tokens.device);
    let talks = async {
        // As fast as it is taken, until nobody does.
        while let Some(event) = events.next().await {
            assert!(
                matches!(
                    event,
                    StreamEvent::Text { .. } | StreamEvent::Changed { .. }
                ),
                "{event:?}"
            );
            say(&model, "and on ");
        }
    };
    say(&model, "and on ");
    tokio::join!(talks, async { stage.person.delete(&path).await.ok() });
    end(&model);
}

#[tokio::test]
async fn somebody_elses_run_is_not_there() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("mine", 1, 1));
    let started = start(&stage.person, text("x")).await;
    let other = stage.app.sign_up("b@example.org").await;
    let id = started.executions[0].id;
    for path in [
        format!("/api/v1/executions/groups/{}/events", started.group),
        format!("/api/v1/executions/{id}"),
    ] {
        assert_eq!(other.get(&path).await.code(), ErrorCode::NotFound, "{path}");
    }
    for path in [
        format!("/api/v1/executions/groups/{}/cancel", started.group),
        format!("/api/v1/executions/{id}/cancel"),
        format!("/api/v1/executions/{id}/rating"),
        format!("/api/v1/executions/{id}/save"),
    ] {
        let body = if path.ends_with("save") {
            serde_json::json!({"document": krowoc_tests::ops::doc_id()})
        } else {
            serde_json::json!({"rating": 1})
        };
        assert_eq!(
            other.post(&path, body).await.code(),
            ErrorCode::NotFound,
            "{path}"
        );
    }
}

#[tokio::test]
async fn stopping_ends_the_call_and_keeps_what_came() {
    let stage = stage().await;
    let (one, two) = (stage.script.live(MODEL), stage.script.live("openai/b"));
    let request = serde_json::json!({"text": "x", "models": [MODEL, "openai/b"]});
    let started = start(&stage.person, request).await;
    let mut events = reread(&stage.person, &started, "").await;
    say(&one, "half an ans");
    assert_eq!(piece(&mut events).await, "half an ans");
    stage.script.called(2).await;
    let path = format!("/api/v1/executions/groups/{}/cancel", started.group);
    stage.person.post(&path, ()).await.ok();
    let read = events.rest().await;
    assert!(
        read.done
            .iter()
            .all(|done| done.state == ExecutionState::Cancelled)
    );
    assert!(one.is_closed() && two.is_closed(), "the calls have ended");
    let whole = detail(&stage.person, started.executions[0].id).await;
    assert_eq!(whole.output, "half an ans");
    // What has ended stays as it is.
    stage.person.post(&path, ()).await.ok();
    assert_eq!(
        detail(&stage.person, started.executions[0].id).await.view,
        whole.view
    );
}

#[tokio::test]
async fn tool_calls_are_put_together_and_kept() {
    let stage = stage().await;
    let piece = |index, id: &str, name: &str, arguments: &str| {
        Event::Tool(ToolCall {
            index,
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        })
    };
    stage.script.say(
        MODEL,
        vec![
            piece(0, "c0", "look", "{\"a\""),
            piece(1, "c1", "find", "{}"),
            piece(0, "", "", ":1}"),
            usage(1, 1),
            Event::End(FinishReason::ToolCalls),
        ],
    );
    let (done, _) = super::run(&stage.person, text("x")).await.only();
    let calls = detail(&stage.person, done.id).await.tool_calls;
    assert_eq!(
        (calls[0].id.as_str(), calls[0].arguments.as_str()),
        ("c0", "{\"a\":1}")
    );
    assert_eq!((calls[1].name.as_str(), calls.len()), ("find", 2));
}

#[tokio::test]
async fn a_large_answer_is_read_whole_by_whoever_comes_late() {
    let stage = stage().await;
    // Not a multiple of anything: pieces must not cut characters.
    let text_of = "añ€😀".repeat(70_001);
    stage.script.say(MODEL, answer(&text_of, 1, 1));
    let started = start(&stage.person, text("x")).await;
    let (_, read) = reread(&stage.person, &started, "")
        .await
        .rest()
        .await
        .only();
    assert!(read == text_of);
}
