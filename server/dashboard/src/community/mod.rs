//! Public prompts on the dashboard: the board, a search, one's votes and copies, and the queue of who looks after the server. Not an
//! owner's decision to be public: that is on the document's page.

mod control;
mod page;
mod queue;
mod row;

pub use page::CommunityPage;
