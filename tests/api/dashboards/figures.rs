//! The dashboard as its callers see it: periods, the one before, prompts, files, and nobody else's figures.

use super::{DAY, Dice, HOUR, Row, dashboard, person, put, roll_up, row};
use krowoc_shared::dashboards::Grain;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::DocId;
use krowoc_tests::ops::{Syncing, prompt};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

#[tokio::test]
async fn a_period_stands_beside_as_much_time_before_it() {
    let app = TestApp::start().await;
    let (user, caller) = person(&app, "ada@example.org").await;
    app.advance(10 * HOUR);
    let now = app.state.now();
    let mut dice = Dice(1);
    let failed = Row {
        state: ExecutionState::Failed,
        cost: 0,
        model: "groq/b",
        ..row(&mut dice, user, now - 2 * DAY)
    };
    let stopped = Row {
        state: ExecutionState::Cancelled,
        ..row(&mut dice, user, now - HOUR)
    };
    let rows = vec![
        row(&mut dice, user, now),
        stopped,
        failed,
        // The period before has eleven hours of its last day, as this one has.
        row(&mut dice, user, now - 7 * DAY - 9 * HOUR),
        row(&mut dice, user, now - 12 * DAY - 21 * HOUR),
        row(&mut dice, user, now - 12 * DAY - 21 * HOUR - 1),
        row(&mut dice, user, now - 100 * DAY),
    ];
    put(&app, rows).await;
    for rolled in [false, true] {
        if rolled {
            app.advance(HOUR / 2);
            assert_eq!(roll_up(&app).await, 7);
        }
        let view = dashboard(&caller, "period=7d").await;
        assert_eq!((view.grain, view.points.len()), (Grain::Day, 7));
        let at: Vec<u64> = view
            .points
            .iter()
            .map(|point| point.figures.executions)
            .collect();
        assert_eq!(at, [0, 0, 0, 0, 1, 0, 2]);
        assert_eq!(
            (view.total.executions, view.total.success()),
            (3, Some(5_000))
        );
        assert_eq!(
            view.total.latency.unwrap().p50,
            503,
            "within a thirty-second of 500"
        );
        assert_eq!(view.before.executions, 2);
        let models: Vec<_> = view
            .models
            .iter()
            .map(|row| (row.model.as_str(), row.figures.cost))
            .collect();
        assert_eq!(
            models,
            [("openai/a", NanoUsd(2_000)), ("groq/b", NanoUsd(0))]
        );
        let day = dashboard(&caller, "period=24h").await;
        assert_eq!((day.grain, day.points.len()), (Grain::Hour, 24));
        assert_eq!((day.total.executions, day.before.executions), (2, 0));
        assert_eq!(dashboard(&caller, "period=90d").await.total.executions, 6);
        assert_eq!(dashboard(&caller, "").await.points.len(), 30);
        let days = dashboard(&caller, "from=2026-11-19&to=2026-11-20").await;
        assert_eq!(
            (days.grain, days.points.len(), days.total.failed),
            (Grain::Hour, 48, 1)
        );
        assert!(!view.admin);
    }
    let (_, stranger) = person(&app, "eve@example.org").await;
    assert_eq!(dashboard(&stranger, "period=90d").await.total.executions, 0);
}

#[tokio::test]
async fn prompts_have_their_titles_and_tell_who_is_new_and_who_fell_silent() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let user = ada.session().await.user;
    let (device, tokens) = ada.connect_device("Laptop").await;
    let device = Syncing::device(device, &tokens);
    let (kept, old) = (prompt("Weekly report", "text"), prompt("Old one", "text"));
    device.push(vec![kept.clone(), old.clone()]).await;
    let now = app.state.now();
    let mut dice = Dice(2);
    let gone = DocId::mint(1, [9; 10]);
    let run = |dice: &mut Dice, prompt: Option<DocId>, back: i64, cost: i64| Row {
        prompt,
        cost,
        ..row(dice, user, now - back)
    };
    let rows = vec![
        run(&mut dice, Some(kept.doc_id), HOUR, 7),
        run(&mut dice, Some(kept.doc_id), 40 * DAY, 1),
        run(&mut dice, Some(gone), HOUR, 9),
        run(&mut dice, None, HOUR, 100),
        run(&mut dice, Some(old.doc_id), 35 * DAY, 1),
    ];
    put(&app, rows).await;
    for rolled in [false, true] {
        if rolled {
            app.advance(3 * 60_000);
            roll_up(&app).await;
        }
        let view = dashboard(&device.caller, "period=30d").await;
        let shown: Vec<_> = view
            .prompts
            .iter()
            .map(|row| (row.prompt, row.title.as_str(), row.figures.cost.0))
            .collect();
        assert_eq!(
            shown,
            [
                (None, "", 100),
                (Some(gone), "A prompt", 9),
                (Some(kept.doc_id), "Weekly report", 7)
            ]
        );
        let active = (view.active.count, view.active.new, view.active.silent);
        assert_eq!(active, (2, 1, 1));
    }
}

