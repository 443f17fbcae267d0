//! The pages that everybody reads: whole without a script, safe whatever people write, cheap to send again.

use super::{CHEF, LAWYER, Prompt, count, fork, ran, run, server, user, vote};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

async fn page(app: &TestApp, path: &str) -> Answer {
    app.anonymous().get(path).await
}

async fn text(app: &TestApp, path: &str) -> String {
    let answer = page(app, path).await.ok();
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    answer.text()
}

#[tokio::test]
async fn the_front_page_is_whole_without_a_script() {
    let app = server().await;
    let empty = text(&app, "/leaderboard").await;
    assert!(empty.contains("Nothing is public yet"));
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    vote(&bob, "192.0.2.1", &chef, Some("up")).await.ok();
    let copy = fork(&bob, "192.0.2.1", &lawyer).await;
    ran(&app, vec![run(user(&bob).await, &copy, app.state.now())]).await;
    count(&app).await;
    let shown = text(&app, "/leaderboard").await;
    let place = |name: &str| shown.find(&format!("href=\"/p/{name}\"")).unwrap();
    assert!(place("chef") < place("lawyer"));
    for words in [
        "Why rank 1",
        "of 1,000 points",
        "by Ada",
        "1 for and 0 against",
        "krowoc-1",
        "Runs in the last 24 hours",
    ] {
        assert!(shown.contains(words), "{words}");
    }
    assert!(!shown.contains("style=") && !shown.contains("<script>"));
    let week = text(&app, "/leaderboard?window=7d&formula=wilson").await;
    assert!(week.contains("wilson-1") && week.contains("noindex"));
    for link in [
        "<a href=\"/leaderboard?window=7d\">Reach and approval</a>",
        "<a href=\"/leaderboard?window=7d&amp;formula=wilson\" aria-current=\"page\">Approval</a>",
        "<a href=\"/leaderboard?window=7d&amp;formula=classic\">Classic</a>",
        "<a href=\"/leaderboard?window=all&amp;formula=wilson\">All time</a>",
    ] {
        assert!(week.contains(link), "{link}");
    }
    let found = text(&app, "/leaderboard?q=law").await;
    assert!(found.contains("2 prompts") && found.contains("href=\"/p/lawyer\""));
    assert!(
        !found.contains("aria-label=\"Formula\""),
        "a search has one order"
    );
    assert!(
        text(&app, "/leaderboard?q=nothing-like-it")
            .await
            .contains("Nothing found")
    );
    assert!(text(&app, "/leaderboard/rules").await.contains("Wilson"));
    let wrong = page(&app, "/leaderboard?window=90d").await;
    assert_eq!(wrong.code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn who_is_not_signed_in_arrives_at_what_is_public_as_soon_as_something_is() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let empty = page(&app, "/").await;
    assert_ne!(empty.status, StatusCode::SEE_OTHER, "nothing is public yet");
    Prompt::public(&ada, "Lawyer", LAWYER).await;
    let sent = page(&app, "/").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.header("location"), "/leaderboard");
    assert_eq!(sent.header("cache-control"), "no-store");
    let own = ada.get("/").await;
    assert_ne!(own.status, StatusCode::SEE_OTHER, "the dashboard is theirs");
}

#[tokio::test]
async fn the_page_of_a_prompt_shows_it_and_fills_it_in() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let blank = json!([{"name": "contract", "kind": "long_text", "required": true}]);
    ada.patch(&lawyer.path(""), json!({"set": {"variables": blank}}))
        .await
        .ok();
    lawyer.publish().await;
    app.advance(31_000);
    let path = format!("/p/{slug}");
    let shown = text(&app, &path).await;
    for words in [
        "<h1 dir=\"auto\">Lawyer</h1>",
        "clause by clause: {{contract}}",
        "name=\"contract\"",
        "property=\"og:title\" content=\"Lawyer\"",
        "/p/lawyer/card.png",
        "rel=\"canonical\"",
    ] {
        assert!(shown.contains(words), "{words}");
    }
    let nobody = app.anonymous();
    let send = async |body: &'static str| {
        let request = nobody.request(Method::POST, &path).body(body);
        nobody
            .send(request.header("content-type", "application/x-www-form-urlencoded"))
            .await
    };
    let made = send("contract=Rent+%3Cb%3E%26%0D%0Amore").await.ok();
    assert_eq!(made.header("cache-control"), "no-store");
    assert!(
        made.text()
            .contains("clause by clause: Rent &lt;b&gt;&amp;\nmore</pre>")
    );
    let lacks = send("").await.ok().text();
    assert!(lacks.contains("Not filled in: ") && lacks.contains("contract"));
    lawyer.take_back().await;
    for gone in [page(&app, &path).await, send("contract=1").await] {
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        assert!(gone.text().contains("taken back"));
    }
    let picture = page(&app, &format!("{path}/card.png")).await;
    assert_eq!(picture.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn nothing_that_people_write_becomes_markup() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let mark = "\"><img src=x onerror=alert(1)>";
    let prompt = Prompt::made(&ada, &format!("Title {mark}"), &format!("{LAWYER} {mark}")).await;
    let edit = json!({"set": {"description": mark}});
    ada.patch(&prompt.path(""), edit).await.ok();
    prompt.publish().await;
    let body = json!({"author": mark, "tags": [mark]});
    ada.put(&prompt.path("/publication"), body).await.ok();
    let slug = super::order(&app, "").await.remove(0);
    for path in [
        "/leaderboard".to_owned(),
        format!("/p/{slug}"),
        "/leaderboard?q=%22%3E%3Cimg".to_owned(),
    ] {
        let shown = text(&app, &path).await;
        assert!(!shown.contains("<img"), "{path}");
    }
}

