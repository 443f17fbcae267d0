//! What simulated people do: make, edit, tag, count, delete, restore, resolve. Not what becomes of it.

use crate::node::{Editor, Node};
use crate::oracle::{Act, Oracle};
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::{Counter, Document, Field, Kind};
use krowoc_shared::library::lifecycle;
use krowoc_shared::sync::client::Edit;
use krowoc_shared::sync::wire::Op;
use krowoc_tests::rng::Rng;

/// Texts that make the server fail: they are never edited again.
pub const POISON_FAULT: &str = "poison: the server fails";
/// Texts that the server cannot read.
pub const POISON_REFUSED: &str = "poison: the server refuses";

const TAGS: [&str; 3] = ["red", "green", "blue"];

/// True for a document that is made to be refused.
pub fn is_poison(document: &Document) -> bool {
    document.body.text.starts_with("poison")
}

/// An edit and what the oracle is to remember of it.
struct Plan {
    edit: Edit,
    acts: Vec<Act>,
}

/// One person does one thing at one browser; in words, what was saved.
pub fn act(
    node: &mut Node,
    oracle: &mut Oracle,
    poison: bool,
    now: Millis,
    rng: &mut Rng,
) -> Option<String> {
    let views: Vec<Document> = node
        .disk
        .locals()
        .values()
        .map(|local| local.view.clone())
        .filter(|view| !is_poison(view))
        .collect();
    let op_id = OpId::mint(node.wall(now), rng.bytes());
    let view = rng.pick(&views).cloned();
    let plan = match (view, rng.below(20)) {
        (None, _) | (_, 0 | 1) => create(op_id, poison, now, oracle, rng),
        (Some(view), 2..=4) => field(op_id, &view, oracle, rng),
        (Some(view), 5 | 6) => tag(op_id, &view, rng),
        (Some(view), 7 | 8) => count(op_id, &view, rng),
        (Some(view), 9) => trash(op_id, &view, oracle),
        (Some(view), 10) => restore(op_id, &view),
        (Some(view), 11) => {
            open(node, &view);
            None
        }
        (Some(view), 12 | 13) if view.conflicts.is_empty() => save(op_id, node, oracle, rng),
        (Some(view), 12) if !view.conflicts.is_empty() => dismiss(op_id, &view),
        (Some(view), 13 | 14) if !view.conflicts.is_empty() => resolve(op_id, &view),
        (Some(view), 16) => meta(op_id, &view, oracle, rng),
        (Some(view), 15) if view.kind == Kind::Prompt => archive(op_id, &view, rng),
        (Some(view), _) => text(op_id, &view, oracle, rng),
    };
    let Plan { edit, acts } = plan?;
    let id = edit.op.doc_id;
    let shown = node.disk.locals().get(&id).map(|local| local.view.clone());
    let now_shown = shown.as_ref().map(|view| view.body.text.clone());
    let stale = edit.seen.is_some() && edit.seen != now_shown;
    let again = rng.chance(10).then(|| edit.clone());
    let words = format!(
        "client {} {id} made from {:?} while {now_shown:?} was shown: {acts:?}",
        node.number, edit.seen
    );
    let saved = matches!(node.record(edit, now), Ok(true));
    if saved {
        oracle.saved(node.number, id, acts, shown.as_ref(), stale);
    }
    if let Some(edit) = again {
        // The page did not hear the answer and sends its message again; the first may not have fitted on the disk.
        let known = node.disk.locals().contains_key(&id);
        if known {
            let _ = node.record(edit, now);
        }
    }
    saved.then_some(words)
}

fn some(op: Op, acts: Vec<Act>) -> Option<Plan> {
    Some(Plan {
        edit: op.into(),
        acts,
    })
}

fn create(
    op_id: OpId,
    poison: bool,
    now: Millis,
    oracle: &mut Oracle,
    rng: &mut Rng,
) -> Option<Plan> {
    let id = DocId::mint(now, rng.bytes());
    let kind = *rng.pick(&[Kind::Prompt, Kind::Snippet])?;
    if poison && rng.chance(30) {
        let text = if rng.chance(50) {
            POISON_FAULT
        } else {
            POISON_REFUSED
        };
        return some(Op::create(op_id, id, kind, now, text), Vec::new());
    }
    let lines: Vec<String> = (0..rng.between(0, 6))
        .map(|_| oracle.token("line"))
        .collect();
    let gap = if rng.chance(30) { "\n\n" } else { "\n" };
    let mut text = lines.join(gap);
    if rng.chance(70) && !text.is_empty() {
        text.push('\n');
    }
    let title = oracle.token("title");
    let op = Op::create(op_id, id, kind, now, &text).with(Field::Title, title.clone());
    let set = Act::Set {
        field: Field::Title,
        value: title.into(),
    };
    some(
        op,
        vec![
            Act::Create,
            set,
            Act::Text {
                added: lines,
                removed: Vec::new(),
                text,
            },
        ],
    )
}

fn field(op_id: OpId, view: &Document, oracle: &mut Oracle, rng: &mut Rng) -> Option<Plan> {
    let field = *rng.pick(&[Field::Title, Field::Title, Field::Note, Field::Description])?;
    let value = oracle.token("value");
    let op = Op::new(op_id, view.id, view.kind).with(field, value.clone());
    some(
        op,
        vec![Act::Set {
            field,
            value: value.into(),
        }],
    )
}

