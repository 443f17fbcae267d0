//! Letters of accounts: queued with the change that they tell of, written and sent by a job. Not the sending itself.
//!
//! A job holds whom a letter goes to and never a token: the one that a letter carries is minted when it is sent, and only its hash is
//! kept. A letter that is sent twice carries two tokens that are both good.

use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::mail::{MailError, Outgoing};
use crate::store::jobs::{self, NewJob};
use crate::store::mail_tokens::{self, NewMailToken, Purpose};
use crate::store::{StoreError, Tx, accounts, profiles};
use crate::web::token::Token;
use futures_util::FutureExt;
use krowoc_shared::accounts::letters::{self, Letter, RESET_MINUTES, VERIFY_DAYS};
use krowoc_shared::ids::{JobId, Millis, UserId};
use serde::{Deserialize, Serialize};

/// Sends letters. A mail server may be away for an hour.
pub const KIND: Kind = Kind {
    name: "mail",
    every: None,
    attempts: 12,
    run: |state, payload| send(state, payload).boxed(),
};

/// A letter to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub(super) enum Errand {
    /// Proves that an address of an account is read.
    Verify { user: UserId, email: String },
    /// Sets a forgotten password anew, when the address has an account: only the job looks.
    Reset { email: String },
    /// Tells of a new password.
    PasswordChanged {
        email: String,
        /// What lets the owner in as before.
        #[serde(default)]
        passkeys: Vec<String>,
    },
    /// Tells the old address of the new one.
    EmailChanged { email: String, to: String },
    /// Tells of a provider that lets the owner in.
    WayAdded { email: String, provider: String },
    /// Tells of one that does not any more.
    WayRemoved { email: String, provider: String },
    /// Tells that signing in has a second step, or has none any more.
    SecondStep { email: String, on: bool },
    /// Tells of a recovery code that was used.
    RecoveryUsed { email: String, left: i64 },
    /// Tells of many wrong codes at the second step.
    WrongCodes { email: String },
    /// Tells of a passkey that lets the owner in.
    PasskeyAdded { email: String, name: String },
    /// Tells of one that does not any more.
    PasskeyRemoved { email: String, name: String },
    /// Tells that the account will be erased.
    Leaving { email: String },
    /// Tells that it was.
    Gone { email: String },
}

impl Errand {
    /// While one of a key waits, another is not added: pressing twice sends one letter.
    fn key(&self) -> Option<String> {
        match self {
            Self::Verify { user, email } => Some(format!("verify {user} {email}")),
            Self::Reset { email } => Some(format!("reset {email}")),
            Self::PasswordChanged { .. }
            | Self::EmailChanged { .. }
            | Self::WayAdded { .. }
            | Self::WayRemoved { .. }
            | Self::SecondStep { .. }
            | Self::RecoveryUsed { .. }
            | Self::WrongCodes { .. }
            | Self::PasskeyAdded { .. }
            | Self::PasskeyRemoved { .. }
            | Self::Leaving { .. }
            | Self::Gone { .. } => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    id: JobId,
    #[serde(flatten)]
    errand: Errand,
}

/// What a transaction needs to queue letters: nothing, on a server that sends none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post {
    id: Option<JobId>,
    now: Millis,
}

impl Post {
    /// For one letter.
    pub fn of(state: &AppState) -> Self {
        let now = state.now();
        Self {
            id: state
                .mailer
                .is_on()
                .then(|| JobId::mint(now, state.entropy())),
            now,
        }
    }

