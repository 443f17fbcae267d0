//! Accounts and their tiers, as who looks after the server sees and sets them.

use krowoc_shared::accounts::admin::{AccountPage, AccountRow};
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::quota::Tier;
use krowoc_shared::library::wire::Overview;
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;

async fn server() -> (TestApp, Caller) {
    let app = TestApp::start_with(Options {
        settings: vec![
            ("admin_emails", "root@example.org".to_owned()),
            ("default_tier", "free".to_owned()),
        ],
        seed: None,
    })
    .await;
    let root = app.sign_up("root@example.org").await;
    (app, root)
}

async fn page(root: &Caller, query: &str) -> AccountPage {
    let path = format!("/api/v1/admin/accounts?{query}");
    root.get(&path).await.ok().json()
}

fn addresses(page: &AccountPage) -> Vec<&str> {
    page.accounts.iter().map(|it| it.email.as_str()).collect()
}

#[tokio::test]
async fn accounts_are_listed_in_pages_and_found_by_a_part_of_their_address() {
    let (app, root) = server().await;
    for name in ["ada", "bob_1", "bobx1"] {
        app.advance(1);
        app.sign_up(&format!("{name}@example.org")).await;
    }
    let first = page(&root, "limit=3").await;
    assert_eq!(
        addresses(&first),
        ["bobx1@example.org", "bob_1@example.org", "ada@example.org"]
    );
    let next = first.next.unwrap();
    let second = page(&root, &format!("limit=3&cursor={next}")).await;
    assert_eq!(
        (addresses(&second), second.next),
        (vec!["root@example.org"], None)
    );
    assert_eq!(addresses(&page(&root, "q=ADA").await), ["ada@example.org"]);
    // What stands for any letter elsewhere is a letter here.
    assert_eq!(
        addresses(&page(&root, "q=b_1").await),
        ["bob_1@example.org"]
    );
    assert_eq!(addresses(&page(&root, "q=%25").await), Vec::<&str>::new());
    assert_eq!(addresses(&page(&root, "q=a%00").await), Vec::<&str>::new());
}

#[tokio::test]
async fn a_tier_that_is_set_holds_at_once_and_for_the_teams_that_somebody_owns() {
    let (app, root) = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let team = Team::of(&ada, "Ours").await;
    let body = json!({"kind": "prompt", "body": "x"});
    ada.post("/api/v1/library", body).await.ok();
    let row = page(&root, "q=ada").await.accounts.remove(0);
    assert_eq!((row.tier, row.given, row.prompts), (Tier::Free, false, 1));
    let path = format!("/api/v1/admin/accounts/{}/tier", row.user);
    let set: AccountRow = root.put(&path, json!({"tier": "power"})).await.ok().json();
    assert_eq!((set.tier, set.given), (Tier::Power, true));
    for query in [String::new(), format!("?space={}", team.id)] {
        let path = format!("/api/v1/library/overview{query}");
        let overview: Overview = ada.get(&path).await.ok().json();
        assert_eq!(overview.quota.tier, Tier::Power, "{query}");
    }
    let nobody = path.replace(&row.user.to_string(), &team.id.to_string());
    let unknown = root.put(&nobody, json!({"tier": "free"})).await;
    assert_eq!(unknown.code(), ErrorCode::NotFound);
    let none = root.put(&path, json!({"tier": "gold"})).await;
    assert_eq!(none.code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn nobody_else_sees_accounts_or_sets_a_tier() {
    let (app, root) = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let user = ada.session().await.user;
    let path = format!("/api/v1/admin/accounts/{user}/tier");
    let up = json!({"tier": "team"});
    assert_eq!(ada.put(&path, &up).await.code(), ErrorCode::Forbidden);
    let list = ada.get("/api/v1/admin/accounts").await;
    assert_eq!(list.code(), ErrorCode::Forbidden);
    let (program, _) = root.program(&["library:write"]).await;
    assert_eq!(program.put(&path, &up).await.code(), ErrorCode::Forbidden);
    let view = async |it: &Caller| -> AccountView { it.get("/api/v1/account").await.ok().json() };
    assert!(view(&root).await.admin && !view(&ada).await.admin);
}
