//! How things stand, as the background tells the pages: connection, queue, trouble. Not the requests.

use krowoc_shared::error::Violation;
use krowoc_shared::ids::{DocId, Millis, OpId, SpaceId};
use serde::{Deserialize, Serialize};

/// How things stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The connection.
    pub connection: Connection,
    /// Operations that wait or were rejected, oldest first; at most 100.
    pub queue: Vec<Waiting>,
    /// Operations that wait, all of them.
    pub waiting: usize,
    /// Operations that were rejected, all of them.
    pub rejected: usize,
    /// Documents outside the trash.
    pub documents: usize,
    /// When the last synchronisation ended well.
    pub synced_at: Option<Millis>,
    /// Why the last one did not.
    pub trouble: Option<Trouble>,
    /// The browser knows that there is no network.
    pub offline: bool,
    /// Bytes in use.
    pub used: Option<u64>,
    /// The first documents with an unresolved other side, and their titles.
    pub conflicts: Vec<(DocId, String)>,
    /// How many there are of them.
    pub conflict_count: usize,
    /// A device of a connection that was ended here, but not on the server.
    pub left: Option<Left>,
    /// How full the libraries are whose tier has a limit, and that the person may save to.
    pub rooms: Vec<Room>,
}

/// How full a library is whose tier has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The team whose library it is; one's own when absent.
    pub space: Option<SpaceId>,
    /// The tier is the person's own: that of their library, or of a team that they own. Of another team it is that of its owners.
    pub owned: bool,
    /// Prompts in it outside the trash: those that the server has, and those yet to be sent that will find room.
    pub prompts: u64,
    /// Most prompts that it may hold.
    pub limit: u64,
}

/// A device that still stands on a server which could not be told that it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Origin of the server.
    pub server: String,
    /// What the device is called there.
    pub device: String,
}

/// Where a page listens to live hints. The only message that holds a token: it goes to a page of this extension and nowhere else.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ear {
    /// Whole address of the stream.
    pub url: String,
    /// Access token.
    pub token: String,
}

/// The connection to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// None was ever made, or it was ended here.
    None,
    /// The connect page is open.
    Pending {
        /// Origin of the server.
        server: String,
    },
    /// Connected.
    Open {
        /// Origin of the server.
        server: String,
        /// Account.
        email: String,
        /// What the device is called.
        device: String,
    },
    /// The server ended it: revoked, or the sign-in ran out.
    Lost {
        /// Origin of the server.
        server: String,
        /// Account.
        email: String,
        /// What the device was called.
        device: String,
    },
}

/// Why a synchronisation did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The kind of reason.
    pub code: TroubleCode,
    /// When it is tried again.
    pub retry_at: Option<Millis>,
    /// What was said; for a report.
    pub message: String,
}

/// Kinds of trouble a page can say something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleCode {
    /// No answer.
    Unreachable,
    /// The host permission was taken away.
    NoPermission,
    /// The server asks to wait.
    Busy,
    /// The server failed.
    ServerError,
    /// The disk or the quota is full.
    StorageFull,
    /// The database cannot be used.
    Storage,
    /// An answer that this version does not understand.
    Protocol,
}

/// An operation that is not acknowledged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The operation.
    pub op_id: OpId,
    /// Its document.
    pub doc_id: DocId,
    /// The document's title.
    pub title: String,
    /// What it does.
    pub change: Change,
    /// When it was made.
    pub at: Millis,
    /// Attempts so far.
    pub attempts: u32,
    /// There was no room for it on the server; it is sent again by itself.
    #[serde(default)]
    pub held: bool,
    /// Why the server refused it; `None` while it waits.
    pub refused: Option<Violation>,
    /// Its text, for editing a refused one.
    pub body: Option<String>,
    /// The person is not in its team any more.
    #[serde(default)]
    pub left: bool,
    /// Where it goes when it is sent again.
    #[serde(default)]
    pub way: Way,
}

/// Where a refused operation goes when it is sent again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To where it came from.
    #[default]
    Back,
    /// Into one's own library: where it came from, the person may not edit.
    Own,
    /// Nowhere: they may not edit there, and it has no text to keep.
    Nowhere,
}

/// What an operation does, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Makes a document.
    Create,
    /// Changes the text.
    Text,
    /// Puts it into the trash.
    Trash,
    /// Counts a use.
    Use,
    /// Changes fields or tags.
    Details,
}
