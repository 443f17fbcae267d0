#![no_main]
//! The parsers of streams under libFuzzer; the cases are in `cases`.

mod cases;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| cases::stream(input));
