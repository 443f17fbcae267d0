//! What can go wrong in the store, with what a caller may do about it. Not what a client is told: that is `web::problem`.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// An error of the store. Its text names no value that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// No row, where one was required.
    NotFound,
    /// A unique key exists already.
    Conflict,
    /// Another transaction was in the way; nothing was written and the same work may be tried again.
    Transient(String),
    /// The database cannot be reached, or is too busy.
    Unavailable(String),
    /// The work panicked; its changes were rolled back.
    Panicked,
    /// A fault: the database refused what it should have taken.
    Fault(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such row"),
            Self::Conflict => f.write_str("a unique key exists already"),
            Self::Transient(why) => write!(f, "the transaction must be repeated: {why}"),
            Self::Unavailable(why) => write!(f, "the database cannot be reached: {why}"),
            Self::Panicked => f.write_str("the work on the database panicked"),
            Self::Fault(why) => write!(f, "the database refused: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => of_database(&kind, info.message()),
            other => Self::Fault(other.to_string()),
        }
    }
}

impl From<r2d2::Error> for StoreError {
    fn from(error: r2d2::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// An error that work inside the store may end with: the store's own, or a service's that can hold one.
pub trait Failure: From<StoreError> + Send + 'static {
    /// True when nothing was written and the same work may succeed if it is done again.
    fn is_transient(&self) -> bool;
}

impl Failure for StoreError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Transient(_))
    }
}

fn of_database(kind: &DatabaseErrorKind, message: &str) -> StoreError {
    match kind {
        DatabaseErrorKind::UniqueViolation => StoreError::Conflict,
        DatabaseErrorKind::SerializationFailure => StoreError::Transient(message.to_owned()),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            StoreError::Unavailable(message.to_owned())
        }
        // PostgreSQL has no kind of its own for a deadlock, SQLite none for a busy file.
        _ if message.contains("deadlock detected") => StoreError::Transient(message.to_owned()),
        _ if message.contains("database is locked") => StoreError::Unavailable(message.to_owned()),
        _ => StoreError::Fault(message.to_owned()),
    }
}
