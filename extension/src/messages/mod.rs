//! What the pages ask of the background and what it answers. Not the server's wire: that is `shared::sync::wire`.

use krowoc_shared::capture::Cut;
use krowoc_shared::diff::Row;
use krowoc_shared::ids::{DocId, GroupId, Millis, OpId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::{Form, Library};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::browser::Tab;

mod run;
mod sides;
mod standing;

pub use run::{RunDoor, RunForm};
pub use sides::{Settled, Sides};
pub use standing::{
    Change, Connection, Ear, Left, Room, State, Trouble, TroubleCode, Waiting, Way,
};

/// An event as the entry script hands it over.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Event {
    /// A page of the extension asks; `request` is a [`Request`] as JSON.
    Message {
        /// The request.
        request: String,
    },
    /// A context-menu entry was chosen.
    Menu(MenuClick),
    /// The shortcut was pressed.
    Clip {
        /// The tab in front.
        tab: Tab,
    },
    /// An alarm went off.
    Alarm {
        /// Which.
        name: String,
    },
    /// The network is back.
    Online,
    /// Installed or updated.
    Installed,
    /// The browser started.
    Started,
    /// A tab reached the end of the connect page.
    Navigated {
        /// The tab.
        tab: i32,
        /// Its address.
        url: String,
    },
}

/// A context-menu entry and what it was chosen on.
#[derive(Debug, Clone, Deserialize)]
pub struct MenuClick {
    /// Id of the entry.
    pub item: String,
    /// The frame inside the page; 0 is the page.
    pub frame: i32,
    /// The selected text.
    pub selection: Option<String>,
    /// Address of the link.
    pub link: Option<String>,
    /// Address of the image.
    pub image: Option<String>,
    /// Address of the page.
    pub page: Option<String>,
    /// The tab.
    pub tab: Tab,
}

