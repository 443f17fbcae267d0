//! Small building blocks of every screen. They draw and report; they fetch nothing and keep no state of their own screen.

mod button;
mod diff_view;
mod icon;
mod prose_diff;
mod rows;
mod seg;
mod state;
mod tag_input;
mod time;
mod toast;

pub use button::{Button, ButtonKind, IconButton};
pub use diff_view::DiffView;
pub use icon::{Brand, Icon};
pub use prose_diff::ProseDiff;
pub use rows::Skeleton;
pub use seg::Seg;
pub use state::{Empty, Notice, NoticeKind};
pub use tag_input::TagInput;
pub use time::{RelativeTime, calendar};
pub use toast::{Toast, ToastHost, Toasts};
