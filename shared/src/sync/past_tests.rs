//! Pasts as an import brings them.

use super::*;
use crate::ids::{DocId, OpId};
use crate::library::lifecycle::Status;
use crate::sync::server::decide;
use serde_json::json;

const NOW: Millis = 1_763_700_000_000;

fn version(text: &str, at: Millis) -> PastVersion {
    PastVersion {
        title: "Lawyer".to_owned(),
        text: text.to_owned(),
        at,
        ..PastVersion::default()
    }
}

fn published(text: &str, at: Millis) -> PastVersion {
    PastVersion {
        published: true,
        snapshot: Some(Snapshot::default()),
        ..version(text, at)
    }
}

/// A document made with a past in a space that stands at 10.
fn made(past: &Past, text: &str) -> (Change, Vec<PastRow>) {
    let op = Op {
        hlc: past.stamp(NOW).unwrap_or_default(),
        ..Op::create(
            OpId::mint(NOW, [2; 10]),
            DocId::mint(NOW, [1; 10]),
            Kind::Prompt,
            NOW,
            text,
        )
        .with(Field::Title, "Lawyer")
    };
    let context = Context {
        now: NOW,
        next_rev: 11,
        device: None,
    };
    let mut change = decide(&op, None, None, &context).change.unwrap();
    let rows = past.place(&op, &mut change, &context);
    (change, rows)
}

#[test]
fn two_equal_publications_are_two_versions_and_all_after_them_is_there() {
    let past = Past {
        versions: vec![published("one", 1), published("one", 2), version("two", 3)],
        updated_at: Some(4),
        archived: true,
        ..Past::default()
    };
    assert_eq!(past.check(Kind::Prompt), Ok(()));
    let (change, rows) = made(&past, "two");
    let kept: Vec<(u64, u64, &str, bool)> = rows
        .iter()
        .map(|it| {
            let version = &it.version;
            let published = it.published.is_some();
            (it.number, version.rev, version.text.as_str(), published)
        })
        .collect();
    let expected = [
        (1, 11, "one", true),
        (2, 12, "one", true),
        (3, 13, "two", false),
    ];
    assert_eq!(kept, expected);
    let document = change.document;
    assert_eq!((document.rev, document.body.rev), (13, 13));
    assert_eq!(document.lifecycle.published.unwrap().rev, 12);
    assert!(document.lifecycle.edited && change.version.is_none());
    assert_eq!(document.lifecycle.status(), Status::Archived);
    assert_eq!(document.edited().at, 4);
}

#[test]
fn numbers_stay_with_their_gaps_and_a_text_that_no_version_has_is_one_more() {
    let numbered = |number, text: &str| PastVersion {
        number: Some(number),
        author: Some("ann@example.org".to_owned()),
        ..version(text, 5)
    };
    let past = Past {
        versions: vec![numbered(2, "two"), numbered(5, "five")],
        ..Past::default()
    };
    let (change, rows) = made(&past, "the present");
    let kept: Vec<(u64, u64, Option<&str>)> = rows
        .iter()
        .map(|it| (it.number, it.version.rev, it.author.as_deref()))
        .collect();
    let ann = Some("ann@example.org");
    assert_eq!(kept, [(2, 12, ann), (5, 15, ann), (6, 16, None)]);
    assert_eq!((change.document.rev, change.document.body.rev), (16, 16));
}

#[test]
fn what_is_as_it_was_published_is_published_and_what_the_file_calls_edited_is_edited() {
    let status = |edited| {
        let past = Past {
            versions: vec![published("one", 1)],
            edited,
            uses: 7,
            ..Past::default()
        };
        let (change, _) = made(&past, "one");
        assert_eq!(change.document.counter(Counter::Uses), 7);
        change.document.lifecycle.status()
    };
    assert_eq!(status(false), Status::Published);
    assert_eq!(status(true), Status::Draft);
}

#[test]
fn a_time_to_come_is_now() {
    let past = Past {
        versions: vec![published("one", NOW + 5)],
        updated_at: Some(NOW + 9),
        ..Past::default()
    };
    let (change, rows) = made(&past, "one");
    assert_eq!(rows[0].version.hlc.at, NOW);
    assert_eq!(rows[0].published.as_ref().unwrap().at, NOW);
    assert_eq!(change.document.edited().at, NOW);
}

#[test]
fn the_days_in_the_trash_begin_now_and_the_last_edit_stays_that_of_the_file() {
    let past = Past {
        updated_at: Some(4),
        ..Past::default()
    };
    let op = Op {
        hlc: past.stamp(NOW).unwrap(),
        ..Op::create(
            OpId::mint(NOW, [2; 10]),
            DocId::mint(NOW, [1; 10]),
            Kind::Prompt,
            NOW,
            "one",
        )
        .with(Field::DeletedAt, 3)
    };
    let context = Context {
        now: NOW,
        next_rev: 11,
        device: None,
    };
    let mut change = decide(&op, None, None, &context).change.unwrap();
    past.place(&op, &mut change, &context);
    let document = change.document;
    assert_eq!(document.fields[&Field::DeletedAt].hlc.at, NOW);
    assert_eq!((document.deleted_at(), document.edited_at()), (Some(3), 4));
    assert_eq!(document.edited().at, NOW);
}

#[test]
fn a_wrong_value_is_refused_with_its_place() {
    let place = |past: &Past, kind| past.check(kind).unwrap_err().field;
    let with = |version: PastVersion| Past {
        versions: vec![PastVersion::default(), version],
        ..Past::default()
    };
    let numbers = |number| PastVersion {
        number: Some(number),
        ..PastVersion::default()
    };
    for number in [0, 1, limits::VERSION_NUMBER + 1] {
        let past = with(numbers(number));
        assert_eq!(place(&past, Kind::Prompt), "/history/1/number");
    }
    let past = with(published("one", 1));
    assert_eq!(place(&past, Kind::Snippet), "/history/1/published");
    let past = with(version("one", -1));
    assert_eq!(place(&past, Kind::Prompt), "/history/1/at");
    let past = with(version("a\0b", 1));
    assert_eq!(place(&past, Kind::Prompt), "/history/1/body/text");
    let wrong = Snapshot {
        variables: json!("none"),
        ..Snapshot::default()
    };
    let past = with(PastVersion {
        snapshot: Some(wrong),
        ..version("one", 1)
    });
    assert_eq!(place(&past, Kind::Prompt), "/history/1/set/variables");
    let past = Past {
        uses: -1,
        ..Past::default()
    };
    assert_eq!(place(&past, Kind::Prompt), "/uses");
    let past = Past {
        archived: true,
        ..Past::default()
    };
    assert_eq!(place(&past, Kind::Snippet), "/archived");
}
