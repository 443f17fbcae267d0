//! Characters that carry text a reader cannot see: zero-width, bidi controls, tag characters, runs of variation selectors.
//! Not about elements hidden by style (see `conceal`).

use std::iter::Peekable;
use std::str::Chars;

/// Text without its invisible characters, and what they spelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revealed {
    /// The text as a reader sees it.
    pub text: String,
    /// Messages spelled in tag characters (U+E0020…U+E007E), decoded to ASCII; one entry a run.
    pub hidden: Vec<String>,
}

/// True when `text` holds no character that [`reveal`] could take away.
pub fn is_plain(text: &str) -> bool {
    text.is_ascii()
        || !text
            .chars()
            .any(|c| is_invisible(c) || is_joiner(c) || is_selector(c))
}

/// Takes away characters that a reader cannot see.
///
/// Kept because scripts need them: a single zero-width joiner or non-joiner between two non-ASCII characters (Persian, Indic,
/// emoji), a single variation selector, direction marks (U+200E, U+200F), and the tag sequence of a flag emoji.
pub fn reveal(text: &str) -> Revealed {
    let mut out = Revealed {
        text: String::with_capacity(text.len()),
        hidden: Vec::new(),
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if is_tag(c) {
            take_tags(c, &mut chars, &mut out);
        } else if is_joiner(c) {
            let before = out
                .text
                .chars()
                .next_back()
                .is_some_and(|b| !b.is_ascii() && !is_joiner(b));
            let after = chars.peek().is_some_and(|&a| {
                !a.is_ascii() && !is_joiner(a) && !is_selector(a) && !is_invisible(a)
            });
            if before && after {
                out.text.push(c);
            }
        } else if is_selector(c) {
            let run = skip_selectors(&mut chars);
            let after_text = out
                .text
                .chars()
                .next_back()
                .is_some_and(|b| !b.is_whitespace() && !is_selector(b) && !is_joiner(b));
            if run == 0 && after_text {
                out.text.push(c);
            }
        } else if !is_invisible(c) {
            out.text.push(c);
        }
    }
    out
}

fn take_tags(first: char, chars: &mut Peekable<Chars<'_>>, out: &mut Revealed) {
    let mut run = String::from(first);
    while let Some(&next) = chars.peek().filter(|&&next| is_tag(next)) {
        run.push(next);
        chars.next();
    }
    let flag =
        out.text.ends_with('\u{1F3F4}') && run.ends_with('\u{E007F}') && run.chars().count() <= 7;
    if flag {
        out.text.push_str(&run);
        return;
    }
    let spelled: String = run
        .chars()
        .filter_map(|tag| u32::from(tag).checked_sub(0xE0000).and_then(char::from_u32))
        .filter(|c| (' '..='~').contains(c))
        .collect();
    if !spelled.trim().is_empty() {
        out.hidden.push(spelled);
    }
}

fn skip_selectors(chars: &mut Peekable<Chars<'_>>) -> usize {
    let mut run = 0;
    while chars.next_if(|&next| is_selector(next)).is_some() {
        run += 1;
    }
    run
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0000}'..='\u{E007F}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
    ) || is_tag(c)
        || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_in_tag_characters_is_taken_out_and_decoded() {
        let hidden: String = "ignore all"
            .chars()
            .filter_map(|c| char::from_u32(0xE0000 + u32::from(c)))
            .collect();
        let revealed = reveal(&format!("Hello{hidden} world"));
        assert_eq!(revealed.text, "Hello world");
        assert_eq!(revealed.hidden, ["ignore all"]);
    }

    #[test]
    fn zero_width_and_bidi_controls_go_and_joiners_that_scripts_need_stay() {
        assert_eq!(
            reveal("pass\u{200B}wo\u{00AD}rd\u{202E}x\u{2066}").text,
            "passwordx"
        );
        assert_eq!(reveal("می\u{200C}خواهم").text, "می\u{200C}خواهم");
        assert_eq!(reveal("a\u{200D}\u{200C}\u{200D}b").text, "ab");
        assert_eq!(reveal("👩\u{200D}💻").text, "👩\u{200D}💻");
    }

    #[test]
    fn the_flag_of_scotland_survives_and_bytes_in_variation_selectors_do_not() {
        let flag = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}";
        assert_eq!(reveal(flag).text, flag);
        assert_eq!(reveal("☺\u{FE0F}").text, "☺\u{FE0F}");
        assert_eq!(reveal("☺\u{FE0F}\u{E0101}\u{E0102}").text, "☺");
    }

    proptest! {
        #[test]
        fn what_is_revealed_has_nothing_more_to_reveal(text in "[a-z \u{200B}-\u{200F}\u{FE0E}\u{FE0F}\u{E0041}\u{E0042}é👩]{0,20}") {
            let once = reveal(&text);
            prop_assert_eq!(&reveal(&once.text).text, &once.text);
        }

        #[test]
        fn plain_text_is_left_as_it_is(text in "\\PC{0,40}") {
            prop_assume!(is_plain(&text));
            prop_assert_eq!(reveal(&text).text, text);
        }
    }
}
