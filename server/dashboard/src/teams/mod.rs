//! Teams: whose library is looked at, the switch between them, their members, invitations and log. Not the libraries.

mod audit;
mod invitations;
mod join;
mod members;
mod page;
mod space;
mod switcher;

pub use join::Join;
pub use page::TeamsPage;
pub use space::{Space, enter, refresh};
pub use switcher::{Reading, Switcher};