fn tag(op_id: OpId, view: &Document, rng: &mut Rng) -> Option<Plan> {
    let tag = *rng.pick(&TAGS)?;
    let op = Op::new(op_id, view.id, view.kind);
    let present = rng.chance(60);
    let op = if present {
        op.with_tag(tag)
    } else {
        op.without_tag(tag)
    };
    some(op, vec![Act::Tag { tag, present }])
}

fn meta(op_id: OpId, view: &Document, oracle: &mut Oracle, rng: &mut Rng) -> Option<Plan> {
    let name = *rng.pick(&["topic", "persona"])?;
    let value = rng.chance(80).then(|| oracle.token("meta"));
    let op = Op::new(op_id, view.id, view.kind).with_meta(name, value.clone());
    some(op, vec![Act::Meta { name, value }])
}

fn archive(op_id: OpId, view: &Document, rng: &mut Rng) -> Option<Plan> {
    let away = rng.chance(60);
    let act = if away {
        lifecycle::Act::Archive
    } else {
        lifecycle::Act::Unarchive
    };
    let op = Op::new(op_id, view.id, view.kind).with_act(act);
    some(op, vec![Act::Archive { away }])
}

fn count(op_id: OpId, view: &Document, rng: &mut Rng) -> Option<Plan> {
    let by = rng.between(1, 3);
    let op = Op::new(op_id, view.id, view.kind).with_count(Counter::Uses, by);
    some(op, vec![Act::Count { op: op_id, by }])
}

fn trash(op_id: OpId, view: &Document, oracle: &mut Oracle) -> Option<Plan> {
    let at = oracle.number();
    some(Op::trash(op_id, view.id, view.kind, at), vec![Act::Trash])
}

fn restore(op_id: OpId, view: &Document) -> Option<Plan> {
    view.deleted_at()?;
    some(Op::restore(op_id, view.id, view.kind), vec![Act::Restore])
}

fn open(node: &mut Node, view: &Document) {
    node.editor = Some(Editor {
        id: view.id,
        seen: view.body.text.clone(),
        rev: view.body.rev,
    });
}

/// The editor that was opened some time ago is saved: its text was made from what was shown then.
fn save(op_id: OpId, node: &mut Node, oracle: &mut Oracle, rng: &mut Rng) -> Option<Plan> {
    let editor = node.editor.take()?;
    let view = node.disk.locals().get(&editor.id)?.view.clone();
    let (added, removed, text) = changed(&editor.seen, oracle, rng);
    let op = Op::new(op_id, view.id, view.kind).with_body(editor.rev, &text);
    let edit = Edit {
        op,
        seen: Some(editor.seen),
    };
    Some(Plan {
        edit,
        acts: vec![Act::Text {
            added,
            removed,
            text,
        }],
    })
}

fn text(op_id: OpId, view: &Document, oracle: &mut Oracle, rng: &mut Rng) -> Option<Plan> {
    let (added, removed, text) = changed(&view.body.text, oracle, rng);
    let op = Op::new(op_id, view.id, view.kind).with_body(view.body.rev, &text);
    some(
        op,
        vec![Act::Text {
            added,
            removed,
            text,
        }],
    )
}

/// A text with a line put in, taken out or written anew: the lines added, the lines removed, the text.
fn changed(text: &str, oracle: &mut Oracle, rng: &mut Rng) -> (Vec<String>, Vec<String>, String) {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let index = usize::try_from(rng.below(lines.len() as u64 + 1)).unwrap_or(0);
    let old = lines.get(index).map(|line| line.trim_end().to_owned());
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    if rng.chance(75) || old.is_none() {
        let line = oracle.token("line");
        added.push(line.clone());
        let at_end = index == lines.len();
        if let Some(last) = lines
            .last_mut()
            .filter(|last| at_end && !last.ends_with('\n'))
        {
            last.push('\n');
        }
        lines.insert(index, format!("{line}\n"));
    }
    if let (Some(old), true) = (old, added.is_empty() || rng.chance(30)) {
        lines.remove(index + added.len());
        removed.push(old);
    }
    (added, removed, lines.concat())
}

/// A person looks at the oldest conflict and leaves the text as it is: what only the other side says is set aside.
fn dismiss(op_id: OpId, view: &Document) -> Option<Plan> {
    let conflict = view.conflicts.first()?;
    let lines = conflict.text.lines();
    let missing = lines.filter(|line| !view.body.text.lines().any(|known| known == *line));
    let act = Act::Aside {
        lines: missing.map(str::to_owned).collect(),
    };
    let mut op = Op::new(op_id, view.id, view.kind);
    op.resolves.push(conflict.op);
    some(op, vec![act])
}

/// A person looks at the conflict revisions and puts every line that is missing into the text.
fn resolve(op_id: OpId, view: &Document) -> Option<Plan> {
    let mut text = view.body.text.clone();
    let mut added = Vec::new();
    for line in view
        .conflicts
        .iter()
        .flat_map(|conflict| conflict.text.lines())
    {
        if !line.trim().is_empty() && !text.lines().any(|known| known == line) {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(line);
            text.push('\n');
            added.push(line.to_owned());
        }
    }
    let mut op = Op::new(op_id, view.id, view.kind).with_body(view.body.rev, &text);
    op.resolves = view.conflicts.iter().map(|conflict| conflict.op).collect();
    some(
        op,
        vec![Act::Text {
            added,
            removed: Vec::new(),
            text,
        }],
    )
}
