//! Tests of addresses.

use super::*;

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
        favourite: true,
        conflict: true,
        days: Some(30),
        sort: Some(Sort::Title),
    };
    let mut pages = vec![
        Route::Home,
        Route::SignIn,
        Route::SignUp,
        Route::Library(Tab::Snippets, filter),
        Route::Document(id),
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
        "/settings/keys",
        "/library/not-an-id",
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
