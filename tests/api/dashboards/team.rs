//! Figures of a team: its members' executions of its prompts, equal to the rows themselves at any moment, and for its admins alone.

use super::{
    DAY, Dice, HOUR, MINUTE, Of, Row, active, any, board, by_prompt, facts, finish, put, roll_up,
    row,
};
use krowoc_server::store::Tx;
use krowoc_server::store::statement::Statement;
use krowoc_shared::access::Role;
use krowoc_shared::dashboards::wire::{Begun, Figures, FirstSuccess, TeamFiguresView};
use krowoc_shared::dashboards::{Fact, Period, Span, Tally, csv};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::{DocId, UserId};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{at, edit, prompt};
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

async fn figures(team: Team, by: &Caller, query: &str) -> TeamFiguresView {
    let path = team.path(&format!("/figures?{query}"));
    by.get(&path).await.ok().json()
}

/// What is shown is what the rows come to, in all and member by member.
async fn check(app: &TestApp, team: Team, by: &Caller) {
    let facts = facts(app, Of::Team(team.id)).await;
    for period in [Period::Day, Period::Month, Period::Quarter] {
        let span = Span::of(period, app.state.now());
        let view = figures(team, by, &format!("period={}", period.as_str())).await;
        let expected_board = board(&facts, span);
        assert_eq!(view.metrics.total, expected_board.total().figures());
        assert_eq!(view.points, expected_board.series());
        let before = board(&facts, span.before());
        assert_eq!(view.metrics.before, before.total().figures());
        let mut people: BTreeMap<UserId, Tally> = BTreeMap::new();
        for fact in facts.iter().filter(|fact| span.contains(fact.at)) {
            people.entry(fact.user).or_default().add(fact);
        }
        let shown = view.metrics.people.iter();
        let shown = shown.filter(|row| row.figures.executions > 0);
        let shown: BTreeMap<_, _> = shown.map(|row| (row.user, row.figures)).collect();
        let expected = people.iter().map(|(user, tally)| (*user, tally.figures()));
        assert_eq!(shown, expected.collect());
        assert_eq!(view.metrics.active, u64::try_from(people.len()).unwrap());
        assert_eq!(view.models, expected_board.by_model(50));
        assert_eq!(
            view.model_count,
            u64::try_from(expected_board.models()).unwrap()
        );
        prompts(&facts, span, &view);
        files(team, by, period, &view).await;
    }
}

/// Each file holds what the page shows.
async fn files(team: Team, by: &Caller, period: Period, view: &TeamFiguresView) {
    // Without the names in front: those of hours and prompts are told otherwise there.
    let bare = |line: &str| line.split_once(',').map(|(_, rest)| rest.to_owned());
    let line = |figures: &Figures| bare(csv::line("", figures).trim_end());
    let lines: [(&str, Vec<&Figures>); 4] = [
        ("time", view.points.iter().map(|it| &it.figures).collect()),
        ("model", view.models.iter().map(|it| &it.figures).collect()),
        (
            "prompt",
            view.prompts.iter().map(|it| &it.figures).collect(),
        ),
        (
            "member",
            view.metrics.people.iter().map(|it| &it.figures).collect(),
        ),
    ];
    for (what, figures) in lines {
        let path = format!("/figures/csv?period={}&by={what}", period.as_str());
        let text = by.get(&team.path(&path)).await.ok().text();
        let shown: Vec<_> = text.lines().skip(1).map(bare).collect();
        let expected: Vec<_> = figures.into_iter().map(line).collect();
        assert_eq!(shown, expected, "{what}");
    }
}

/// Its prompts, one by one, and how many came and went.
fn prompts(facts: &[Fact], span: Span, view: &TeamFiguresView) {
    let shown = view.prompts.iter().map(|row| (row.prompt, row.figures));
    let shown: BTreeMap<_, _> = shown.collect();
    assert_eq!(shown, by_prompt(facts, span));
    assert!(
        view.prompts
            .is_sorted_by(|one, two| one.figures.cost >= two.figures.cost)
    );
    assert_eq!(view.active_prompts, active(facts, span));
}