#[tokio::test]
async fn search_engines_find_the_public_pages_and_nothing_else() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, first) = Prompt::public(&ada, "要約", LAWYER).await;
    app.advance(1_000);
    let (_, copy) = Prompt::public(&ada, "Copy", LAWYER).await;
    assert_eq!((first.as_str(), copy.as_str()), ("要約", "copy"));
    let map = page(&app, "/sitemap.xml").await.ok();
    assert_eq!(map.header("content-type"), "application/xml; charset=utf-8");
    let map = map.text();
    assert!(map.contains("/p/%E8%A6%81%E7%B4%84</loc>") && map.contains("/leaderboard</loc>"));
    assert!(!map.contains("/p/copy"));
    let robots = page(&app, "/robots.txt").await.ok().text();
    assert!(robots.contains("Disallow: /\n") && robots.contains("/sitemap.xml"));
    for part in ["0", "1", "2", "x"] {
        let part = page(&app, &format!("/sitemap-{part}.xml")).await;
        assert_eq!(part.status, StatusCode::NOT_FOUND, "all are in one");
    }
    text(&app, "/p/%E8%A6%81%E7%B4%84").await;
    let shown = text(&app, "/p/copy").await;
    let canonical = "rel=\"canonical\" href=\"";
    let (_, rest) = shown.split_once(canonical).unwrap();
    assert!(
        rest.split('"')
            .next()
            .unwrap()
            .ends_with("/p/%E8%A6%81%E7%B4%84")
    );
}

#[tokio::test]
async fn pages_are_sent_small_and_once_with_the_policy_of_the_dashboard() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    Prompt::public(&ada, "Lawyer", LAWYER).await;
    let nobody = app.anonymous();
    let shown = text(&app, "/leaderboard").await;
    let file = |kind: &str| {
        let (_, rest) = shown
            .split_once(&format!("/leaderboard/site.{kind}?v="))
            .unwrap();
        format!(
            "/leaderboard/site.{kind}?v={}",
            rest.split('"').next().unwrap()
        )
    };
    for (path, cache) in [
        ("/leaderboard".to_owned(), "public, max-age=0, s-maxage=10"),
        ("/p/lawyer".to_owned(), "public, max-age=0, s-maxage=10"),
        (file("css"), "public, max-age=31536000, immutable"),
        (file("js"), "public, max-age=31536000, immutable"),
        ("/sitemap.xml".to_owned(), "public, max-age=0, s-maxage=10"),
        ("/p/lawyer/card.png".to_owned(), "public, max-age=3600"),
        ("/leaderboard/card.png".to_owned(), "public, max-age=3600"),
    ] {
        let first = nobody.get(&path).await.ok();
        assert_eq!(first.header("cache-control"), cache, "{path}");
        assert!(
            first
                .header("content-security-policy")
                .contains("script-src 'self'"),
            "{path}"
        );
        let known = nobody
            .request(Method::GET, &path)
            .header("if-none-match", first.header("etag"));
        assert_eq!(
            nobody.send(known).await.status,
            StatusCode::NOT_MODIFIED,
            "{path}"
        );
        let head = nobody.send(nobody.request(Method::HEAD, &path)).await;
        assert_eq!(
            (head.status, head.body.len()),
            (StatusCode::OK, 0),
            "{path}"
        );
        let small = nobody
            .request(Method::GET, &path)
            .header("accept-encoding", "gzip, br");
        let small = nobody.send(small).await;
        // A picture is packed already.
        if first.body.len() > 2_000 && !path.ends_with(".png") {
            assert_eq!(small.header("content-encoding"), "br", "{path}");
            assert!(small.body.len() <= first.body.len(), "{path}");
        }
    }
    let card = nobody.get("/p/lawyer/card.png").await;
    assert_eq!(card.header("cross-origin-resource-policy"), "cross-origin");
    let page = nobody.get("/p/lawyer").await;
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
}

/// What a page has between two texts, the first time.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

