//! The libraries of this browser: one's own, and one for each team that the person is in or has left edits in. Not their content, and not
//! when the server is asked for them.

use super::{Outcome, connect, node, open, store};
use crate::messages::{Failure, FailureCode};
use crate::store::Store;
use krowoc_shared::access::Role;
use krowoc_shared::ids::{DeviceId, DocId, OpId, SpaceId};
use krowoc_shared::sync::client::{ClientState, OutboxRow, on_membership};
use krowoc_shared::sync::wire::SpaceState;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// Where the teams are noted, in the database of one's own library.
const TEAMS: &str = "teams";
/// Where the library is noted that was saved to last.
const LAST: &str = "library";

/// Libraries, each with the name of its team.
type Named = Vec<(Rc<Store>, Option<String>)>;

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
    open(Some(place.space), fresh).await
}

/// The libraries that can be opened, one's own first, and the teams whose database cannot be.
pub(super) async fn opened() -> Outcome<(Named, Vec<(SpaceId, Failure)>)> {
    let mut all = vec![(store().await?, None)];
    let mut closed = Vec::new();
    for place in teams().await? {
        match of_team(&place).await {
            Ok(library) => all.push((library, Some(place.name))),
            Err(failure) => closed.push((place.space, failure)),
        }
    }
    Ok((all, closed))
}

/// Every library with the name of its team; one's own has none. That of a team which cannot be opened is left out: the flush tells of it.
pub(super) async fn named() -> Outcome<Named> {
    Ok(opened().await?.0)
}

/// Every library, one's own first.
pub(super) async fn all() -> Outcome<Vec<Rc<Store>>> {
    let named = named().await?;
    Ok(named.into_iter().map(|(library, _)| library).collect())
}

/// What a library answered: a team's that cannot be read hides only what is its own.
pub(super) fn excused<T>(library: &Store, answer: Outcome<T>) -> Outcome<Option<T>> {
    match answer {
        Err(_) if library.team().is_some() => Ok(None),
        answer => answer.map(Some),
    }
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
    let mut broken = None;
    for store in all().await? {
        match store.document(id).await {
            Ok(Some(_)) => return Ok(Some(store)),
            Ok(None) => {}
            Err(error) => broken = Some(error),
        }
    }
    broken.map_or(Ok(None), |error| Err(error.into()))
}

/// The library whose outbox holds an operation, and its row.
pub(super) async fn waiting(id: OpId) -> Outcome<Option<(Rc<Store>, OutboxRow)>> {
    let mut broken = None;
    for store in all().await? {
        match store.row(id).await {
            Ok(Some(row)) => return Ok(Some((store, row))),
            Ok(None) => {}
            Err(error) => broken = Some(error),
        }
    }
    broken.map_or(Ok(None), |error| Err(error.into()))
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
/// notes that it knows. A team whose database cannot be used is told another time. `number`: the connection that was asked; what another one
/// was told is nothing to this one.
pub(super) async fn told(asker: &Store, spaces: &[SpaceState], number: u64) -> Outcome<()> {
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
    // A team that was left is known until nothing of it is here.
    for place in before {
        let listed = places.iter().any(|it| it.space == place.space);
        if !listed && !is_empty(&place).await.unwrap_or(false) {
            places.push(place);
        }
    }
    for place in &places {
        if connect::number() != number {
            return Ok(());
        }
        let listed = spaces.iter().any(|it| it.space == place.space);
        // What goes wrong there is met again in its own turn.
        let _ = tell(place, listed.then_some(device), asker, spaces).await;
    }
    let known = own.record::<Vec<Place>>(TEAMS).await?;
    if known.as_ref() != Some(&places) && connect::number() == number {
        own.set_record(TEAMS, &places).await?;
    }
    Ok(())
}

/// Tells the library of a team; `device`: the one to send as, where the person is in the team.
async fn tell(
    place: &Place,
    device: Option<Option<DeviceId>>,
    asker: &Store,
    spaces: &[SpaceState],
) -> Outcome<()> {
    let library = of_team(place).await?;
    if let Some(device) = device {
        let state = library.state().await?;
        // One that was left long ago may still stand as connected by a device that is no more.
        if !state.connected || state.device != device {
            library.change_state(|state| state.connect(device)).await?;
        }
    }
    if library.team() != asker.team() {
        library
            .step::<Failure, _>(&[], |state, _| Ok(on_membership(state, spaces)))
            .await??;
    }
    Ok(())
}

/// Makes the search rows anew that an older version made, without keeping anybody waiting.
pub(super) fn remake(library: Rc<Store>) {
    wasm_bindgen_futures::spawn_local(async move {
        // A library that cannot be written completes from what is there.
        let _ = library.remake().await;
    });
}

/// Whether a team was left, and nothing of it is here any more.
async fn is_empty(place: &Place) -> Outcome<bool> {
    let store = of_team(place).await?;
    let left = store.state().await?.ended();
    Ok(left && store.rows(1).await?.is_empty() && store.documents_after(None, 1).await?.is_empty())
}

/// Changes the state of every library that can be used.
pub(super) async fn change(change: impl Fn(&mut ClientState)) -> Outcome<()> {
    for store in all().await? {
        let changed = store.change_state(&change).await;
        excused(&store, changed.map_err(Failure::from))?;
    }
    Ok(())
}

/// Removes everything from this browser, one's own library last: it knows the others.
pub(super) async fn erase() -> Outcome<()> {
    let mut left = None;
    for place in teams().await? {
        let fresh = ClientState::of_team(node(), place.space, place.role);
        let erased = async { Ok(of_team(&place).await?.erase(fresh).await?) };
        left = erased.await.err().or(left);
    }
    if let Some(failure) = left {
        return Err(failure);
    }
    store().await?.erase(ClientState::new(node())).await?;
    Ok(())
}
