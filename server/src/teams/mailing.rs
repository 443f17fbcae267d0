//! Sends the letters of invitations. Not their acceptance.
//!
//! A job holds the invitation and never a token: the one that a letter carries is minted when it is sent, and only its hash is kept. A
//! letter that is sent twice carries two tokens that are both good, until one of them is used.

use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::mail::{MailError, Outgoing};
use crate::store::jobs::NewJob;
use crate::store::{StoreError, Tx, invitations};
use crate::web::token::Token;
use futures_util::FutureExt;
use krowoc_shared::access::wire::{INVITATION_DAYS, InvitationLook};
use krowoc_shared::accounts::letters::{self, Letter};
use krowoc_shared::ids::{InvitationId, JobId};

/// Sends letters. A mail server may be away for an hour.
pub const KIND: Kind = Kind {
    name: "mail_invitation",
    every: None,
    attempts: 12,
    run: |state, payload| send(state, payload).boxed(),
};

/// The job that sends the letter of an invitation.
pub(super) fn job(state: &AppState, id: InvitationId) -> NewJob {
    let now = state.now();
    NewJob {
        id: JobId::mint(now, state.entropy()),
        kind: KIND.name,
        unique_key: Some(id.to_string()),
        payload: id.to_string(),
        due_at: now,
    }
}

async fn send(state: AppState, payload: String) -> Outcome {
    let id: InvitationId = payload
        .parse()
        .map_err(|_| "the payload names no invitation".to_owned())?;
    let written = compose(&state, id)
        .await
        .map_err(|error| error.to_string())?;
    let Some((to, letter)) = written else {
        return Ok(());
    };
    // The same message each time it is tried, as the invitation is the same.
    let message = JobId::from_slice(id.as_bytes()).ok_or("the id is none")?;
    let outgoing = Outgoing {
        id: message,
        to,
        written: letters::write(&letter, &state.config.origin()),
        at: state.now(),
    };
    match state.mailer.send(&outgoing).await {
        Err(MailError {
            permanent: true,
            why,
        }) => {
            tracing::warn!(%why, invitation = %id, "an invitation was not sent and is not tried again");
            Ok(())
        }
        sent => sent.map_err(|error| error.why),
    }
}

/// The letter of an invitation and whom it goes to; `None` when it was taken back meanwhile.
async fn compose(
    state: &AppState,
    id: InvitationId,
) -> Result<Option<(String, Letter)>, StoreError> {
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let hash = token.hash();
    let found = state
        .store
        .write(
            move |tx: &mut Tx<'_>| -> Result<Option<InvitationLook>, StoreError> {
                let look = invitations::look(tx, id, now)?;
                if look.is_some() {
                    invitations::open_with(tx, id, &hash)?;
                }
                Ok(look)
            },
        )
        .await?;
    let Some(look) = found else {
        return Ok(None);
    };
    let letter = Letter::Invitation {
        team: look.team,
        by: look.invited_by.unwrap_or_else(|| "Somebody".to_owned()),
        role: look.role.with_article().to_owned(),
        // Behind `#`: it reaches the page and no server, no log and no other site.
        link: format!("{}/join#token={}", state.config.origin(), token.as_str()),
        days: INVITATION_DAYS,
    };
    Ok(look.email.map(|to| (to, letter)))
}