#[tokio::test]
async fn the_page_of_a_prompt_says_why_it_has_its_rank_as_the_board_does() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    app.advance(1_000);
    let (_, copy) = Prompt::public(&bob, "Copy", LAWYER).await;
    let path = format!("/p/{chef}");
    let before = page(&app, &path).await.ok();
    assert!(before.text().contains("Why rank 2"));
    vote(&bob, "192.0.2.1", &chef, Some("up")).await.ok();
    let taken = fork(&bob, "192.0.2.1", &chef).await;
    ran(&app, vec![run(user(&bob).await, &taken, app.state.now())]).await;
    count(&app).await;
    let after = page(&app, &path).await.ok();
    assert_ne!(before.header("etag"), after.header("etag"));
    let (after, board) = (after.text(), text(&app, "/leaderboard").await);
    let why = |page: &str| between(page, "<summary>Why rank 1", "</details>").to_owned();
    assert_eq!(why(&after), why(&board));
    for words in [
        "of 1,000 points",
        "in the last 24 hours",
        "People who ran it, 1",
        "1 for and 0 against",
    ] {
        assert!(why(&after).contains(words), "{words}");
    }
    assert!(
        text(&app, &format!("/p/{lawyer}"))
            .await
            .contains("Why rank 2")
    );
    let copy = text(&app, &format!("/p/{copy}")).await;
    assert!(!copy.contains("Why rank") && copy.contains("see the first one"));
    let filled = app
        .anonymous()
        .request(Method::POST, &path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("fridge=eggs");
    let filled = app.anonymous().send(filled).await.ok().text();
    assert!(filled.contains("Why rank 1") && filled.contains("Filled in"));
}

#[tokio::test]
async fn headings_stand_in_order_and_what_can_be_pressed_has_a_name() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    for path in [
        "/leaderboard",
        "/leaderboard?q=law",
        "/leaderboard/rules",
        &format!("/p/{slug}"),
    ] {
        let shown = text(&app, path).await;
        let levels = shown.split("<h").skip(1);
        let levels: Vec<u32> = levels
            .filter_map(|it| it.chars().next()?.to_digit(10))
            .collect();
        assert_eq!(levels.iter().filter(|it| **it == 1).count(), 1, "{path}");
        assert_eq!(levels.first(), Some(&1), "{path}");
        assert!(levels.windows(2).all(|it| it[1] <= it[0] + 1), "{path}");
        let navigations: Vec<&str> = shown.split("<nav").skip(1).collect();
        let mut names: Vec<&str> = navigations
            .iter()
            .map(|it| between(it, "aria-label=\"", "\""))
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), navigations.len(), "{path}: {names:?}");
        for summary in shown.split("<summary>").skip(1) {
            assert!(!summary.starts_with('<'), "{path}: {summary}");
        }
    }
}

#[tokio::test]
async fn the_picture_of_a_prompt_shows_what_it_is_called_and_who_made_it() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let path = format!("/p/{slug}/card.png");
    let picture = async || {
        app.advance(31_000);
        let answer = page(&app, &path).await.ok();
        assert_eq!(answer.header("content-type"), "image/png");
        assert!(answer.body.starts_with(b"\x89PNG"));
        let tag = answer.header("etag").to_owned();
        (tag, answer.body)
    };
    let first = picture().await;
    assert!(first.0.starts_with("W/\""), "{}", first.0);
    assert_eq!(picture().await, first, "the same while nothing changes");
    let retitle = async |title: &str| {
        let edit = json!({"set": {"title": title}});
        ada.patch(&lawyer.path(""), edit).await.ok();
        lawyer.publish().await;
    };
    let differ = |one: &(String, _), other: &(String, _)| one.0 != other.0 && one.1 != other.1;
    retitle("Lawyer for small companies").await;
    let second = picture().await;
    assert!(differ(&second, &first));
    let renamed = json!({"author": "Bea", "tags": []});
    ada.put(&lawyer.path("/publication"), renamed).await.ok();
    let third = picture().await;
    assert!(differ(&third, &second));
    // What cannot be read is not drawn: such pictures are alike, without a word.
    retitle("🚀🚀").await;
    let wordless = picture().await;
    assert!(differ(&wordless, &third));
    retitle("\u{378}").await;
    let unassigned = picture().await;
    assert_ne!(unassigned.0, wordless.0);
    assert!(unassigned.1 == wordless.1, "the same without words");
    // What can hardly be is no error.
    retitle(&"a\u{300}\u{301}".repeat(150)).await;
    assert!(differ(&picture().await, &wordless));
    let shown = text(&app, &format!("/p/{slug}")).await;
    assert!(shown.contains("property=\"og:image:alt\""));
    let board = page(&app, "/leaderboard/card.png").await.ok();
    assert_ne!(board.header("etag"), third.0);
}
