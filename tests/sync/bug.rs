//! Mistakes that are planted on purpose, to see that the invariants notice them. Not in any product code: each is a switch of the harness.

/// A planted mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The server applies an operation each time that it arrives.
    NoDedupe,
    /// The client deletes outbox rows when it sends them.
    DropOnSend,
    /// The last text to arrive replaces the others.
    BodyLww,
    /// Sequence numbers are taken in one order and become visible in another.
    LateCommit,
    /// An edit is called saved before it is durable.
    RelaxedOutbox,
    /// An edit carries every field of the document, changed or not.
    RowLww,
    /// A pull overwrites a document with waiting edits.
    ClobberDirty,
    /// A restore from a backup keeps the epoch.
    NoEpoch,
    /// The cursor is stored before the documents.
    CursorFirst,
    /// Edits are stamped by the wall clock alone.
    WallClock,
    /// Pages are cut by offset.
    OffsetPaging,
    /// The history does not keep the side of a conflict that is not taken.
    DropSide,
    /// The flusher sends what waits in one library to another.
    WrongSpace,
    /// The documents of a team stay when the membership has ended.
    KeepTeam,
    /// What a team never took goes with its documents.
    DropUntaken,
}
