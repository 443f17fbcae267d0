//! Push and pull as devices see them.

mod kill;
mod order;
mod pull;
mod purge;
mod push;
mod repeat;
mod restore;
mod sides;