/// A request of a page. Ids are minted by the page, so that a request that failed can be sent again as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// Captures the tab in front without saving. Gives [`Preview`].
    Preview {
        /// The tab; the one in front when absent.
        tab: Option<i32>,
        /// What to capture; the selection when there is one, when absent.
        part: Option<Part>,
    },
    /// Saves a draft. Gives [`Saved`].
    Save(Box<Draft>),
    /// A document as the editor has it. Gives [`Form`].
    Form {
        /// The document.
        doc_id: DocId,
    },
    /// What is in a text that is being written. Gives [`krowoc_ui::editor::Noticed`].
    Notice {
        /// The text.
        text: String,
    },
    /// Saves what was changed in a document. Gives nothing.
    Edit {
        /// Minted for this edit.
        op_id: OpId,
        /// The document.
        doc_id: DocId,
        /// As it is written now.
        form: Box<Form>,
        /// As it was when the editor began.
        before: Box<Form>,
    },
    /// Takes a save back. Gives nothing.
    Undo {
        /// Minted for this edit.
        op_id: OpId,
        /// [`Saved::undo`] as it was given.
        undo: String,
    },
    /// Searches the local library; an empty query gives the most recent. Gives [`Found`].
    Search {
        /// Words.
        query: String,
        /// Most hits.
        limit: usize,
    },
    /// Counts a use and gives the text to copy as a string.
    Copy {
        /// Minted for this edit.
        op_id: OpId,
        /// The document.
        doc_id: DocId,
    },
    /// The text to insert into a page; counts a use when it is given. Gives [`Insertion`].
    Insertion {
        /// Minted for this edit.
        op_id: OpId,
        /// The document.
        doc_id: DocId,
        /// Values by variable; absent when nobody was asked for them yet.
        values: Option<BTreeMap<String, String>>,
    },
    /// What the form completes from. Gives [`Shelf`].
    Shelf {
        /// The library: a team's, or one's own.
        space: Option<SpaceId>,
        /// The one that was saved to last, instead.
        last: bool,
    },
    /// How things stand; a page was opened, so it is synchronised afterwards. Gives [`State`].
    State,
    /// How things stand, and nothing else. Gives [`State`].
    Look,
    /// How things stand once it is synchronised, as by itself. Gives [`State`].
    Fresh,
    /// Synchronises now. Gives [`State`].
    SyncNow,
    /// Sends a rejected operation again, with another text or title where given. Gives [`State`].
    Retry {
        /// The operation.
        op_id: OpId,
        /// New title.
        title: Option<String>,
        /// New text.
        body: Option<String>,
    },
    /// Gives a rejected operation up. Gives [`State`].
    Discard {
        /// The operation.
        op_id: OpId,
    },
    /// A waiting or rejected operation, whole, as pretty JSON in a string.
    ExportOp {
        /// The operation.
        op_id: OpId,
    },
    /// Starts a connection: opens the server's connect page. The host permission is held already. Gives [`State`].
    Connect {
        /// Origin of the server.
        server: String,
        /// What the device is called there.
        name: String,
    },
    /// Ends the connection, here and on the server. Gives [`State`].
    Disconnect {
        /// Also removes the library from this browser.
        erase: bool,
    },
    /// The person has read that a device still stands on a server. Gives [`State`].
    Understood,
    /// The oldest unresolved conflict of a document. Gives [`Sides`], or nothing when there is none.
    Sides {
        /// The document.
        doc_id: DocId,
    },
    /// Settles a conflict. Gives [`Settled`].
    Settle {
        /// Minted for this edit.
        op_id: OpId,
        /// The document.
        doc_id: DocId,
        /// The operation that brought the other side.
        conflict: OpId,
        /// [`Sides::seen`] as it was given.
        seen: String,
        /// The other side is kept instead of the library's.
        other: bool,
    },
    /// The form of a run. Gives [`RunForm`].
    RunForm {
        /// The prompt.
        doc_id: DocId,
    },
    /// The models that can be run. Gives `execution::wire::ModelPage`.
    RunModels,
    /// Where runs are started and read. Gives [`RunDoor`].
    RunDoor,
    /// Stops a run. Gives nothing.
    RunCancel {
        /// Its group.
        group: GroupId,
    },
    /// Where a page listens to live hints. Gives [`Ear`], or nothing while there is nothing to listen to.
    Listen,
    /// A live hint arrived: what is new is pulled. Gives [`State`].
    Hinted {
        /// The space.
        space: SpaceId,
        /// The sequence number that the space has reached.
        seq: u64,
    },
}

/// An answer: `{"ok": …}` or `{"err": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<T> {
    /// What was asked for.
    Ok(T),
    /// Why not.
    Err(Failure),
}

/// Why a request could not be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of reason; the page has a sentence for each.
    pub code: FailureCode,
    /// What the browser or the server said; for a report, in nobody's language.
    #[serde(default)]
    pub message: String,
}

/// Kinds of failure a page can say something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// A page of the browser itself or of its store.
    RestrictedPage,
    /// A local file without the permission for files.
    LocalFile,
    /// No tab in front.
    NoPage,
    /// Nothing is selected.
    NothingSelected,
    /// The page holds no text.
    EmptyPage,
    /// The disk or the quota is full.
    StorageFull,
    /// The database cannot be used.
    Storage,
    /// No such document or operation any more.
    Gone,
    /// A value breaks a rule; the message names it.
    Invalid,
    /// The background was restarted; the same request may be sent again.
    Restarted,
    /// The address does not answer as a Krowoc server.
    NotAServer,
    /// The server cannot be reached.
    Unreachable,
    /// The host permission is missing.
    NoPermission,
    /// There is no server that could do it.
    NotConnected,
    /// The server refused, or failed; the message is its own.
    Refused,
    /// A fault of ours.
    Internal,
}

impl Failure {
    /// A failure with what was said about it.
    #[must_use]
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What is captured of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The selected passage.
    Selection,
    /// The main content.
    Page,
}

