//! Whether a page or a text was saved before, from what the local store knows. Not the store, and never a question to a server.

use crate::messages::{Before, Keep, Likeness};
use krowoc_shared::capture::fingerprint::{SimHash, near};
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::Kind;

/// What is known of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Canonical address of the page; empty when there is none.
    pub page: String,
    /// Fingerprint of the text.
    pub fingerprint: String,
    /// Signature of the text; `None` when it is too short to have one.
    pub simhash: Option<SimHash>,
}

/// What is known of a saved document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The document.
    pub doc_id: DocId,
    /// Its marks.
    pub marks: Marks,
    /// When it was last edited.
    pub edited_at: Millis,
}

/// How a saved document resembles a capture; `None` when it does not.
#[must_use]
pub fn likeness(capture: &Marks, known: &Marks) -> Option<Likeness> {
    if !capture.fingerprint.is_empty() && capture.fingerprint == known.fingerprint {
        return Some(Likeness::Same);
    }
    if let (Some(a), Some(b)) = (capture.simhash, known.simhash)
        && near(a, b)
    {
        return Some(Likeness::Near);
    }
    (!capture.page.is_empty() && capture.page == known.page).then_some(Likeness::SamePage)
}

/// The saved document that resembles a capture most; among equals the one edited last.
pub fn best<'a>(
    capture: &Marks,
    library: impl IntoIterator<Item = &'a Known>,
) -> Option<(Likeness, &'a Known)> {
    library
        .into_iter()
        .filter_map(|known| likeness(capture, &known.marks).map(|likeness| (likeness, known)))
        .min_by_key(|(likeness, known)| (*likeness, std::cmp::Reverse(known.edited_at)))
}

/// The earlier save that the form offers: that of the library which was chosen, else of one's own. Never of a team that was not chosen.
#[must_use]
pub fn offered(found: &[Before], chosen: Option<SpaceId>) -> Option<&Before> {
    let of = |space| found.iter().find(move |before| before.space == space);
    of(chosen).or_else(|| of(None))
}

/// What is done with it unless the person says otherwise. What is in another library than the chosen one is not changed unasked.
#[must_use]
pub fn proposed(before: Option<&Before>, chosen: Option<SpaceId>) -> Keep {
    match before {
        Some(before) if before.space == chosen && before.likeness != Likeness::SamePage => {
            Keep::Update
        }
        _ => Keep::Both,
    }
}

/// What it is saved as unless the person says otherwise; `own` where no earlier save is updated, which stays what it is.
#[must_use]
pub fn kind(before: Option<&Before>, keep: Keep, own: Kind) -> Kind {
    match (keep, before) {
        (Keep::Update, Some(before)) => before.kind,
        _ => own,
    }
}

