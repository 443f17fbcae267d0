//! Tests of addresses.

use super::*;
use crate::navigation::{placed_in, space_of};

fn there_and_back(route: &Route) -> Route {
    let address = route.address();
    let (path, search) = address.split_once('?').unwrap_or((&address, ""));
    Route::parse(path, search)
}

#[test]
fn every_page_has_an_address_that_leads_back_to_it() {
    let id = DocId::mint(1_763_700_000_000, [7; 10]);
    let filter = Filter {
        q: "tag:x \"a & b\"".to_owned(),
        tag: Some("español/ł".to_owned()),
        site: Some("example.org".to_owned()),
        collection: Some(id),
        meta: [("category", "Law & order"), ("own name", "a=b")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into(),
        favourite: true,
        conflict: true,
        status: Some(Status::Published),
        days: Some(30),
        sort: Some(Sort::Title),
    };
    let execution = ExecutionId::mint(5, [2; 10]);
    let mut pages = vec![
        Route::Home,
        Route::Dashboard(Shown::default()),
        Route::Dashboard(Shown {
            all: true,
            ..Shown::default()
        }),
        Route::SignIn,
        Route::SignUp,
        Route::Library(Tab::Snippets, filter),
        Route::Document(id),
        Route::Version(id, 12),
        Route::Run(RunPlace::of(None)),
        Route::Run(RunPlace {
            prompt: Some(id),
            group: Some(GroupId::mint(5, [1; 10])),
            from: Some(execution),
        }),
        Route::Executions(ExecutionFilter {
            prompt: Some(id),
            days: Some(7),
            ..ExecutionFilter::default()
        }),
        Route::Execution(execution),
        Route::Compare(execution, ExecutionId::mint(6, [3; 10])),
        Route::DeadLetters(LetterFilter {
            all: true,
            ..LetterFilter::default()
        }),
        Route::Community,
        Route::Import,
        Route::Connect,
        Route::ConnectDone,
    ];
    pages.extend(Section::ALL.map(Route::Settings));
    pages.extend(Tab::SHOWN.map(Route::tab));
    for page in pages {
        assert_eq!(there_and_back(&page), page);
    }
}

#[test]
fn what_is_no_page_is_lost() {
    for path in [
        "/nowhere",
        "/library/prompts/more",
        "/settings/nothing",
        "/run/not-an-id",
        "/executions/not-an-id",
        "/executions/x/with/y",
        "/library/not-an-id",
        "/library/not-an-id/versions/1",
    ] {
        assert_eq!(Route::parse(path, ""), Route::Lost, "{path}");
    }
}

#[test]
fn a_search_is_ordered_by_match_until_another_order_is_chosen() {
    let mut filter = Filter {
        q: "terraform".to_owned(),
        ..Filter::default()
    };
    assert_eq!(filter.order(), Sort::Relevance);
    filter.sort = Some(Sort::Uses);
    assert_eq!(filter.order(), Sort::Uses);
    let idle = Filter {
        sort: Some(Sort::Relevance),
        ..Filter::default()
    };
    assert_eq!(idle.order(), Sort::Edited);
    assert!(filter.narrows() && !idle.narrows());
}

#[test]
fn the_trash_lists_every_kind_and_dates_begin_at_a_day() {
    let filter = Filter {
        days: Some(7),
        ..Filter::default()
    };
    let query = filter.query(Tab::Trash, 10 * DAY + 5, None, 100);
    assert_eq!(
        (query.kind, query.trash, query.since),
        (None, Some(true), Some(3 * DAY))
    );
    let query = filter.query(Tab::Prompts, 10 * DAY + 5, None, 100);
    assert_eq!((query.kind, query.trash), (Some(Kind::Prompt), None));
}

#[test]
fn a_run_that_begins_stays_on_its_page_and_a_new_form_is_another() {
    let form = Route::Run(RunPlace::of(None));
    let begun = Route::Run(RunPlace {
        group: Some(GroupId::mint(5, [1; 10])),
        ..RunPlace::default()
    });
    assert!(form.same_page(&begun) && begun.same_page(&begun));
    assert!(!begun.same_page(&form));
    let prompt = Route::Run(RunPlace::of(Some(DocId::mint(5, [1; 10]))));
    assert!(!form.same_page(&prompt));
}

#[test]
fn a_link_to_a_document_of_a_team_opens_in_its_library() {
    let id: DocId = "0190b6f2-7c1e-7000-8000-000000000001".parse().unwrap();
    let team = "0190b6f2-7c1e-7000-8000-000000000002".parse().unwrap();
    let pages = [
        Route::Document(id),
        Route::Version(id, 3),
        Route::Run(RunPlace::of(Some(id))),
    ];
    krowoc_ui::api::Client.set_team(Some(team));
    for page in &pages {
        let address = page.address();
        let (path, search) = address.split_once('?').unwrap();
        assert_eq!(space_of(search), Some(team), "{address}");
        assert_eq!(Route::parse(path, search), *page);
    }
    assert_eq!(Route::tab(Tab::Prompts).address(), "/library/prompts");
    // Another library takes the place of the one that is looked at.
    let other = "0190b6f2-7c1e-7000-8000-000000000003".parse().unwrap();
    let address = placed_in(Route::Document(id).address(), other);
    assert_eq!(address, format!("/library/{id}?space={other}"));
    let list = placed_in("/library/all?conflict=yes".to_owned(), other);
    assert_eq!(list, format!("/library/all?conflict=yes&space={other}"));
    krowoc_ui::api::Client.set_team(None);
    for page in &pages {
        assert!(!page.address().contains("space="));
    }
    assert_eq!(space_of("?q=space%3D"), None);
}
