//! Home: what waits, what ran last, what this month used, the library, devices. Not the pages it leads to.

mod attention;
mod page;
mod runs;
mod side;
mod usage;

pub use page::HomePage;
