//! Search in many scripts.

use krowoc_shared::library::wire::{Page, Written};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

async fn titles(caller: &Caller, q: &str) -> Vec<String> {
    let request = caller.request(
        reqwest::Method::GET,
        &format!("/api/v1/library?q={}", encode(q)),
    );
    let page: Page = caller.send(request).await.ok().json();
    page.items.into_iter().map(|row| row.title).collect()
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

async fn library(app: &TestApp) -> Caller {
    let person = app.sign_up("a@example.org").await;
    let texts = [
        ("Polish", "Zażółć gęślą jaźń", "łódź"),
        ("Japanese", "東京都の天気を教えてください", "天気"),
        ("Chinese", "机器学习模型", "学习"),
        ("Arabic", "مَرْحَبًا بالعالم", "lang"),
        ("Hebrew", "שלום עולם", "lang"),
        ("German", "Die Straße ist naß", "Größe"),
        (
            "English",
            "A review of the reviewer's résumé",
            "code-review",
        ),
    ];
    let items: Vec<_> = texts
        .iter()
        .map(|(title, body, tag)| json!({"kind": "snippet", "set": {"title": title}, "tags": [tag], "body": body}))
        .collect();
    person
        .post("/api/v1/library/import", json!({"items": items}))
        .await
        .ok();
    person
}

#[tokio::test]
async fn words_are_found_whatever_their_case_and_marks() {
    let app = TestApp::start().await;
    let person = library(&app).await;
    let cases = [
        ("zazolc", "Polish"),
        ("JAŹŃ", "Polish"),
        ("lodz", "Polish"),
        ("東京", "Japanese"),
        ("京都", "Japanese"),
        ("天気", "Japanese"),
        ("学习", "Chinese"),
        ("模", "Chinese"),
        ("مرحبا", "Arabic"),
        ("שלום", "Hebrew"),
        ("strasse", "German"),
        ("grosse", "German"),
        ("resume", "English"),
        ("\"the reviewer\"", "English"),
        ("revie", "English"),
        ("snippet english", ""),
        ("code review", "English"),
        ("review -polish", "English"),
    ];
    for (q, title) in cases {
        let expected: Vec<String> = [title]
            .iter()
            .filter(|it| !it.is_empty())
            .map(ToString::to_string)
            .collect();
        assert_eq!(titles(&person, q).await, expected, "{q}");
    }
    for none in ["\"reviewer the\"", "学机", "zebra", "weather"] {
        assert!(titles(&person, none).await.is_empty(), "{none}");
    }
}

#[tokio::test]
async fn no_query_is_an_error_or_reaches_the_database_as_syntax() {
    let app = TestApp::start().await;
    let person = library(&app).await;
    for q in [
        "\"",
        "* OR 1",
        "a AND (b",
        "terms : x",
        "NEAR(a b)",
        "' | !x",
        "a:* <-> b",
        "?",
        "-",
        "\u{0}",
        "tag:a\u{0} -tag:b\u{0}c site:\u{0}d review",
        "s' OR 'l",
        "=s00",
        "-english",
    ] {
        let answer = person
            .get(&format!("/api/v1/library?q={}", encode(q)))
            .await;
        assert!(answer.status.is_success(), "{q}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_index_follows_edits_the_trash_and_the_title_comes_first() {
    let app = TestApp::start().await;
    let person = library(&app).await;
    let body = json!({"kind": "snippet", "set": {"title": "resume"}, "body": "other"});
    let made: Written = person.post("/api/v1/library", body).await.ok().json();
    app.advance(1000);
    let body = json!({"kind": "snippet", "set": {"title": "newer"}, "body": "a resume"});
    person.post("/api/v1/library", body).await.ok();
    assert_eq!(
        titles(&person, "resume").await,
        ["resume", "newer", "English"]
    );
    let path = format!("/api/v1/library/{}", made.document.id);
    person
        .patch(&path, json!({"set": {"title": "changed"}}))
        .await
        .ok();
    assert_eq!(titles(&person, "resume").await, ["newer", "English"]);
    assert_eq!(titles(&person, "changed").await, ["changed"]);
    person.delete(&path).await.ok();
    assert!(titles(&person, "changed").await.is_empty());
    let trash: Page = person
        .get("/api/v1/library?q=changed&trash=true")
        .await
        .ok()
        .json();
    assert_eq!(trash.items.len(), 1);
}

/// Titles of what a word finds with a tag, a site, or both.
async fn marked(person: &Caller, rest: &str) -> Vec<String> {
    let path = format!("/api/v1/library?q=common{rest}");
    let page: Page = person.get(&path).await.ok().json();
    assert_eq!(usize::try_from(page.total), Ok(page.items.len()));
    let mut titles: Vec<String> = page.items.into_iter().map(|row| row.title).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn words_are_narrowed_by_tags_and_sites_whatever_these_hold() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let tags = [
        "it's",
        "back\\slash",
        "two words",
        "a & !b | c:*",
        "'",
        "#",
        "work",
        "ﬁ 東京",
        "=s00",
    ];
    let long = format!("{}example", "long.".repeat(60));
    let item = |title: &str, tag: &str, site: &str| {
        let source = json!({"url": format!("https://{site}/page")});
        json!({"kind": "prompt", "set": {"title": title, "source": source, "favourite": title == "3"},
            "tags": [tag, "all"], "body": "common work it's two words example"})
    };
    let items: Vec<_> = tags
        .iter()
        .zip(0..)
        .map(|(tag, n)| item(&n.to_string(), tag, ["a.example", &long][n % 2]))
        .collect();
    person
        .post("/api/v1/library/import", json!({"items": items}))
        .await
        .ok();
    for (tag, n) in tags.iter().zip(0..) {
        let own = format!("&tag={}", encode(tag));
        let title = vec![n.to_string()];
        assert_eq!(marked(&person, &own).await, title, "{tag}");
        let both = format!("%20tag:all{own}&site={}", ["a.example", &long][n % 2]);
        assert_eq!(marked(&person, &both).await, title, "{tag}");
        let other = format!("{own}&site={}", ["a.example", &long][(n + 1) % 2]);
        assert!(marked(&person, &other).await.is_empty(), "{tag}");
        let favourite = marked(&person, &format!("{own}&favourite=true")).await;
        assert_eq!(favourite.len(), usize::from(n == 3), "{tag}");
    }
    assert_eq!(marked(&person, "&tag=all").await.len(), tags.len());
    assert_eq!(marked(&person, "%20site:a.example").await.len(), 5);
    let either = format!("%20site:a.example%20site:{long}");
    assert_eq!(marked(&person, &either).await.len(), tags.len());
    for none in [
        "&tag=common",
        "&tag=It%27s",
        "&tag=wor",
        "&site=example",
        "&tag=%00",
    ] {
        assert!(marked(&person, none).await.is_empty(), "{none}");
    }
    let long_tag = format!("&tag={}", "x".repeat(3000));
    assert!(marked(&person, &long_tag).await.is_empty());
}
