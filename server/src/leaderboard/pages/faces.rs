//! The faces that words on pictures are set in: two that come with the server, and those of the machine for letters that these lack. Not
//! how words are laid out.

use cosmic_text::FontSystem;
use cosmic_text::fontdb::{Database, FaceInfo, ID, Source, Stretch, Style, Weight};
use cosmic_text::skrifa::{FontRef, MetadataProvider};
use krowoc_shared::text::is_assigned;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

/// The face of a title, and of what stands beside it. Both have the same letters.
const BOLD: &[u8] = include_bytes!("fonts/NotoSans-Bold.ttf");
const REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
/// The family of both.
pub(super) const FAMILY: &str = "Noto Sans";

/// Characters of a text that are looked at: no more are ever seen on a picture.
const READ: usize = 300;
/// Faces of the machine that one text is set in.
const TOGETHER: usize = 6;
/// Different characters of a text that are looked for in all faces of the machine: each look opens all of them.
const SOUGHT: usize = 40;
/// Characters of which it is remembered where they were found.
const KNOWN: usize = 20_000;
/// Families that have something for every character, and draw none, or draw them in colours only.
const UNFIT: [&str; 6] = [
    "Emoji",
    "LastResort",
    "Last Resort",
    "Adobe Blank",
    "AdobeBlank",
    "Tofu",
];

/// The faces of this machine and the server's own.
pub(super) static FACES: LazyLock<Faces> = LazyLock::new(|| Faces::new(true));

/// Where a text is written so: on that depends how Han characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Region {
    China,
    Japan,
    Korea,
}

impl Region {
    fn of(text: &str) -> Self {
        let has = |from, to| text.chars().any(|c| (from..=to).contains(&c));
        if has('\u{3040}', '\u{30ff}') {
            Self::Japan
        } else if has('\u{ac00}', '\u{d7a3}') {
            Self::Korea
        } else {
            Self::China
        }
    }

    /// Of a family that says so.
    fn of_family(name: &str) -> Option<Self> {
        let region = match name.rsplit(' ').next()? {
            "JP" => Self::Japan,
            "KR" => Self::Korea,
            "SC" | "TC" | "HK" => Self::China,
            _ => return None,
        };
        Some(region)
    }
}

/// What of a text can be drawn, and the faces of the machine that this takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Legible {
    /// On one line, without what is no letter and has no face.
    pub text: String,
    faces: Vec<ID>,
}

/// A set of faces.
pub(super) struct Faces {
    own: Database,
    /// Those of the machine, the fittest first; read when a text asks for them first, which takes a while.
    machine: OnceLock<Machine>,
    /// Whether those of the machine are asked at all.
    ask: bool,
    known: Mutex<HashMap<(char, Region), Option<ID>>>,
}

#[derive(Default)]
struct Machine {
    all: Database,
    order: Vec<(ID, Option<Region>)>,
}