    /// Queues a letter in the caller's transaction.
    pub fn put(self, tx: &mut Tx<'_>, errand: Errand) -> Result<(), StoreError> {
        let Some(id) = self.id else {
            return Ok(());
        };
        let unique_key = errand.key();
        let payload = serde_json::to_string(&Payload { id, errand })
            .map_err(|error| StoreError::Fault(error.to_string()))?;
        let job = NewJob {
            id,
            kind: KIND.name,
            unique_key,
            payload,
            due_at: self.now,
        };
        jobs::enqueue(tx, &job, self.now).map(|_| ())
    }
}

async fn send(state: AppState, payload: String) -> Outcome {
    let Payload { id, errand } =
        serde_json::from_str(&payload).map_err(|error| error.to_string())?;
    let written = compose(&state, errand)
        .await
        .map_err(|error| error.to_string())?;
    let Some((to, letter)) = written else {
        return Ok(());
    };
    let outgoing = Outgoing {
        id,
        to,
        written: letters::write(&letter, &state.config.origin()),
        at: state.now(),
    };
    match state.mailer.send(&outgoing).await {
        Err(MailError {
            permanent: true,
            why,
        }) => {
            tracing::warn!(%why, %id, "a mail was not sent and is not tried again");
            Ok(())
        }
        sent => sent.map_err(|error| error.why),
    }
}

/// The letter of an errand and whom it goes to; `None` when there is nothing to say any more.
async fn compose(state: &AppState, errand: Errand) -> Result<Option<(String, Letter)>, StoreError> {
    Ok(match errand {
        Errand::Verify { user, email } => verify(state, user, email).await?,
        Errand::Reset { email } => reset(state, email).await?,
        Errand::PasswordChanged { email, passkeys } => {
            Some((email, Letter::PasswordChanged { passkeys }))
        }
        Errand::EmailChanged { email, to } => Some((email, Letter::EmailChanged { to })),
        Errand::WayAdded { email, provider } => {
            let provider = state.federation.name(&provider);
            Some((email, Letter::WayAdded { provider }))
        }
        Errand::WayRemoved { email, provider } => {
            let provider = state.federation.name(&provider);
            Some((email, Letter::WayRemoved { provider }))
        }
        Errand::SecondStep { email, on } => Some((email, Letter::SecondStep { on })),
        Errand::RecoveryUsed { email, left } => Some((email, Letter::RecoveryUsed { left })),
        Errand::WrongCodes { email } => Some((email, Letter::WrongCodes)),
        Errand::PasskeyAdded { email, name } => Some((email, Letter::PasskeyAdded { name })),
        Errand::PasskeyRemoved { email, name } => Some((email, Letter::PasskeyRemoved { name })),
        Errand::Leaving { email } => Some((email, Letter::Leaving)),
        Errand::Gone { email } => Some((email, Letter::Gone)),
    })
}

async fn verify(
    state: &AppState,
    user: UserId,
    email: String,
) -> Result<Option<(String, Letter)>, StoreError> {
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let new = NewMailToken {
        hash: token.hash(),
        user,
        purpose: Purpose::Verify,
        email: email.clone(),
        expires_at: now.saturating_add(VERIFY_DAYS.saturating_mul(86_400_000)),
    };
    let wanted = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let Some(profile) = profiles::find(tx, user)? else {
                return Ok(false);
            };
            let waits = profile.pending_email.as_deref() == Some(new.email.as_str())
                || (profile.email == new.email && profile.email_verified_at.is_none());
            if waits {
                mail_tokens::create(tx, &new, now)?;
            }
            Ok(waits)
        })
        .await?;
    let link = link(state, "verify", &token);
    Ok(wanted.then_some((email, Letter::Verify { link })))
}

async fn reset(state: &AppState, email: String) -> Result<Option<(String, Letter)>, StoreError> {
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let (hash, to) = (token.hash(), email.clone());
    let known = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let Some(account) = accounts::by_email(tx, &email)? else {
                return Ok(false);
            };
            let new = NewMailToken {
                hash,
                user: account.id,
                purpose: Purpose::Reset,
                email,
                expires_at: now.saturating_add(RESET_MINUTES.saturating_mul(60_000)),
            };
            mail_tokens::create(tx, &new, now)?;
            Ok(true)
        })
        .await?;
    let link = link(state, "reset", &token);
    Ok(known.then_some((to, Letter::Reset { link })))
}

/// Behind `#`: it reaches the page and no server, no log and no other site.
fn link(state: &AppState, page: &str, token: &Token) -> String {
    format!("{}/{page}#token={}", state.config.origin(), token.as_str())
}
