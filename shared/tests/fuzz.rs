//! The fuzz target of the stream parsers, on the stable compiler: bytes at random, and streams as providers send them with damage at
//! random. Not a search for new paths: that is `cargo fuzz`.
#![allow(missing_docs)]

#[path = "../fuzz/fuzz_targets/cases.rs"]
mod cases;

use proptest::prelude::*;

/// Streams as they come, in all their dress.
const STREAMS: [&str; 5] = [
    "data: {\"choices\":[{\"delta\":{\"content\":\"s\u{142}owo\"}}]}\n\ndata: [DONE]\n\n",
    "\u{feff}event: message_start\r\ndata: {\"type\":\"message_start\"}\r\n\r\nevent: ping\r\ndata: {}\r\n\r\n",
    ": OPENROUTER PROCESSING\n\nid: 7\nretry: 200\ndata: one\ndata: two\n\ndata\n\n",
    "{\"message\":{\"content\":\"\u{17c}\"},\"done\":false}\n\r\n{\"done\":true}\n",
    "data: \r\rdata:x\revent:y\r\r\ndata: z",
];

/// A place, a byte, and what is done with them: put over, put in, or cut away from there.
type Damage = (u16, u8, u8);

fn damaged(stream: &str, damage: &[Damage]) -> Vec<u8> {
    let mut bytes = stream.as_bytes().to_vec();
    for (at, byte, how) in damage {
        let at = usize::from(*at) % (bytes.len() + 1);
        match how % 3 {
            0 => bytes.insert(at, *byte),
            1 => bytes.truncate(at),
            _ => {
                if let Some(place) = bytes.get_mut(at) {
                    *place = *byte;
                }
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(input in prop::collection::vec(any::<u8>(), 0..600)) {
        cases::stream(&input);
    }

    #[test]
    fn damaged_streams_in_any_pieces(
        which in prop::collection::vec(0_usize..STREAMS.len(), 1..4),
        damage in prop::collection::vec(any::<Damage>(), 0..6),
        size in any::<u8>(),
    ) {
        let joined: String = which.iter().map(|at| STREAMS[*at]).collect();
        let mut input = vec![size];
        input.extend(damaged(&joined, &damage));
        cases::stream(&input);
    }

    #[test]
    fn an_event_beyond_the_limit_in_any_pieces(length in 3_900_usize..4_300, size in any::<u8>()) {
        let mut input = vec![size];
        input.extend(format!("data: {}\n\ndata: after\n\n", "x".repeat(length)).into_bytes());
        cases::stream(&input);
    }
}