impl Faces {
    /// The server's own, and those of the machine when these may be asked.
    pub(super) fn new(ask: bool) -> Self {
        let mut own = Database::new();
        for bytes in [BOLD, REGULAR] {
            own.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        Self {
            own,
            machine: OnceLock::new(),
            ask,
            known: Mutex::default(),
        }
    }

    /// What of a text can be drawn: spaces are one each, emoji and symbols without a face are left out. `None` when nothing is left, when one
    /// of its letters has no face (a word with a hole says something else), and when it takes more than [`TOGETHER`] of them.
    pub(super) fn legible(&self, text: &str) -> Option<Legible> {
        let region = Region::of(text);
        let own = FontRef::from_index(BOLD, 0).ok()?.charmap();
        let mut out = Legible {
            text: String::new(),
            faces: Vec::new(),
        };
        let mut sought = HashMap::new();
        for c in text.chars().take(READ) {
            let after = out.text.chars().next_back();
            if c.is_whitespace() || c.is_control() {
                if after.is_some_and(|it| it != ' ') {
                    out.text.push(' ');
                }
            } else if is_unseen(c, after) {
            } else if own.map(c).is_some_and(|glyph| glyph.to_u32() > 0) {
                out.text.push(c);
            } else if let Some(id) = self.find(c, region, &out.faces, &mut sought) {
                if !out.faces.contains(&id) {
                    out.faces.push(id);
                }
                if out.faces.len() > TOGETHER {
                    return None;
                }
                out.text.push(c);
            } else if !is_symbol(c) {
                return None;
            }
        }
        out.text.truncate(out.text.trim_end().len());
        (!out.text.is_empty()).then_some(out)
    }

    /// What sets a text in a weight: the server's faces, and of the machine's no others than it takes.
    pub(super) fn system(&self, text: &Legible, weight: Weight) -> FontSystem {
        let mut all = self.own.clone();
        for id in &text.faces {
            if let Some(face) = self.machine().of_weight(*id, weight) {
                // Equally heavy, they are tried in this order.
                let mut face = face.clone();
                face.weight = weight;
                all.push_face_info(face);
            }
        }
        FontSystem::new_with_locale_and_db("en".to_owned(), all)
    }

    fn machine(&self) -> &Machine {
        self.machine.get_or_init(|| match self.ask {
            true => Machine::read(),
            false => Machine::default(),
        })
    }

    /// The face of a character that the server's own lack: one that the text is set in already, or else the fittest. `sought` is what was
    /// looked for in all faces for this text before; of more than [`SOUGHT`] nothing is looked for.
    fn find(
        &self,
        c: char,
        region: Region,
        used: &[ID],
        sought: &mut HashMap<char, Option<ID>>,
    ) -> Option<ID> {
        if let Some(found) = sought.get(&c) {
            return *found;
        }
        let machine = self.machine();
        if let Some(id) = used.iter().find(|id| machine.has(**id, c)) {
            return Some(*id);
        }
        if sought.len() >= SOUGHT {
            return None;
        }
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(&(c, region)).copied();
        let found = before.unwrap_or_else(|| {
            // Others go on meanwhile: two that look for the same find the same.
            let found = machine.fittest(c, region);
            let mut known = known();
            if known.len() >= KNOWN {
                known.clear();
            }
            known.insert((c, region), found);
            found
        });
        sought.insert(c, found);
        found
    }
}

impl Machine {
    /// The fittest face that has a character. Opens one after another.
    fn fittest(&self, c: char, region: Region) -> Option<ID> {
        let fit = |(_, of): &&(ID, Option<Region>)| of.is_none_or(|of| of == region);
        let fits = self.order.iter().filter(fit);
        let others = self.order.iter().filter(|face| !fit(face));
        fits.chain(others)
            .map(|(id, _)| *id)
            .find(|id| self.has(*id, c))
    }

    fn read() -> Self {
        let mut all = Database::new();
        all.load_system_fonts();
        let mut order: Vec<_> = all.faces().filter_map(Fitness::of).collect();
        order.sort();
        let order = order
            .into_iter()
            .map(|it| (it.id, Region::of_family(&it.name)))
            .collect();
        Self { all, order }
    }

    /// The face of the same family that is nearest to a weight.
    fn of_weight(&self, id: ID, weight: Weight) -> Option<&FaceInfo> {
        let found = self.all.face(id)?;
        let kin = self.all.faces().filter(|it| {
            it.families == found.families
                && it.style == found.style
                && it.stretch == found.stretch
                && it.monospaced == found.monospaced
        });
        kin.min_by_key(|it| it.weight.0.abs_diff(weight.0))
    }

    fn has(&self, id: ID, c: char) -> bool {
        let glyph = self.all.with_face_data(id, |data, index| {
            FontRef::from_index(data, index).ok()?.charmap().map(c)
        });
        glyph.flatten().is_some_and(|glyph| glyph.to_u32() > 0)
    }
}

/// How well a face suits, the fittest first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fitness {
    monospaced: bool,
    other_family: bool,
    serif: bool,
    narrow: bool,
    weight: u16,
    name: String,
    id: ID,
}

impl Fitness {
    /// `None` of what is not used.
    fn of(face: &FaceInfo) -> Option<Self> {
        let (name, _) = face.families.first()?;
        if face.style != Style::Normal || UNFIT.iter().any(|it| name.contains(it)) {
            return None;
        }
        Some(Self {
            monospaced: face.monospaced || name.contains(" Mono"),
            other_family: !name.starts_with(FAMILY),
            serif: name.contains("Serif"),
            narrow: face.stretch != Stretch::Normal,
            weight: face.weight.0.abs_diff(Weight::BOLD.0),
            name: name.clone(),
            id: face.id,
        })
    }
}

