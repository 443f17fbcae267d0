//! What extension and dashboard both draw with. Not screens: those live in their crates.