/// All is counted anew, as the step leaves it that brought the counts of a team by model and by prompt.
async fn begin_anew(app: &TestApp) {
    let begun = app.state.store.write(move |tx: &mut Tx<'_>| {
        for table in ["model", "prompt", "team", "team_prompt", "late"] {
            Statement::new(&format!("DELETE FROM rollup_{table}")).execute(tx)?;
        }
        Statement::new("UPDATE rollup_cursor SET upto = ?, turns = turns + 1")
            .bind(vec![0_u8; 16])
            .execute(tx)
    });
    begun.await.unwrap();
}

/// Executions that end with a whole answer.
fn whole(rows: Vec<Row>) -> Vec<(Row, ExecutionState)> {
    let end = |row| (row, ExecutionState::Completed);
    rows.into_iter().map(end).collect()
}

async fn again(owner: &Caller) {
    owner.sign_in("owner@example.org", PASSWORD).await.ok();
}

#[tokio::test]
async fn counts_of_a_team_and_what_is_not_in_them_yet_are_its_executions_at_every_step() {
    let app = TestApp::start().await;
    let url = app.state.store.url().clone();
    let clock = Arc::clone(&app.clock);
    let other = TestApp::on(url, clock, Options::default()).await.unwrap();
    let owner = app.sign_up("owner@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let another = Team::of(&owner, "Another").await;
    let bob = team.enrol(&app, &bob, Role::Viewer).await;
    let user = owner.session().await.user;
    let mut dice = Dice(11);
    let mut open: Vec<Row> = Vec::new();
    for step in 0..20 {
        let now = app.state.now();
        let mut rows = Vec::new();
        for _ in 0..dice.below(7) {
            let who = if dice.below(2) == 0 { bob } else { user };
            let whose = [Some(team.id), Some(team.id), Some(another.id), None];
            let whose = whose[dice.below(4) as usize];
            rows.push(Row {
                team: whose,
                ..any(&mut dice, who, now)
            });
        }
        let running = rows
            .iter()
            .filter(|row| row.state == ExecutionState::Running);
        open.extend(running.cloned());
        put(&app, rows).await;
        let (ending, rest): (Vec<Row>, Vec<Row>) = open.drain(..).partition(|_| dice.below(3) == 0);
        open = rest;
        finish(&app, whole(ending)).await;
        match dice.below(4) {
            0 => {}
            1 => drop(roll_up(&app).await),
            2 => drop(roll_up(&other).await),
            _ => drop(futures_util::future::join(roll_up(&app), roll_up(&other)).await),
        }
        if step == 9 {
            // With executions that are late, and some behind the cursor.
            begin_anew(&app).await;
        }
        if step % 3 == 2 {
            again(&owner).await;
            check(&app, team, &owner).await;
            check(&app, another, &owner).await;
        }
        app.advance([MINUTE, 3 * MINUTE, HOUR, 7 * HOUR, DAY][dice.below(5) as usize]);
    }
    finish(&app, whole(open)).await;
    app.advance(HOUR);
    roll_up(&app).await;
    assert_eq!(roll_up(&other).await, 0);
    again(&owner).await;
    check(&app, team, &owner).await;
    // A team that goes while some of its executions wait to be counted takes its counts along, and holds up nobody's.
    put(
        &app,
        vec![Row {
            team: Some(another.id),
            ..any(&mut dice, user, app.state.now())
        }],
    )
    .await;
    let gone = app.state.store.write(move |tx: &mut Tx<'_>| {
        Statement::new("DELETE FROM space WHERE id = ?")
            .bind(another.id.as_bytes())
            .execute(tx)
    });
    assert_eq!(gone.await.unwrap(), 1);
    app.advance(HOUR);
    roll_up(&app).await;
    again(&owner).await;
    check(&app, team, &owner).await;
}

