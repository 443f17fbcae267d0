//! The pure core: rules and shapes of Krowoc. Not I/O: no clock, no randomness, no network, no database.
