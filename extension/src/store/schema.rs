//! Object stores and indexes. Not the values: those are JSON texts beside the few keys that are looked up.

use super::StoreError;
use idb::{Database, DatabaseEvent, Factory, IndexParams, KeyPath, ObjectStoreParams};
use krowoc_shared::ids::SpaceId;

/// Name of the database of one's own library; that of a team's has the team's id behind it.
const NAME: &str = "krowoc";
/// Their version: raised with each change of this file.
pub const VERSION: u32 = 1;

/// Single records by name.
pub const META: &str = "meta";
/// Documents by id.
pub const DOCUMENTS: &str = "documents";
/// Waiting and rejected operations by their number.
pub const OUTBOX: &str = "outbox";
/// What is needed to find a document, by its id.
pub const FINDER: &str = "finder";
/// All of them, in one scope.
pub const ALL: [&str; 4] = [META, DOCUMENTS, OUTBOX, FINDER];

/// Documents by the reading that last met them.
pub const BY_READ: &str = "read";
/// Operations by document.
pub const BY_DOCUMENT: &str = "document";
/// Operations by id.
pub const BY_OPERATION: &str = "operation";
/// Waiting operations by number; rejected ones have no such key.
pub const BY_WAITING: &str = "waiting";

/// The name of a library's database: each has one of its own, so that no commit can reach into another.
fn name(team: Option<SpaceId>) -> String {
    match team {
        Some(team) => format!("{NAME}-{team}"),
        None => NAME.to_owned(),
    }
}

/// Opens the database of a library, making it when it is new.
pub async fn open(team: Option<SpaceId>) -> Result<Database, StoreError> {
    let factory = Factory::new()?;
    let mut request = factory.open(&name(team), Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        let made = event.database().and_then(|database| upgrade(&database));
        if let Err(error) = made {
            // The open request fails with the version unchanged: the next start tries again.
            wasm_bindgen::throw_str(&error.to_string());
        }
    });
    Ok(request.await?)
}

fn upgrade(database: &Database) -> Result<(), idb::Error> {
    for name in ALL {
        let store = database.create_object_store(name, ObjectStoreParams::new())?;
        let indexes: &[(&str, bool)] = match name {
            DOCUMENTS => &[(BY_READ, false)],
            OUTBOX => &[
                (BY_DOCUMENT, false),
                (BY_OPERATION, true),
                (BY_WAITING, true),
            ],
            _ => &[],
        };
        for (index, unique) in indexes {
            let mut params = IndexParams::new();
            params.unique(*unique);
            store.create_index(index, KeyPath::new_single(index), Some(params))?;
        }
    }
    Ok(())
}