#[tokio::test]
async fn usage_is_told_member_by_member_a_page_at_a_time_and_as_a_file() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let bob = team.enrol(&app, &bob, Role::Editor).await;
    let eve = team.enrol(&app, &eve, Role::Viewer).await;
    let mut dice = Dice(1);
    let now = app.state.now();
    let of_team = |row: Row| Row {
        team: Some(team.id),
        ..row
    };
    let failed = Row {
        state: ExecutionState::Failed,
        cost: 0,
        ..row(&mut dice, eve, now + HOUR)
    };
    let rows = vec![
        of_team(failed),
        of_team(row(&mut dice, eve, now + 2 * HOUR)),
        of_team(row(&mut dice, eve, now + 3 * HOUR)),
        of_team(row(&mut dice, bob, now + HOUR)),
        // Of Bob's own, and before he was in the team.
        row(&mut dice, bob, now + HOUR),
        of_team(row(&mut dice, bob, now - 40 * DAY)),
    ];
    put(&app, rows).await;
    owner
        .delete(&team.path(&format!("/members/{eve}")))
        .await
        .ok();
    app.advance(4 * HOUR);
    again(&owner).await;
    let view = figures(team, &owner, "period=30d").await.metrics;
    let people: Vec<_> = view
        .people
        .iter()
        .map(|row| (row.email.as_str(), row.figures.executions, row.former))
        .collect();
    let all = [
        ("eve@example.org", 3, true),
        ("bob@example.org", 1, false),
        ("owner@example.org", 0, false),
    ];
    assert_eq!(people, all);
    assert_eq!((view.people_count, view.active, view.accounts), (3, 2, 2));
    assert_eq!(
        (view.total.success(), view.before.executions),
        (Some(7_500), 1)
    );
    assert!((480..=520).contains(&view.total.latency.unwrap().p50));
    let first = FirstSuccess {
        accounts: 2,
        reached: 1,
        median: Some(HOUR + 1),
        slow: Some(HOUR + 1),
    };
    assert_eq!(view.first, first);
    let page = figures(team, &owner, "limit=1&offset=1").await.metrics;
    let emails: Vec<_> = page.people.iter().map(|row| row.email.as_str()).collect();
    assert_eq!((emails, page.people_count), (vec!["bob@example.org"], 3));
    let path = team.path("/figures/csv?by=member");
    let file = owner.get(&path).await.ok();
    assert!(file.header("content-type").starts_with("text/csv"));
    let text = file.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("member,executions,"), "{text}");
    assert!(
        lines[1].starts_with("eve@example.org,3,2,1,0,0,66.66,"),
        "{text}"
    );
    let by_time = owner.get(&team.path("/figures/csv?period=7d")).await.ok();
    assert_eq!(by_time.text().lines().count(), 8);
}

#[tokio::test]
async fn what_each_model_and_prompt_of_a_team_cost_is_told_and_is_a_file() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let user = owner.session().await.user;
    let team = Team::of(&owner, "Ours").await;
    let ours = prompt("Weekly report", "Write it");
    team.syncing(&owner).await.push(vec![ours.clone()]).await;
    let gone = DocId::mint(BEGIN, [9; 10]);
    let mut dice = Dice(3);
    let now = app.state.now();
    let mut ran = |prompt, model, cost, back, team| Row {
        prompt: Some(prompt),
        model,
        cost,
        team,
        ..row(&mut dice, user, now - back)
    };
    let rows = vec![
        ran(ours.doc_id, "openai/a", 500, 3 * HOUR, Some(team.id)),
        ran(ours.doc_id, "openai/b", 700, HOUR, Some(team.id)),
        ran(gone, "openai/b", 400, 2 * HOUR, Some(team.id)),
        // One's own with the same model, and the team's of long ago.
        ran(DocId::mint(BEGIN, [8; 10]), "openai/b", 9_000, HOUR, None),
        ran(gone, "openai/dear", 50_000, 200 * DAY, Some(team.id)),
    ];
    put(&app, rows).await;
    let told = async || {
        let view = figures(team, &owner, "period=7d").await;
        let models: Vec<(String, i64)> = view
            .models
            .iter()
            .map(|row| (row.model.clone(), row.figures.cost.0))
            .collect();
        let prompts: Vec<(String, u64)> = view
            .prompts
            .iter()
            .map(|row| (row.title.clone(), row.figures.executions))
            .collect();
        assert_eq!(
            models,
            [("openai/b".to_owned(), 1_100), ("openai/a".to_owned(), 500)]
        );
        // What is gone is called as it was when it was run last.
        assert_eq!(
            prompts,
            [("Weekly report".to_owned(), 2), ("A prompt".to_owned(), 1)]
        );
        assert_eq!((view.active_prompts.count, view.active_prompts.new), (2, 2));
        assert_eq!(view.prompts[0].prompt, Some(ours.doc_id));
        assert!(view.prompts[0].figures.latency.is_some());
    };
    told().await;
    roll_up(&app).await;
    told().await;
    for (by, head, first, lines) in [
        ("model", "model,executions,", "openai/b,2,2,", 3),
        ("prompt", "prompt,executions,", "Weekly report,2,2,", 3),
    ] {
        let path = team.path(&format!("/figures/csv?period=7d&by={by}"));
        let file = owner.get(&path).await.ok();
        let name = format!("krowoc-team-{by}s-");
        assert!(file.header("content-disposition").contains(&name));
        let text = file.text();
        let all: Vec<&str> = text.lines().collect();
        assert_eq!(all.len(), lines, "{text}");
        assert!(
            all[0].starts_with(head) && all[1].starts_with(first),
            "{text}"
        );
    }
}

