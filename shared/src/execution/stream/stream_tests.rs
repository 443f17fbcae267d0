//! Tests of the stream parsers: whatever the bytes are cut into, and whatever they are.

use super::*;
use proptest::prelude::*;

type Owned = (String, String, String);

fn sse(chunks: &[&[u8]], limit: usize) -> (Vec<Owned>, Result<(), TooLarge>) {
    let mut parser = SseParser::new(limit);
    let mut events = Vec::new();
    let mut result = Ok(());
    for chunk in chunks {
        result = parser.feed(chunk, |event| {
            events.push((
                event.name.into_owned(),
                event.data.into_owned(),
                event.id.into_owned(),
            ));
        });
        if result.is_err() {
            break;
        }
    }
    (events, result)
}

fn datas(text: &str) -> Vec<String> {
    let (events, result) = sse(&[text.as_bytes()], 1000);
    assert_eq!(result, Ok(()));
    events.into_iter().map(|(_, data, _)| data).collect()
}

fn lines(chunks: &[&[u8]], limit: usize) -> (Vec<String>, Result<(), TooLarge>) {
    let mut parser = NdjsonParser::new(limit);
    let mut out = Vec::new();
    for chunk in chunks {
        let result = parser.feed(chunk, |line| out.push(line.to_owned()));
        if result.is_err() {
            return (out, result);
        }
    }
    parser.finish(|line| out.push(line.to_owned()));
    (out, Ok(()))
}

#[test]
fn an_event_ends_with_a_blank_line_whatever_ends_its_lines() {
    for end in ["\n", "\r", "\r\n"] {
        let text = "data: a\n\ndata: b\ndata: c\n\n".replace('\n', end);
        assert_eq!(datas(&text), ["a", "b\nc"], "{end:?}");
    }
    assert_eq!(datas("data: a\r\n\ndata: b\n\r\n"), ["a", "b"]);
}

#[test]
fn one_blank_after_the_colon_is_not_part_of_the_value() {
    assert_eq!(datas("data:x\n\ndata: x\n\ndata:  x\n\n"), ["x", "x", " x"]);
    assert_eq!(datas("data\n\ndata:\n\n"), ["", ""]);
}

#[test]
fn comments_and_unknown_fields_and_events_without_data_are_left_out() {
    let text = ": ping\n\nevent: only\n\nfoo: bar\ndata: a\n:\n\nid: 1\n\n";
    assert_eq!(datas(text), ["a"]);
}

#[test]
fn names_belong_to_one_event_and_ids_to_all_that_follow() {
    let (events, _) = sse(
        &[b"event: a\nid: 7\ndata: 1\n\ndata: 2\n\nid: x\0y\ndata: 3\n\n"],
        100,
    );
    let own = |name: &str, data: &str, id: &str| (name.into(), data.into(), id.into());
    assert_eq!(
        events,
        [own("a", "1", "7"), own("", "2", "7"), own("", "3", "7")]
    );
}

#[test]
fn a_byte_order_mark_is_taken_off_the_start_alone() {
    assert_eq!(datas("\u{feff}data: a\n\n"), ["a"]);
    assert_eq!(datas("data: a\n\n\u{feff}data: b\n\n"), ["a"]);
    assert_eq!(lines(&["\u{feff}{}\n{}\n".as_bytes()], 100).0, ["{}", "{}"]);
    assert_eq!(lines(&["\u{feff}{}".as_bytes()], 100).0, ["{}"]);
}

#[test]
fn the_reconnection_time_is_digits_only() {
    let mut parser = SseParser::new(100);
    parser
        .feed(b"retry: 1500\nretry: +3\nretry: x\n", |_| {})
        .unwrap();
    assert_eq!(parser.retry_ms(), Some(1500));
}

#[test]
fn a_character_cut_in_the_middle_comes_out_whole() {
    let text = "data: zażółć 🦀\n\n".as_bytes();
    for at in 0..text.len() {
        let (events, _) = sse(&[&text[..at], &text[at..]], 100);
        assert_eq!(events[0].1, "zażółć 🦀", "cut at {at}");
    }
}

