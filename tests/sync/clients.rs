//! What a client has when everything has come to rest: of a library that its person is in, and of one that they have left. Not what is in it.

use crate::node::Node;
use crate::oracle::{Broken, ensure};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Document, Kind};
use krowoc_shared::sync::checksum::Checksum;
use krowoc_shared::sync::client::{OutboxRow, Phase};
use std::collections::BTreeMap;

/// A document of which nothing but refused edits is left.
pub fn rows_alone(id: DocId, rows: &[&OutboxRow]) -> Document {
    let kind = rows.first().map_or(Kind::Prompt, |row| row.op.kind);
    Document::new(id, kind)
}

/// Of a team that its person is not in, a client has nothing but what the team never took, as refused.
pub fn left(node: &Node) -> Result<(), Broken> {
    let number = node.number;
    let phase = node.disk.state().phase;
    ensure!(
        phase == Phase::Gone,
        "client {number} is in {phase:?}, and no member"
    );
    let held = node.disk.locals().values().find(|it| it.shadow().is_some());
    ensure!(held.is_none(), "client {number} still has {held:?}");
    let waits = node.disk.rows().values().find(|row| !row.is_rejected());
    ensure!(waits.is_none(), "client {number} still sends {waits:?}");
    Ok(())
}

/// Of a library that its person is in, a client has what the server has.
pub fn converged(node: &Node, alive: &BTreeMap<DocId, &Document>) -> Result<(), Broken> {
    let number = node.number;
    let shadows: BTreeMap<DocId, &Document> = node
        .disk
        .locals()
        .iter()
        .filter_map(|(id, local)| {
            local
                .shadow()
                .filter(|shadow| !shadow.purged)
                .map(|shadow| (*id, shadow))
        })
        .collect();
    ensure!(
        shadows.keys().eq(alive.keys()),
        "client {number} has {:?}, the server {:?}",
        shadows.keys(),
        alive.keys()
    );
    for (id, shadow) in &shadows {
        ensure!(
            alive.get(id) == Some(shadow),
            "client {number} differs in {id}:\n{shadow:?}\n{:?}",
            alive.get(id)
        );
    }
    let state = node.disk.state();
    let sum = Checksum::of(alive.values().copied());
    ensure!(
        state.checksum == sum,
        "client {number} has another checksum"
    );
    ensure!(
        state.mismatches == 0,
        "client {number} had another checksum after reading everything"
    );
    ensure!(
        state.phase == Phase::Steady && !state.reoffer,
        "client {number} is in {:?}",
        state.phase
    );
    Ok(())
}
