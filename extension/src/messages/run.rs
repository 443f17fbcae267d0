//! What a page needs to run a prompt: the form, the models, the door to the server. Not the run itself: that is `shared::execution::wire`.

use krowoc_shared::execution::ExecutionSettings;
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::prompts::Variable;
use serde::{Deserialize, Serialize};

/// A prompt, as the form of a run shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunForm {
    /// The prompt.
    pub doc_id: DocId,
    /// The team whose prompt it is; one's own when absent.
    pub space: Option<SpaceId>,
    /// Where an answer is kept: the team's library when the person may edit there, else their own.
    pub keeps_in: Option<SpaceId>,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// The text's variables, in its order, with what is known of each.
    pub variables: Vec<Variable>,
    /// How it wants to be run.
    pub settings: ExecutionSettings,
    /// Why the text is no template; the run would be refused.
    pub error: Option<String>,
    /// The server has it; else the text alone is run.
    pub known: bool,
    /// The text here differs from the server's: it is sent along.
    pub draft: bool,
}

/// Where runs are started and read. It holds a token, and so goes to a page of this extension and nowhere else.
#[derive(Clone, Serialize, Deserialize)]
pub struct RunDoor {
    /// Origin of the server.
    pub server: String,
    /// Access token.
    pub token: String,
}