/// What leaves nothing on a line: joiners without letters, turns of direction, shades of emoji, emoji, and what is no character or means
/// something only among those who agreed on it.
fn is_unseen(c: char, after: Option<char>) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => {
            !after.is_some_and(|it| !it.is_ascii() && !is_unseen(it, None) && !is_symbol(it))
        }
        '\u{ad}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{ffff}'
        | '\u{1f000}'..='\u{1ffff}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => !is_assigned(c),
    }
}

/// What may be left out of a text: signs, and what each program draws as it likes. No letters, digits and marks.
fn is_symbol(c: char) -> bool {
    let sign = matches!(
        c,
        '\u{2010}'..='\u{2bff}'
            | '\u{2e00}'..='\u{2e7f}'
            | '\u{3000}'..='\u{3020}'
            | '\u{3030}'..='\u{303f}'
            | '\u{fe10}'..='\u{fe6f}'
            | '\u{ff00}'..='\u{ffef}'
            | '\u{1d000}'..='\u{1d24f}'
    );
    sign && !c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let bare = Faces::new(false);
        bare.legible(text).map(|it| it.text)
    }

    #[test]
    fn what_is_no_letter_is_left_out_and_a_text_with_a_hole_is_not_drawn() {
        let shown = [
            ("Lawyer", "Lawyer"),
            ("  Groß &\n\tklein ", "Groß & klein"),
            (
                "Ελληνικά, Українська, Tiếng Việt",
                "Ελληνικά, Українська, Tiếng Việt",
            ),
            ("Ship it 🚀👨‍👩‍👧 now ❤️", "Ship it now"),
            ("1️⃣ first 🇩🇪", "1 first"),
            ("a\u{202e}b\u{200b}c\u{e000}", "abc"),
            ("x\u{378}y\u{f8ff}\u{40000}\u{f0000}\u{10fffd}z", "xyz"),
        ];
        for (text, legible) in shown {
            assert_eq!(read(text).as_deref(), Some(legible), "{text}");
        }
        for text in [
            "",
            " \n",
            "🚀🚀",
            "👨‍👩‍👧",
            "要約する",
            "Summary 要約",
            "שלום",
            "नमस्ते",
            "\u{378}\u{e000}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_face_has_is_looked_for_a_few_times() {
        let bare = Faces::new(false);
        // Those without a meaning, before any look.
        let nothing: String = ('\u{e000}'..='\u{f8ff}')
            .chain('\u{f0000}'..=char::MAX)
            .collect();
        for some in nothing.chars().collect::<Vec<_>>().chunks(READ) {
            let text: String = some.iter().collect();
            assert_eq!(bare.legible(&text), None);
        }
        assert!(bare.known.lock().unwrap().is_empty());
        let signs: String = ('\u{2300}'..='\u{23ff}').collect();
        let text = format!("Go {signs}{signs}");
        assert_eq!(bare.legible(&text).unwrap().text, "Go");
        assert_eq!(bare.known.lock().unwrap().len(), SOUGHT);
        // A letter without one ends it.
        assert_eq!(bare.legible("要約する方法"), None);
        assert_eq!(bare.known.lock().unwrap().len(), SOUGHT + 1);
    }

    #[test]
    fn of_a_long_text_the_beginning_is_read() {
        let long = "word ".repeat(1_000);
        assert!(read(&long).unwrap().chars().count() < READ);
    }

    #[test]
    fn han_characters_look_as_where_the_text_is_from() {
        assert_eq!(Region::of("要約する"), Region::Japan);
        assert_eq!(Region::of("요약 要約"), Region::Korea);
        assert_eq!(Region::of("摘要"), Region::China);
        assert_eq!(Region::of_family("Noto Sans CJK JP"), Some(Region::Japan));
        assert_eq!(Region::of_family("Noto Sans CJK TC"), Some(Region::China));
        assert_eq!(Region::of_family("Noto Sans Arabic"), None);
    }
}
