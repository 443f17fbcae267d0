//! Cuts folded text into the tokens of the search index: words, and pairs of characters where a script has no spaces. Not a stemmer.
//!
//! The same tokens come out of every database's plain tokenizer (FTS5 `unicode61`, `to_tsvector('simple', …)`), because a token
//! holds letters and digits only and tokens stand apart by one space.

use super::fold::fold_into;
use unicode_normalization::char::is_combining_mark;

/// Longest search text, in bytes. PostgreSQL refuses a tsvector over 1 MiB; this much text never makes one.
pub const SEARCH_TEXT_BYTES: usize = 256 * 1024;
/// Longest token, in characters: what follows is dropped, in documents and in queries alike.
pub const TOKEN_CHARS: usize = 48;

/// The text by which a document is found: title, tags, note and source first, so that a very long body cannot push them out.
///
/// At most [`SEARCH_TEXT_BYTES`]: about 250,000 characters of Latin text or 37,000 of Chinese. `source` is what should be found of
/// the page a document came from, such as its site and title.
pub fn search_text(
    title: &str,
    body: &str,
    tags: impl IntoIterator<Item = impl AsRef<str>>,
    note: &str,
    source: &str,
) -> String {
    let mut out = Tokens::new(SEARCH_TEXT_BYTES);
    out.read(title);
    for tag in tags {
        out.read(tag.as_ref());
    }
    for text in [note, source, body] {
        out.read(text);
    }
    out.text
}

/// The tokens of one term of a query, to be found next to each other. A last token of one character of a spaceless script is to be
/// matched as a prefix: in a document it begins a pair.
pub(super) fn query_tokens(term: &str, most_bytes: usize) -> Vec<String> {
    let mut out = Tokens::new(most_bytes);
    out.query = true;
    out.read(term);
    out.text
        .split(' ')
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect()
}

/// True for letters of scripts written without spaces, whose words are found as runs of pairs.
pub(super) fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF   // Thai, Lao
        | 0x0F00..=0x0FFF // Tibetan
        | 0x1000..=0x109F // Myanmar
        | 0x1100..=0x11FF // Hangul letters
        | 0x1780..=0x17FF // Khmer
        | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x3100..=0x31FF // marks, kana, bopomofo
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF // Han
        | 0xAC00..=0xD7FF) // Hangul syllables
}

/// Letters and digits. Marks are not: tokenizers disagree about them. Squared and circled capitals are symbols to all of them.
fn is_token_char(c: char) -> bool {
    c.is_alphanumeric()
        && !is_combining_mark(c)
        && !matches!(u32::from(c), 0x24B6..=0x24E9 | 0x1_F130..=0x1_F189)
}

struct Tokens {
    text: String,
    limit: usize,
    query: bool,
    word: usize,
    /// The last character of an open spaceless run, and whether it is the run's first.
    run: Option<(char, bool)>,
}

impl Tokens {
    fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
            query: false,
            word: 0,
            run: None,
        }
    }

    fn read(&mut self, text: &str) {
        fold_into(text, &mut |c| {
            // A token of 48 characters, or two pairs, may still be open: room for it keeps the limit exact.
            let room = self.text.len().saturating_add(TOKEN_CHARS * 4) < self.limit;
            if room {
                self.push(c);
            }
            room
        });
        if let Some((last, first)) = self.run
            && (!self.query || first)
        {
            self.token(&[last]);
        }
        self.run = None;
        self.word = 0;
    }

    fn push(&mut self, c: char) {
        if !is_token_char(c) {
            self.close();
        } else if is_spaceless(c) {
            self.word = 0;
            match self.run {
                Some((before, _)) => {
                    self.token(&[before, c]);
                    self.run = Some((c, false));
                }
                None => self.run = Some((c, true)),
            }
        } else {
            self.close_run();
            if self.word == 0 {
                self.space();
            }
            if self.word < TOKEN_CHARS {
                self.text.push(c);
            }
            self.word = self.word.saturating_add(1);
        }
    }

    fn close(&mut self) {
        self.close_run();
        self.word = 0;
    }

    /// A run's last character stands alone too, so that each character begins some token.
    fn close_run(&mut self) {
        if let Some((last, _)) = self.run.take() {
            self.token(&[last]);
        }
    }

    fn token(&mut self, chars: &[char]) {
        self.space();
        self.text.extend(chars);
    }

    fn space(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(body: &str) -> String {
        search_text("", body, [""; 0], "", "")
    }

    #[test]
    fn words_are_folded_and_parted_by_one_space() {
        assert_eq!(
            document("Żółć,  isn't/THE--end… 3.5"),
            "zolc isn t the end 3 5"
        );
    }

    #[test]
    fn scripts_without_spaces_become_pairs_and_a_last_character() {
        assert_eq!(document("东京都 GPT模型"), "东京 京都 都 gpt 模型 型");
        assert_eq!(document("都"), "都");
        assert_eq!(document("パン"), document("ﾊﾟﾝ"));
    }

    #[test]
    fn a_query_term_leaves_out_the_last_character_of_its_last_run() {
        assert_eq!(query_tokens("东京", 99 + 192), ["东京"]);
        assert_eq!(query_tokens("模型GPT", 99 + 192), ["模型", "型", "gpt"]);
        assert_eq!(query_tokens("都", 99 + 192), ["都"]);
    }

    #[test]
    fn title_and_tags_survive_an_endless_body() {
        let text = search_text(
            "Title",
            &"字".repeat(400_000),
            ["tag"],
            "note",
            "example.org",
        );
        assert!(text.starts_with("title tag note example org 字字 "));
        assert!(text.len() <= SEARCH_TEXT_BYTES && text.len() > SEARCH_TEXT_BYTES - 512);
    }

    #[test]
    fn an_endless_word_is_cut_alike_in_document_and_query() {
        let word = "x".repeat(500);
        assert_eq!(document(&word), "x".repeat(TOKEN_CHARS));
        assert_eq!(query_tokens(&word, 4096), [document(&word)]);
    }

    proptest! {
            #[test]
            fn tokens_are_letters_and_digits_parted_by_single_spaces(text in any::<String>()) {
                let tokens = document(&text);
    prop_assert!(tokens.is_empty() || tokens.split(' ').all(|token| !token.is_empty()));
                prop_assert!(tokens.chars().all(|c| c == ' ' || is_token_char(c)));
            }

            #[test]
            fn each_piece_of_a_document_is_found_in_it(before in "[a-c東京都 .]{0,6}", piece in "[a-c東京都]{1,6}", after in "[a-c東京都 .]{0,6}") {
                // Blanks around the piece: a query matches whole words of Latin text, any part of spaceless text.
                let text = document(&format!("{before} {piece} {after}"));
                let found = query_tokens(&piece, 4096).join(" ");
                prop_assert!(format!(" {text}").contains(&format!(" {found}")), "{} in {}", found, text);
            }

            #[test]
            fn part_of_a_spaceless_run_is_found_in_it(before in "[東京都]{0,4}", piece in "[東京都]{1,4}", after in "[東京都]{0,4}") {
                let text = document(&format!("{before}{piece}{after}"));
                let found = query_tokens(&piece, 4096).join(" ");
                prop_assert!(format!(" {text}").contains(&format!(" {found}")), "{} in {}", found, text);
            }
        }
}
