//! The Krowoc server.
