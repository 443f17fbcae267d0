//! The libraries of this browser: one's own, and one for each team that the person is in or has left edits in. Not their content, and not
//! when the server is asked for them.

use super::{Outcome, node, opened, store};
use crate::messages::{Failure, FailureCode};
use crate::store::Store;
use krowoc_shared::access::Role;
use krowoc_shared::ids::{DocId, OpId, SpaceId};
use krowoc_shared::sync::client::{ClientState, Commit, OutboxRow, on_membership};
use krowoc_shared::sync::wire::SpaceState;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// Where the teams are noted, in the database of one's own library.
const TEAMS: &str = "teams";
/// Where the library is noted that was saved to last.
const LAST: &str = "library";

/// A team as this browser knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Its space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// What the person is in it; was, when they have left.
    pub role: Role,
}

/// The teams, by name.
pub(super) async fn teams() -> Outcome<Vec<Place>> {
    let teams: Option<Vec<Place>> = store().await?.record(TEAMS).await?;
    Ok(teams.unwrap_or_default())
}

async fn of_team(place: &Place) -> Outcome<Rc<Store>> {
    let fresh = ClientState::of_team(node(), place.space, place.role);
    opened(Some(place.space), fresh).await
}

/// Every library, one's own first.
pub(super) async fn all() -> Outcome<Vec<Rc<Store>>> {
    let mut all = vec![store().await?];
    for place in teams().await? {
        all.push(of_team(&place).await?);
    }
    Ok(all)
}

/// Every library with the name of its team; one's own has none.
pub(super) async fn named() -> Outcome<Vec<(Rc<Store>, Option<String>)>> {
    let mut all = vec![(store().await?, None)];
    for place in teams().await? {
        all.push((of_team(&place).await?, Some(place.name)));
    }
    Ok(all)
}

/// The library of a team that is known here, or one's own.
pub(super) async fn of(team: Option<SpaceId>) -> Outcome<Rc<Store>> {
    let Some(team) = team else {
        return store().await;
    };
    let found = teams().await?.into_iter().find(|place| place.space == team);
    match found {
        Some(place) => of_team(&place).await,
        None => Err(Failure::new(FailureCode::Gone, "")),
    }
}

/// The library that holds a document.
pub(super) async fn holding(id: DocId) -> Outcome<Option<Rc<Store>>> {
    for store in all().await? {
        if store.document(id).await?.is_some() {
            return Ok(Some(store));
        }
    }
    Ok(None)
}

/// The library whose outbox holds an operation, and its row.
pub(super) async fn waiting(id: OpId) -> Outcome<Option<(Rc<Store>, OutboxRow)>> {
    for store in all().await? {
        if let Some(row) = store.row(id).await? {
            return Ok(Some((store, row)));
        }
    }
    Ok(None)
}

/// Why nothing can be saved to a library now; `None` when it can.
pub(super) async fn refusal(store: &Store) -> Outcome<Option<String>> {
    let refusal = store.state().await?.refusal();
    Ok(refusal.map(|violation| violation.message))
}

/// The library that was saved to last, while it can be saved to; else one's own.
pub(super) async fn last() -> Outcome<Option<SpaceId>> {
    let last: Option<Option<SpaceId>> = store().await?.record(LAST).await?;
    let Some(team) = last.flatten() else {
        return Ok(None);
    };
    match of(Some(team)).await {
        Ok(library) if refusal(&library).await?.is_none() => Ok(Some(team)),
        _ => Ok(None),
    }
}

/// Notes the library that was saved to.
pub(super) async fn remember(team: Option<SpaceId>) -> Outcome<()> {
    if last().await? != team {
        store().await?.set_record(LAST, &team).await?;
    }
    Ok(())
}

/// The server has said which spaces there are, to the machine of the library `asker`: the others are told, and new ones opened, before that one
/// notes that it knows.
pub(super) async fn told(asker: &Store, spaces: &[SpaceState]) -> Outcome<()> {
    let own = store().await?;
    let before = teams().await?;
    let mut places: Vec<Place> = spaces
        .iter()
        .filter(|it| it.team)
        .map(|it| Place {
            space: it.space,
            name: it.name.clone(),
            role: it.role,
        })
        .collect();
    places.sort_by_key(|place| (place.name.to_lowercase(), place.space));
    let device = own.state().await?.device;
    for place in &places {
        let library = of_team(place).await?;
        if !library.state().await?.connected {
            library.change_state(|state| state.connect(device)).await?;
        }
    }
    // A team that was left is known until nothing of it is here.
    for place in before {
        let listed = places.iter().any(|it| it.space == place.space);
        if !listed && !is_empty(&*of_team(&place).await?).await? {
            places.push(place);
        }
    }
    for place in &places {
        let library = of_team(place).await?;
        if library.team() != asker.team() {
            library
                .step::<Failure, _>(&[], |state, _| Ok(on_membership(state, spaces)))
                .await??;
        }
    }
    if own.record::<Vec<Place>>(TEAMS).await?.as_ref() != Some(&places) {
        own.set_record(TEAMS, &places).await?;
    }
    Ok(())
}

/// Whether a team was left, and nothing of it is here any more.
async fn is_empty(store: &Store) -> Outcome<bool> {
    let left = store.state().await?.ended();
    Ok(left && store.rows(1).await?.is_empty() && store.documents_after(None, 1).await?.is_empty())
}

/// Changes the state of every library.
pub(super) async fn change(change: impl Fn(&mut ClientState)) -> Outcome<()> {
    for store in all().await? {
        store
            .step::<Failure, _>(&[], |state, _| {
                let mut state = state.clone();
                change(&mut state);
                Ok(Commit::of(state))
            })
            .await??;
    }
    Ok(())
}

/// Removes everything from this browser, one's own library last: it knows the others.
pub(super) async fn erase() -> Outcome<()> {
    for place in teams().await? {
        let fresh = ClientState::of_team(node(), place.space, place.role);
        of_team(&place).await?.erase(fresh).await?;
    }
    store().await?.erase(ClientState::new(node())).await?;
    Ok(())
}
