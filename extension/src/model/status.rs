//! The one line about synchronisation at the foot of the popup. Not the synchronisation.

use crate::messages::{Connection, State, TroubleCode};
use krowoc_shared::ids::Millis;

/// How serious it is; drawn as icon and colour beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Ok,
    /// Nothing to say.
    Quiet,
    /// Works, but not fully.
    Warn,
    /// Needs the person.
    Bad,
}

/// What the foot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How serious.
    pub tone: Tone,
    /// Key of the word.
    pub word: &'static str,
    /// Key of what follows it, with its count.
    pub detail: Option<(&'static str, usize)>,
    /// A time to show after it.
    pub at: Option<Millis>,
    /// Pressing it leads to the options, because something is to be done there.
    pub fix: bool,
}

/// The line for a state.
#[must_use]
pub fn status(state: &State) -> Status {
    let waiting = (state.waiting > 0).then_some(("statusWaitingKept", state.waiting));
    let line = |tone, word, fix| Status {
        tone,
        word,
        detail: waiting,
        at: None,
        fix,
    };
    match &state.connection {
        Connection::None => Status {
            detail: None,
            ..line(Tone::Quiet, "statusNotConnected", true)
        },
        Connection::Pending { .. } => line(Tone::Quiet, "statusConnecting", true),
        Connection::Lost { .. } => line(Tone::Bad, "statusSignIn", true),
        Connection::Open { .. } => open(state, line),
    }
}

fn open(state: &State, line: impl Fn(Tone, &'static str, bool) -> Status) -> Status {
    if state.offline {
        return line(Tone::Warn, "statusOffline", false);
    }
    match state.trouble.as_ref().map(|trouble| trouble.code) {
        Some(TroubleCode::NoPermission) => return line(Tone::Bad, "statusNoPermission", true),
        Some(TroubleCode::StorageFull | TroubleCode::Storage) => {
            return line(Tone::Bad, "statusStorage", true);
        }
        Some(TroubleCode::Unreachable) => return line(Tone::Warn, "statusUnreachable", false),
        Some(TroubleCode::Busy | TroubleCode::ServerError | TroubleCode::Protocol) => {
            return line(Tone::Warn, "statusServerError", true);
        }
        None => {}
    }
    if state.waiting > 0 {
        return Status {
            detail: Some(("statusWaiting", state.waiting)),
            ..line(Tone::Quiet, "statusSyncing", false)
        };
    }
    match state.synced_at {
        Some(at) => Status {
            at: Some(at),
            ..line(Tone::Ok, "statusSynced", false)
        },
        None => line(Tone::Quiet, "statusSyncing", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Trouble;

    fn state(connection: Connection) -> State {
        State {
            connection,
            queue: Vec::new(),
            waiting: 3,
            rejected: 0,
            documents: 1,
            synced_at: Some(5),
            trouble: None,
            offline: false,
            used: None,
            conflicts: Vec::new(),
            conflict_count: 0,
            left: None,
            rooms: Vec::new(),
        }
    }

    fn connected() -> State {
        state(Connection::Open {
            server: "https://a.example".into(),
            email: "a@a.example".into(),
            device: "Chrome".into(),
        })
    }

    #[test]
    fn without_a_server_nothing_is_said_to_wait() {
        let line = status(&state(Connection::None));
        assert_eq!((line.word, line.detail), ("statusNotConnected", None));
        assert!(line.fix);
    }

    #[test]
    fn offline_says_that_all_is_kept() {
        let line = status(&State {
            offline: true,
            ..connected()
        });
        assert_eq!(
            (line.word, line.detail),
            ("statusOffline", Some(("statusWaitingKept", 3)))
        );
        assert_eq!(line.tone, Tone::Warn);
    }

    #[test]
    fn a_revoked_device_asks_to_connect_again() {
        let lost = Connection::Lost {
            server: String::new(),
            email: String::new(),
            device: String::new(),
        };
        let line = status(&state(lost));
        assert_eq!(
            (line.word, line.tone, line.fix),
            ("statusSignIn", Tone::Bad, true)
        );
    }

    #[test]
    fn only_an_empty_queue_counts_as_synced() {
        assert_eq!(status(&connected()).word, "statusSyncing");
        let line = status(&State {
            waiting: 0,
            ..connected()
        });
        assert_eq!((line.word, line.at), ("statusSynced", Some(5)));
    }

    #[test]
    fn trouble_is_named_before_the_queue() {
        let trouble = |code| Trouble {
            code,
            retry_at: None,
            message: String::new(),
        };
        let line = |code| {
            status(&State {
                trouble: Some(trouble(code)),
                ..connected()
            })
        };
        assert_eq!(line(TroubleCode::StorageFull).tone, Tone::Bad);
        assert_eq!(line(TroubleCode::Unreachable).word, "statusUnreachable");
        assert!(line(TroubleCode::NoPermission).fix);
    }
}