/// What it is saved as when its library is left: `own` again where it is what was `proposed` there; what the person picked stays.
#[must_use]
pub fn left(now: Kind, proposed: Kind, own: Kind) -> Kind {
    if now == proposed { own } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::capture::fingerprint::{fingerprint, simhash};
    use krowoc_shared::library::document::Kind;

    const TEXT: &str = "Act as a code review assistant and give a detailed assessment of the code that is provided by the user, with examples";

    fn marks(page: &str, text: &str) -> Marks {
        Marks {
            page: page.to_owned(),
            fingerprint: fingerprint(text),
            simhash: simhash(text),
        }
    }

    fn known(n: u8, page: &str, text: &str, edited_at: Millis) -> Known {
        Known {
            doc_id: DocId::mint(i64::from(n), [n; 10]),
            marks: marks(page, text),
            edited_at,
        }
    }

    #[test]
    fn the_same_text_beats_a_similar_one_and_that_beats_the_same_page() {
        let library = [
            known(1, "https://a.example/", "something else entirely", 9),
            known(2, "https://b.example/", &format!("{TEXT} now"), 5),
            known(3, "https://c.example/", &TEXT.to_uppercase(), 1),
        ];
        let capture = marks("https://a.example/", TEXT);
        let (found, document) = best(&capture, &library).unwrap();
        assert_eq!(
            (found, document.doc_id),
            (Likeness::Same, library[2].doc_id)
        );
        let (found, document) = best(&capture, &library[..2]).unwrap();
        assert_eq!(
            (found, document.doc_id),
            (Likeness::Near, library[1].doc_id)
        );
        let (found, document) = best(&capture, &library[..1]).unwrap();
        assert_eq!(
            (found, document.doc_id),
            (Likeness::SamePage, library[0].doc_id)
        );
    }

    #[test]
    fn among_equals_the_one_edited_last_is_offered() {
        let library = [
            known(1, "https://a.example/", TEXT, 1),
            known(2, "https://a.example/", TEXT, 7),
            known(3, "https://a.example/", TEXT, 3),
        ];
        let (_, document) = best(&marks("", TEXT), &library).unwrap();
        assert_eq!(document.doc_id, library[1].doc_id);
    }

    #[test]
    fn documents_without_a_page_do_not_resemble_each_other_by_that() {
        let library = [known(1, "", "one text of a few words", 1)];
        assert_eq!(best(&marks("", "quite another text"), &library), None);
    }

    fn saved(space: Option<SpaceId>, likeness: Likeness) -> Before {
        Before {
            doc_id: DocId::mint(1, [1; 10]),
            space,
            team: space.map(|_| "A team".into()),
            kind: Kind::Prompt,
            title: String::new(),
            saved_at: 1,
            likeness,
            diff: Vec::new(),
            changed: 0,
        }
    }

    #[test]
    fn a_document_of_a_team_is_offered_only_while_its_library_is_chosen() {
        let (team, other) = (
            Some(SpaceId::mint(1, [1; 10])),
            Some(SpaceId::mint(1, [2; 10])),
        );
        let found = [saved(team, Likeness::Same), saved(None, Likeness::Near)];
        let space = |chosen| offered(&found, chosen).map(|before| before.space);
        assert_eq!(space(team), Some(team));
        assert_eq!(space(None), Some(None));
        assert_eq!(space(other), Some(None));
        assert_eq!(offered(&found[..1], None), None);
        assert_eq!(offered(&found[..1], other), None);
    }

    #[test]
    fn only_what_is_in_the_chosen_library_is_updated_without_a_word() {
        let team = Some(SpaceId::mint(1, [1; 10]));
        let own = saved(None, Likeness::Same);
        assert_eq!(proposed(Some(&own), None), Keep::Update);
        assert_eq!(proposed(Some(&own), team), Keep::Both);
        let page = saved(team, Likeness::SamePage);
        assert_eq!(proposed(Some(&page), team), Keep::Both);
        assert_eq!(proposed(None, team), Keep::Both);
    }

    #[test]
    fn what_is_updated_stays_what_it_is_and_what_is_new_is_what_was_captured() {
        let own = saved(None, Likeness::Same);
        let as_kept = |keep| kind(Some(&own), keep, Kind::Snippet);
        assert_eq!(as_kept(Keep::Update), Kind::Prompt);
        assert_eq!(as_kept(Keep::Both), Kind::Snippet);
        assert_eq!(kind(None, Keep::Update, Kind::Snippet), Kind::Snippet);
    }

    #[test]
    fn what_an_earlier_save_made_it_is_left_with_its_library_and_what_was_picked_is_not() {
        let own = Kind::Snippet;
        let earlier = saved(None, Likeness::Same);
        let proposed = kind(Some(&earlier), Keep::Update, own);
        assert_eq!(left(proposed, proposed, own), own);
        // An earlier save would have made it a prompt, and it was picked to be none.
        assert_eq!(left(Kind::Snippet, proposed, own), Kind::Snippet);
        // Without one it was picked to be a prompt.
        assert_eq!(left(Kind::Prompt, own, own), Kind::Prompt);
        assert_eq!(left(own, own, own), own);
    }
}
