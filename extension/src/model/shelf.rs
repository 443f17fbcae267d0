//! What the form completes from: the tags, the metadata and the models that documents of a library have. Not where those are kept.

use crate::store::IndexRow;
use krowoc_shared::ids::DocId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Tags to complete from.
const TAGS: usize = 500;
/// Values of one name of metadata.
const VALUES: usize = 100;
/// Names with a value, of all names together: shared among them.
const PIECES: usize = 1_000;
/// Models.
const MODELS: usize = 50;

/// The rows of a library.
type Rows = BTreeMap<DocId, IndexRow>;

/// Each once, those first that are there most often.
fn by_use<T: Ord + Copy>(all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        let count = counts.entry(one).or_default();
        *count = count.saturating_add(1);
    }
    let mut sorted: Vec<(T, usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|(one, count)| (Reverse(*count), *one));
    sorted.into_iter().map(|(one, _)| one)
}

/// Tags, the most used first.
#[must_use]
pub fn tags(rows: &Rows) -> Vec<String> {
    let all = rows.values().flat_map(|row| &row.tags);
    let tags = by_use(all.map(String::as_str));
    tags.take(TAGS).map(str::to_owned).collect()
}

/// Metadata: names with a value, the most used first. Where there are too many, every name has as many of its values as any other, as far as
/// it has them.
#[must_use]
pub fn values(rows: &Rows) -> Vec<(String, String)> {
    let all = rows.values().flat_map(|row| &row.meta);
    let pairs = all.map(|(name, value)| (name.as_str(), value.as_str()));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for (place, (name, value)) in by_use(pairs).enumerate() {
        let count = seen.entry(name).or_default();
        if *count < VALUES {
            kept.push((*count, place, name, value));
            *count = count.saturating_add(1);
        }
    }
    if kept.len() > PIECES {
        // The first of each name, then the second of each.
        kept.sort_unstable();
        kept.truncate(PIECES);
        kept.sort_unstable_by_key(|(_, place, ..)| *place);
    }
    let owned = |(_, _, name, value): (_, _, &str, &str)| (name.to_owned(), value.to_owned());
    kept.into_iter().map(owned).collect()
}

/// Models that prompts choose first, the most used first.
#[must_use]
pub fn models(rows: &Rows) -> Vec<String> {
    let all = rows.values().map(|row| row.model.as_str());
    let models = by_use(all.filter(|model| !model.is_empty()));
    models.take(MODELS).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::index_row;
    use krowoc_shared::library::document::{Document, Kind};

    fn rows(made: impl Fn(&mut IndexRow, usize), count: usize) -> Rows {
        let row = |number: usize| {
            let mut bytes = [0; 10];
            bytes[2..].copy_from_slice(&(number as u64).to_be_bytes());
            let mut row = index_row(&Document::new(DocId::mint(1, bytes), Kind::Prompt)).unwrap();
            made(&mut row, number);
            (row.id, row)
        };
        (0..count).map(row).collect()
    }

    fn piece(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_is_used_most_comes_first_and_each_is_there_once() {
        let rows = rows(
            |row, number| {
                row.tags = vec![if number == 0 { "rare" } else { "usual" }.to_owned()];
                row.meta = vec![piece("category", if number == 1 { "art" } else { "work" })];
                row.model = ["", "openai/a", "openai/b"][number % 3].to_owned();
            },
            6,
        );
        assert_eq!(tags(&rows), ["usual", "rare"]);
        let pieces = values(&rows);
        assert_eq!(
            pieces,
            [piece("category", "work"), piece("category", "art")]
        );
        assert_eq!(models(&rows), ["openai/a", "openai/b"]);
    }

    #[test]
    fn a_name_with_a_value_for_every_document_leaves_room_for_a_rare_one() {
        let rows = rows(
            |row, number| {
                row.meta = vec![piece("topic", &number.to_string())];
                if number == 200 {
                    row.meta.push(piece("zone", "north"));
                }
            },
            300,
        );
        let pieces = values(&rows);
        assert_eq!(pieces.len(), VALUES + 1);
        assert!(pieces.contains(&piece("zone", "north")));
    }

    #[test]
    fn many_names_share_the_room_and_the_rarest_is_there_too() {
        let rows = rows(
            |row, number| {
                let usual = (0..12).map(|name| piece(&format!("name-{name}"), &number.to_string()));
                row.meta = usual.collect();
                if number == 7 {
                    row.meta.push(piece("zone", "north"));
                }
            },
            150,
        );
        let pieces = values(&rows);
        assert_eq!(pieces.len(), PIECES);
        assert!(pieces.contains(&piece("zone", "north")));
        for name in 0..12 {
            let name = format!("name-{name}");
            let count = pieces.iter().filter(|(of, _)| *of == name).count();
            assert!((83..=84).contains(&count), "{name} has {count}");
        }
    }

    #[test]
    fn the_most_used_piece_comes_first_also_where_many_names_share_the_room() {
        let rows = rows(
            |row, number| {
                row.meta = vec![piece(&format!("name-{number}"), "once")];
                if number < 3 {
                    row.meta.push(piece("zone", "north"));
                }
            },
            PIECES + 200,
        );
        let pieces = values(&rows);
        assert_eq!(pieces.len(), PIECES);
        assert_eq!(pieces[0], piece("zone", "north"));
    }

    #[test]
    fn of_nothing_nothing_is_completed() {
        let rows = rows(|_, _| {}, 2);
        assert!(tags(&rows).is_empty() && values(&rows).is_empty() && models(&rows).is_empty());
    }
}