#[tokio::test]
async fn they_are_for_admins_and_owners_in_a_browser() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let editor = app.sign_up("editor@example.org").await;
    team.enrol(&app, &editor, Role::Editor).await;
    let refused = editor.get(&team.path("/figures")).await;
    assert_eq!(refused.code(), ErrorCode::RoleTooLow);
    let (device, _) = owner.connect_device("Laptop").await;
    let refused = device.get(&team.path("/figures/csv")).await;
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let wrong = owner.get(&team.path("/figures?from=2020-01-01")).await;
    assert_eq!(wrong.code(), ErrorCode::InvalidField);
}

#[tokio::test]
async fn a_creator_of_a_team_made_or_changed_a_text_of_its_library() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    team.enrol(&app, &bob, Role::Editor).await;
    let (ours, bobs) = (team.syncing(&owner).await, team.syncing(&bob).await);
    let made = at(prompt("An older one", "text"), BEGIN - 10 * DAY);
    ours.push(vec![made.clone(), prompt("Another", "text")])
        .await;
    let starred = edit(made.doc_id, BEGIN).with_tag("star");
    bobs.push(vec![starred]).await;
    let creators = async || -> Vec<u64> {
        let weeks = figures(team, &owner, "").await.metrics.weeks;
        assert_eq!(weeks[11].at, BEGIN - 5 * DAY);
        weeks.iter().map(|week| week.creators).collect()
    };
    assert_eq!(creators().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    bobs.push(vec![edit(made.doc_id, BEGIN).with_body(1, "another text")])
        .await;
    assert_eq!(creators().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
}

#[tokio::test]
async fn a_team_without_figures_says_how_far_it_has_come() {
    let app = TestApp::start().await;
    let owner = app.sign_up("owner@example.org").await;
    let team = Team::of(&owner, "Ours").await;
    let begun = async || figures(team, &owner, "period=7d").await.begun;
    let come = |prompt, run| {
        Some(Begun {
            key: false,
            prompt,
            run,
        })
    };
    assert_eq!(begun().await, come(false, false));
    // What somebody has and runs of their own is none of the team's.
    let own = json!({"kind": "prompt", "body": "Say it"});
    owner.post("/api/v1/library", own).await.ok();
    let user = owner.session().await.user;
    let mut dice = Dice(5);
    let now = app.state.now();
    put(&app, vec![row(&mut dice, user, now)]).await;
    assert_eq!(begun().await, come(false, false));
    let ours = prompt("Ours", "Say it");
    team.syncing(&owner).await.push(vec![ours]).await;
    assert_eq!(begun().await, come(true, false));
    let ran = Row {
        team: Some(team.id),
        ..row(&mut dice, user, now - 40 * DAY)
    };
    put(&app, vec![ran]).await;
    assert_eq!(begun().await, come(true, true), "long ago");
    let ran = Row {
        team: Some(team.id),
        ..row(&mut dice, user, now)
    };
    put(&app, vec![ran]).await;
    assert_eq!(begun().await, None, "there are figures");
}
