//! Tests of the client machine: each a short story.
