//! Keeps a text within what a document may hold: its beginning, as it stands, and how much is left out. Not a summary.

use serde::{Deserialize, Serialize};

/// How much of a text was kept, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Characters that were kept.
    pub kept: u32,
    /// Characters that the text has.
    pub whole: u32,
}

/// The text when it has at most `most` bytes, else as much of its beginning as fits. It ends with a whole block, or a whole line, or a
/// whole word, whichever leaves most of it; a code block that is cut is closed.
#[must_use]
pub fn fit(text: String, most: usize) -> (String, Option<Cut>) {
    if text.len() <= most {
        return (text, None);
    }
    let kept = beginning(&text, most);
    let cut = Cut {
        kept: characters(&kept),
        whole: characters(&text),
    };
    (kept, Some(cut))
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Where a text may end.
#[derive(Default)]
struct Ends {
    /// After the last whole block.
    block: usize,
    /// After the last whole line.
    line: usize,
    /// The fence of the code block that is open there.
    fence: Option<String>,
}

fn beginning(text: &str, most: usize) -> String {
    let ends = ends(text, most);
    // A block may be as long as the whole: then a line or a word of it is a better end.
    let enough = most / 2;
    if ends.block >= enough {
        return part(text, ends.block);
    }
    if ends.line >= enough {
        let kept = part(text, ends.line);
        return match ends.fence {
            Some(fence) => format!("{kept}\n{fence}"),
            None => kept,
        };
    }
    let room = text.floor_char_boundary(most);
    let head = text.get(..room).unwrap_or_default();
    let word = head.rfind(char::is_whitespace).unwrap_or(0);
    part(text, if word >= enough { word } else { room })
}

fn part(text: &str, end: usize) -> String {
    text.get(..end).unwrap_or_default().trim_end().to_owned()
}

/// The last ends that fit, with room for the line that closes a fence.
fn ends(text: &str, most: usize) -> Ends {
    let mut ends = Ends::default();
    let mut at = 0_usize;
    let mut fence: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let blank = line.trim().is_empty();
        if blank && fence.is_none() {
            ends.block = at;
        }
        fence = after(line.trim_start(), fence);
        at = at.saturating_add(line.len());
        let closing = fence
            .as_ref()
            .map_or(0, |fence| fence.len().saturating_add(1));
        if at.saturating_add(closing) > most {
            break;
        }
        ends.line = at;
        ends.fence.clone_from(&fence);
    }
    ends
}

/// The fence that is open after a line.
fn after(line: &str, open: Option<String>) -> Option<String> {
    let mark = |c: char| line.chars().take_while(|&other| other == c).count();
    match open {
        Some(fence) => {
            let c = fence.chars().next().unwrap_or('`');
            let closes = mark(c) >= fence.len() && line.trim_end().chars().all(|other| other == c);
            (!closes).then_some(fence)
        }
        None => ['`', '~']
            .into_iter()
            .find(|&c| mark(c) >= 3 && (c == '~' || !line.trim_start_matches(c).contains(c)))
            .map(|c| c.to_string().repeat(mark(c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_is_not_touched() {
        let text = "# A\n\nword \n".to_owned();
        assert_eq!(fit(text.clone(), text.len()), (text, None));
    }

    #[test]
    fn a_long_text_ends_with_its_last_whole_block() {
        let text = "First block.\n\nSecond block\nof two lines.\n\nThird block.".to_owned();
        let whole = characters(&text);
        let (kept, cut) = fit(text, 46);
        assert_eq!(kept, "First block.\n\nSecond block\nof two lines.");
        assert_eq!(cut, Some(Cut { kept: 40, whole }));
    }

    #[test]
    fn a_block_that_is_too_long_ends_with_a_line_and_a_line_with_a_word() {
        let lines = "a line of a poem\n".repeat(10);
        assert_eq!(fit(lines, 100).0, "a line of a poem\n".repeat(5).trim_end());
        let words = "word ".repeat(100);
        assert_eq!(fit(words, 52).0, "word ".repeat(10).trim_end());
    }

    #[test]
    fn a_text_without_blanks_is_cut_between_characters() {
        let (kept, cut) = fit("語".repeat(100), 100);
        assert_eq!(kept, "語".repeat(33));
        assert_eq!(
            cut,
            Some(Cut {
                kept: 33,
                whole: 100
            })
        );
    }

    #[test]
    fn a_code_block_that_is_cut_is_closed_and_a_blank_line_in_it_is_no_end_of_a_block() {
        let text = format!("Intro.\n\n````rust\n{}````\n", "let a = 1;\n\n".repeat(40));
        let (kept, _) = fit(text, 200);
        assert!(kept.ends_with("let a = 1;\n````"), "{kept}");
        assert!(kept.len() <= 200);
        assert_eq!(kept.matches("````").count(), 2);
    }

    proptest::proptest! {
        #[test]
        fn what_is_kept_fits_and_is_the_beginning(text in "[a-zł語`~ \n]{0,300}", most in 1_usize..200) {
            let (kept, cut) = fit(text.clone(), most);
            proptest::prop_assert!(kept.len() <= most || cut.is_none());
            proptest::prop_assert_eq!(cut.is_some(), text.len() > most);
            let bare = kept.trim_end_matches(['`', '~']).trim_end();
            proptest::prop_assert!(text.starts_with(bare));
        }
    }
}