/// A capture that is not saved yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// What was captured.
    pub part: Part,
    /// Something is selected.
    pub has_selection: bool,
    /// The page's text was still arriving: this is a part of it.
    pub loading: bool,
    /// Proposed title.
    pub title: String,
    /// Host of the page.
    pub site: String,
    /// Markdown.
    pub body: String,
    /// Characters of the text.
    pub characters: usize,
    /// Estimated tokens.
    pub tokens: usize,
    /// Text that the page holds but does not show: the first passages, shortened.
    pub hidden: Vec<String>,
    /// How many passages there are of it.
    pub hidden_count: u32,
    /// The text is longer than a document may be: how much of it is kept.
    pub cut: Option<Cut>,
    /// Where it came from, as JSON: the pages hand it on unread.
    pub source: String,
    /// Variables recognised in it, as the prompt would declare them; empty when there are none.
    pub variables: Vec<Recognised>,
    /// The text with all of them as a template writes them; absent when there are none.
    pub template: Option<String>,
    /// The same or nearly the same was saved before: the nearest of each library that can be saved to.
    pub before: Vec<Before>,
}

/// A variable that was recognised in a foreign notation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// As the text has it, such as `${language:English}`.
    pub found: String,
    /// As a template writes it, such as `{{language:English}}`.
    pub template: String,
    /// Its name.
    pub name: String,
}

/// An earlier save of the page or of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// The document.
    pub doc_id: DocId,
    /// The team whose it is; one's own when absent.
    pub space: Option<SpaceId>,
    /// The name of that team.
    pub team: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// When it was last edited.
    pub saved_at: Millis,
    /// How alike they are.
    pub likeness: Likeness,
    /// The differences from its text to the capture, with some context; empty when the texts have nothing to do with each other.
    pub diff: Vec<Row>,
    /// Lines that differ.
    pub changed: usize,
}

/// How an earlier save resembles a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same text.
    Same,
    /// Nearly the same text.
    Near,
    /// The same page with another text.
    SamePage,
}

/// What to do about an earlier save.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// A new document.
    #[default]
    Both,
    /// The text replaces the earlier one, which stays in the history.
    Update,
    /// The text is put after the earlier one.
    Append,
}

/// A save as the form has it: whole, so that sending it again does the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Minted for this edit.
    pub op_id: OpId,
    /// The new document, or the one that is updated.
    pub doc_id: DocId,
    /// What it becomes, and the library of a new one: what is empty in it stays as it is in an earlier one, which stays where it is.
    pub form: Form,
    /// Where it came from, as JSON; empty when that is not known.
    pub source: String,
    /// New, or what to do with the earlier one.
    pub keep: Keep,
    /// The library was chosen by the person, in the form: it is remembered.
    #[serde(default)]
    pub chosen: bool,
}

/// The result of a save: it is in the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The document.
    pub doc_id: DocId,
    /// The operation that takes it back, as JSON; its id is given when it is used.
    pub undo: String,
}

/// A document as it is inserted into a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Insertion {
    /// Its text, with the values put in.
    Text(String),
    /// It has variables: a person is asked for their values first.
    Asks,
}

/// A hit of the local search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The document.
    pub doc_id: DocId,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// First words of its text.
    pub excerpt: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The name of the team whose it is; absent for one's own.
    pub team: Option<String>,
    /// Times it was used.
    pub uses: i64,
    /// An unresolved other side exists.
    pub conflict: bool,
    /// When it was last edited.
    pub edited_at: Millis,
}

/// Answer to a search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Documents that can be found at all.
    pub total: usize,
}

/// What the form completes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// Tags, the most used first.
    pub tags: Vec<String>,
    /// Collections by title.
    pub collections: Vec<(DocId, String)>,
    /// Metadata: names with a value, the most used first.
    pub values: Vec<(String, String)>,
    /// Models that prompts choose first, as `provider/model`, the most used first.
    pub models: Vec<String>,
    /// The libraries of teams; empty when there are none.
    pub teams: Vec<Library>,
    /// Which library it is about: a team's, or one's own.
    pub space: Option<SpaceId>,
}
