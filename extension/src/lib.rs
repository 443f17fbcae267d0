//! The clipper.