#[test]
fn an_event_beyond_the_limit_is_an_error_and_nothing_follows() {
    let long = format!("data: {}\n\n", "x".repeat(200));
    assert_eq!(sse(&[long.as_bytes()], 100).1, Err(TooLarge { limit: 100 }));
    let many = "data: 0123456789\n".repeat(20);
    assert_eq!(sse(&[many.as_bytes()], 100).1, Err(TooLarge { limit: 100 }));
    let mut parser = SseParser::new(10);
    assert!(parser.feed(b"data: 01234567890", |_| {}).is_err());
    assert!(parser.feed(b"\ndata: a\n\n", |_| panic!()).is_err());
    parser.finish(|_| panic!("nothing follows"));
    assert!(lines(&[b"0123456789a\n"], 10).1.is_err());
}

#[test]
fn a_megabyte_in_one_event_passes() {
    let text = format!("data: {}\n\n", "y".repeat(1 << 20));
    let chunks: Vec<&[u8]> = text.as_bytes().chunks(1000).collect();
    let (events, result) = sse(&chunks, LARGEST_EVENT);
    assert_eq!(result, Ok(()));
    assert_eq!(events[0].1.len(), 1 << 20);
}

#[test]
fn the_last_event_is_given_at_the_end_though_its_blank_line_is_missing() {
    for text in ["data: [DONE]", "data: [DONE]\n", "data: [DONE]\r"] {
        let mut parser = SseParser::new(100);
        let mut seen = Vec::new();
        parser
            .feed(text.as_bytes(), |_| panic!("too early"))
            .unwrap();
        parser.finish(|event| seen.push(event.data.into_owned()));
        assert_eq!(seen, ["[DONE]"], "{text:?}");
    }
}

#[test]
fn lines_of_json_survive_crlf_blank_lines_and_a_missing_end() {
    let (out, _) = lines(&[b"{\"a\":1}\r\n\r\n \n{\"b\":2}"], 100);
    assert_eq!(out, ["{\"a\":1}", "{\"b\":2}"]);
}

/// Bytes that look like a stream, with every trap in them.
fn stream_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data: ".to_vec()),
        Just(b"data".to_vec()),
        Just(b"event: x".to_vec()),
        Just(b"id: 1".to_vec()),
        Just(b"retry: 10".to_vec()),
        Just(b": c".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just("ż🦀".as_bytes().to_vec()),
        Just(b"{\"a\":[1,2]}".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..8),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn cut<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut points: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    points.extend([0, bytes.len()]);
    points.sort_unstable();
    points
        .windows(2)
        .map(|pair| &bytes[pair[0]..pair[1]])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_chunking_gives_the_same_events(bytes in stream_bytes(), cuts in proptest::collection::vec(any::<usize>(), 0..12), limit in 8_usize..200) {
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let whole = sse(&[&bytes], limit);
        prop_assert_eq!(&sse(&cut(&bytes, &cuts), limit), &whole);
        prop_assert_eq!(&sse(&single, limit), &whole);
        let whole = lines(&[&bytes], limit);
        prop_assert_eq!(&lines(&cut(&bytes, &cuts), limit), &whole);
        prop_assert_eq!(&lines(&single, limit), &whole);
    }

    #[test]
    fn what_was_written_comes_out(values in proptest::collection::vec("[^\r\n\u{feff}]{0,20}", 0..8), crlf in any::<bool>()) {
        let end = if crlf { "\r\n" } else { "\n" };
        let text: String = values.iter().map(|value| format!("data: {value}{end}{end}")).collect();
        prop_assert_eq!(datas(&text), values);
    }

    #[test]
    fn no_bytes_bring_a_parser_down(bytes in proptest::collection::vec(any::<u8>(), 0..2000), size in 1_usize..50) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        let _ = sse(&chunks, 64);
        let _ = lines(&chunks, 64);
    }
}
