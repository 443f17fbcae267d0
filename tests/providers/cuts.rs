//! For any cut of any stream, it is complete only if the provider's terminal marker was seen.

use crate::support::{Read, model, run};
use krowoc_server::providers::wire::Wire as Decoding;
use krowoc_shared::execution::FailureClass;
use krowoc_tests::provider::wire::stream;
use krowoc_tests::provider::{ProviderServer, Script, Wire};
use proptest::prelude::*;

/// Decodes the first bytes of a stream, in pieces.
fn decoded(wire: Wire, bytes: &[u8], piece: usize) -> Read {
    let name = model(wire, "m");
    let mut decoder = Decoding::of(wire.provider(), &name).decoder(true, None);
    let mut events = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        decoder.feed(piece);
        events.extend(std::iter::from_fn(|| decoder.pop()));
    }
    decoder.finish();
    events.extend(std::iter::from_fn(|| decoder.pop()));
    Read::of(events)
}

fn check(wire: Wire, script: &Script, cut: usize, piece: usize) {
    let whole = stream(wire, "m", script);
    let bytes = whole.bytes();
    let cut = cut.min(bytes.len());
    let read = decoded(wire, &bytes[..cut], piece);
    let marked = whole.marker.is_some_and(|marker| cut >= marker);
    let case = format!(
        "{wire:?} {script:?} cut at {cut} of {} in {piece}",
        bytes.len()
    );
    if marked {
        assert!(read.reason().is_some(), "{case}: {read:?}");
        assert_eq!(read.text, script.text(), "{case}");
    } else {
        let class = read.class();
        assert!(class.is_some(), "{case}: reported as complete");
        let failed = script.fail.is_some() || script.malformed;
        assert!(
            failed || class == Some(FailureClass::Truncated),
            "{case}: {read:?}"
        );
        assert!(script.text().starts_with(&read.text), "{case}: {read:?}");
    }
}

#[test]
fn every_cut_of_every_stream_in_pieces_of_every_kind() {
    for wire in Wire::all() {
        for name in [
            "chunks=2",
            "chunks=1.reasoning.tools.crlf.bom",
            "chunks=2.fail=1",
        ] {
            let script = Script::parse(name);
            let length = stream(wire, "m", &script).bytes().len();
            for cut in 0..=length {
                check(wire, &script, cut, [1, 7, 100_000][cut % 3]);
            }
        }
    }
}

fn any_script() -> impl Strategy<Value = Script> {
    (
        0_usize..6,
        any::<[bool; 8]>(),
        proptest::option::of(0_usize..4),
    )
        .prop_map(
            |(
                chunks,
                [
                    comments,
                    pings,
                    unknown,
                    crlf,
                    bom,
                    reasoning,
                    tools,
                    malformed,
                ],
                fail,
            )| Script {
                chunks,
                comments,
                pings,
                unknown,
                crlf,
                bom,
                reasoning,
                tools,
                malformed: malformed && chunks > 0,
                fail: fail.filter(|fail| *fail < chunks),
                ..Script::default()
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_of_any_stream(script in any_script(), wire in 0_usize..10, cut in 0_usize..6000, piece in 1_usize..64) {
        check(Wire::all()[wire], &script, cut, piece);
    }

    #[test]
    fn no_bytes_bring_a_decoder_down(bytes in proptest::collection::vec(any::<u8>(), 0..600), wire in 0_usize..10, piece in 1_usize..64) {
        decoded(Wire::all()[wire], &bytes, piece);
    }

    /// Streams with bytes changed, left out or doubled: bounded fuzzing of every decoder behind its parser.
    #[test]
    fn no_damage_brings_a_decoder_down(script in any_script(), wire in 0_usize..10, damage in proptest::collection::vec((any::<u16>(), any::<u8>(), 0_u8..3), 1..8)) {
        let wire = Wire::all()[wire];
        let mut bytes = stream(wire, "m", &script).bytes();
        for (place, byte, kind) in damage {
            let at = usize::from(place) % bytes.len().max(1);
            match kind {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => bytes[at] = byte,
                _ if at < bytes.len() => { bytes.remove(at); }
                _ => {}
            }
        }
        decoded(wire, &bytes, 13);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_or_ends_early_is_truncated() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let script = Script::parse("chunks=2");
        let name = model(wire, "chunks=2");
        let whole = stream(wire, &name, &script);
        let length = whole.bytes().len();
        for kind in ["cut", "short"] {
            for at in (0..length).step_by(97) {
                let name = format!("chunks=2.{kind}={at}");
                // The name stands in the stream, so that the marker is computed for this very one.
                let marker = stream(wire, &model(wire, &name), &script).marker.unwrap();
                let read = run(&server, wire, &name, true).await.unwrap();
                assert_eq!(
                    read.reason().is_some(),
                    at >= marker,
                    "{wire:?} {name}: {read:?}"
                );
                if at < marker {
                    assert_eq!(
                        read.class(),
                        Some(FailureClass::Truncated),
                        "{wire:?} {name}"
                    );
                }
            }
        }
        let read = run(&server, wire, "cut=40", false).await.unwrap();
        assert_eq!(read.class(), Some(FailureClass::Truncated), "{wire:?}");
    }
}
