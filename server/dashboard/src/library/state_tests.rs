//! Tests of the list's state.

use super::*;
use krowoc_shared::library::document::Kind;

fn id(n: u8) -> DocId {
    DocId::mint(1_000, [n; 10])
}

fn row(n: u8) -> Summary {
    Summary {
        id: id(n),
        kind: Kind::Prompt,
        rev: 1,
        title: format!("row {n}"),
        excerpt: String::new(),
        tags: Vec::new(),
        collection: None,
        favourite: false,
        conflict: false,
        status: Default::default(),
        published: false,
        site: String::new(),
        uses: 0,
        created_at: 0,
        updated_at: 0,
        deleted_at: None,
    }
}

fn page(rows: std::ops::Range<u8>, next: Option<&str>) -> Page {
    Page {
        items: rows.map(row).collect(),
        next: next.map(str::to_owned),
        total: 20,
    }
}

fn loaded(rows: u8) -> List {
    let mut list = List::default();
    let generation = list.restart();
    list.first(generation, page(0..rows, Some("next")));
    list
}

fn ids(numbers: &[u8]) -> BTreeSet<DocId> {
    numbers.iter().map(|n| id(*n)).collect()
}

#[test]
fn an_answer_to_an_earlier_question_is_dropped() {
    let mut list = List::default();
    let old = list.restart();
    let new = list.restart();
    list.first(new, page(0..2, None));
    list.first(old, page(5..9, None));
    list.failed(old, ApiError::Offline);
    assert_eq!(list.rows.len(), 2);
    assert_eq!(list.phase, Phase::Ready);
}

#[test]
fn a_further_page_is_asked_for_once_and_adds_no_row_twice() {
    let mut list = loaded(5);
    let (generation, cursor) = list.ask_more().unwrap();
    assert_eq!(cursor, "next");
    assert_eq!(list.ask_more(), None);
    list.append(generation, page(4..8, None));
    assert_eq!(list.rows.len(), 8);
    assert_eq!(list.ask_more(), None);
}

#[test]
fn after_a_failure_the_same_page_can_be_asked_for_again() {
    let mut list = loaded(5);
    let (generation, _) = list.ask_more().unwrap();
    list.failed(generation, ApiError::Offline);
    assert_eq!(list.rows.len(), 5);
    assert!(list.ask_more().is_some());
}

#[test]
fn the_cursor_stays_within_the_rows() {
    let mut list = loaded(3);
    assert_eq!(list.step(1), Some(0));
    assert_eq!(list.step(1), Some(1));
    assert_eq!(list.step(10), Some(2));
    assert_eq!(list.step(-10), Some(0));
    let mut empty = loaded(0);
    assert_eq!(empty.step(1), None);
}

#[test]
fn the_cursor_goes_on_to_the_next_row_when_its_own_goes() {
    let mut list = loaded(4);
    list.at = Some(id(1));
    list.remove(&ids(&[1, 2]));
    assert_eq!(list.at, Some(id(3)));
    assert_eq!(list.total, 18);
    list.remove(&ids(&[3]));
    assert_eq!(list.at, Some(id(0)));
    list.remove(&ids(&[0]));
    assert_eq!(list.at, None);
}

#[test]
fn a_range_is_marked_from_the_cursor_on() {
    let mut list = loaded(5);
    list.mark(id(1), false);
    list.mark(id(3), true);
    assert_eq!(list.selected, ids(&[1, 2, 3]));
    list.mark(id(2), false);
    assert_eq!(list.selected, ids(&[1, 3]));
    let titles: Vec<String> = list.targets().into_iter().map(|row| row.title).collect();
    assert_eq!(titles, ["row 1", "row 3"]);
}

#[test]
fn without_a_selection_an_action_is_about_the_row_at_the_cursor() {
    let mut list = loaded(5);
    assert_eq!(list.targets(), []);
    list.step(1);
    assert_eq!(list.targets().len(), 1);
    list.mark_all();
    assert_eq!(list.targets().len(), 5);
    list.mark_all();
    assert!(list.selected.is_empty());
}

#[test]
fn reading_again_keeps_the_cursor_and_forgets_marks_of_rows_that_are_gone() {
    let mut list = loaded(5);
    list.mark(id(1), false);
    list.mark(id(4), false);
    let generation = list.again();
    assert_eq!(list.rows.len(), 5);
    list.first(generation, page(0..3, None));
    assert_eq!(list.selected, ids(&[1]));
    assert_eq!(list.at, None);
}

#[test]
fn a_reading_that_fails_leaves_the_list_ready_for_more() {
    let mut list = loaded(5);
    assert!(list.ask_more().is_some());
    let generation = list.again();
    list.unread(generation);
    assert_eq!((list.rows.len(), &list.phase), (5, &Phase::Ready));
    assert!(list.ask_more().is_some());
}

#[test]
fn only_rows_near_the_window_are_drawn() {
    assert_eq!(window(0.0, 590.0, 59.0, 100_000), 0..23);
    let middle = window(59.0 * 50_000.0, 590.0, 59.0, 100_000);
    assert_eq!(middle, 49_988..50_023);
    assert_eq!(window(59.0 * 200_000.0, 590.0, 59.0, 100), 88..100);
    assert_eq!(window(-50.0, 0.0, 0.0, 0), 0..0);
}

#[test]
fn more_is_asked_for_before_the_end_is_seen() {
    let list = loaded(200);
    assert!(!list.wants_more(&(0..30)));
    assert!(list.wants_more(&(100..150)));
}

#[test]
fn a_row_outside_the_window_is_scrolled_to_its_nearer_edge() {
    assert_eq!(reveal(3, 0.0, 500.0, 50.0), None);
    assert_eq!(reveal(10, 0.0, 500.0, 50.0), Some(50.0));
    assert_eq!(reveal(1, 200.0, 500.0, 50.0), Some(50.0));
}