async fn file(caller: &Caller, query: &str) -> (String, String) {
    let answer = caller
        .get(&format!("/api/v1/dashboard/csv?{query}"))
        .await
        .ok();
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    (
        answer.header("content-disposition").to_owned(),
        answer.text(),
    )
}

#[tokio::test]
async fn a_file_of_csv_has_the_figures_by_time_model_or_prompt() {
    let app = TestApp::start().await;
    let (user, caller) = person(&app, "ada@example.org").await;
    let now = app.state.now();
    let mut dice = Dice(3);
    let one = Row {
        prompt: Some(DocId::mint(1, [9; 10])),
        latency: Some(12),
        ..row(&mut dice, user, now - DAY)
    };
    put(&app, vec![one, row(&mut dice, user, now - DAY)]).await;
    let (name, text) = file(&caller, "period=7d").await;
    assert_eq!(
        name,
        "attachment; filename=\"krowoc-time-2026-11-15-2026-11-21.csv\""
    );
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(
        (lines.len(), lines[0].split(',').next()),
        (8, Some("from_utc"))
    );
    assert_eq!(
        lines[6],
        "2026-11-20,2,2,0,0,0,100.00,12,503,503,0.000002,0"
    );
    assert_eq!(lines[7], "2026-11-21,0,0,0,0,0,,,,,0.00,0");
    let (_, hours) = file(&caller, "from=2026-11-20&to=2026-11-20").await;
    assert!(hours.contains("\r\n2026-11-20T00:00Z,2,"), "{hours}");
    let (name, models) = file(&caller, "period=7d&by=model").await;
    assert!(name.contains("krowoc-models-"), "{name}");
    assert!(
        models.ends_with("\r\nopenai/a,2,2,0,0,0,100.00,12,503,503,0.000002,0\r\n"),
        "{models}"
    );
    let (_, prompts) = file(&caller, "period=7d&by=prompt").await;
    let mut lines: Vec<&str> = prompts.split_terminator("\r\n").skip(1).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "(no prompt),1,1,0,0,0,100.00,503,503,503,0.000001,0",
            "A prompt,1,1,0,0,0,100.00,12,12,12,0.000001,0"
        ]
    );
}

#[tokio::test]
async fn periods_that_are_none_are_refused_with_the_field() {
    let app = TestApp::start().await;
    let (_, caller) = person(&app, "ada@example.org").await;
    for (query, field) in [
        ("from=yesterday", "/from"),
        ("from=2026-11-20&to=2026-13-01", "/to"),
        ("to=2026-11-20", "/from"),
        ("from=2026-11-20&to=2026-11-19", "/from"),
        ("from=2020-01-01", "/from"),
        ("from=2026-11-23&to=2026-11-24", "/from"),
        ("period=7d&from=2026-11-20", "/period"),
    ] {
        for path in ["dashboard", "dashboard/csv"] {
            let answer = caller.get(&format!("/api/v1/{path}?{query}")).await;
            assert_eq!(answer.code(), ErrorCode::InvalidField, "{query}");
            assert_eq!(answer.problem().field.as_deref(), Some(field), "{query}");
        }
    }
    let answer = caller.get("/api/v1/dashboard?period=year").await;
    assert!(answer.status.is_client_error());
}

#[tokio::test]
async fn figures_need_a_person_a_device_or_the_scope_of_executions() {
    let app = TestApp::start().await;
    let person = app.sign_up("ada@example.org").await;
    let body = json!({"name": "reader", "scopes": ["library:read"]});
    let made: serde_json::Value = person.post("/api/v1/tokens", body).await.ok().json();
    let reader = Caller::device(app.address, made["token"].as_str().unwrap());
    let (device, _) = person.connect_device("Laptop").await;
    for path in ["/api/v1/dashboard", "/api/v1/dashboard/csv"] {
        assert_eq!(
            app.anonymous().get(path).await.code(),
            ErrorCode::Unauthenticated
        );
        assert_eq!(reader.get(path).await.code(), ErrorCode::MissingScope);
        device.get(path).await.ok();
        person.get(path).await.ok();
    }
}
