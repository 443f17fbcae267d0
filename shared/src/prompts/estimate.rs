//! A cheap estimate of how many tokens a text is. Not a tokenizer: the true count depends on the model.

/// Estimates the tokens of a text, in time linear in it and without a vocabulary.
///
/// Counted by runs, as byte-pair encoders cut them: a word of Latin letters is one token up to 8 letters and one more for each
/// 5 after; digits come in threes; a run of one punctuation mark, or of blanks at the beginning of a line, is one; a blank before a word belongs to the word; other
/// alphabets cost one token for 3 letters, Han, kana and Hangul 0.8 a character, everything else (emoji, rare scripts) 2.
#[must_use]
pub fn estimate_tokens(text: &str) -> usize {
    let mut tenths = 0usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let class = Class::of(c);
        let mut run = 1usize;
        while chars
            .next_if(|next| Class::of(*next) == class && (class != Class::Mark || *next == c))
            .is_some()
        {
            run = run.saturating_add(1);
        }
        tenths = tenths.saturating_add(class.tenths(run));
    }
    tenths.div_ceil(10)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Latin,
    Digit,
    Blank,
    Line,
    Mark,
    Alphabet,
    Syllable,
    Other,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => Self::Latin,
            '0'..='9' => Self::Digit,
            '\n' | '\r' => Self::Line,
            ' ' | '\t' => Self::Blank,
            '!'..='~' => Self::Mark,
            '\u{3040}'..='\u{30FF}'
            | '\u{3400}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7FF}'
            | '\u{3000}'..='\u{303F}'
            | '\u{FF00}'..='\u{FFEF}' => Self::Syllable,
            '\u{2010}'..='\u{2026}' => Self::Mark,
            _ if c.is_alphabetic() && u32::from(c) < 0x2000 => Self::Alphabet,
            _ => Self::Other,
        }
    }

    fn tenths(self, run: usize) -> usize {
        match self {
            Self::Latin => {
                10usize.saturating_add(run.saturating_sub(8).div_ceil(5).saturating_mul(10))
            }
            Self::Digit => run.div_ceil(3).saturating_mul(10),
            Self::Blank if run == 1 => 0,
            Self::Blank | Self::Line | Self::Mark => 10,
            Self::Alphabet => run.div_ceil(3).saturating_mul(10),
            Self::Syllable => run.saturating_mul(8),
            Self::Other => run.saturating_mul(20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_about_a_token_each() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("Act as a lawyer."), 5);
        assert_eq!(estimate_tokens("internationalisation"), 4);
        assert_eq!(estimate_tokens("1234567"), 3);
    }

    #[test]
    fn scripts_cost_by_the_character() {
        assert_eq!(estimate_tokens(&"字".repeat(10)), 8);
        assert_eq!(estimate_tokens("привет"), 2);
    }

    proptest! {
        #[test]
        fn it_lies_between_nothing_and_two_a_character(text in any::<String>()) {
            let tokens = estimate_tokens(&text);
            prop_assert!(tokens <= text.chars().count() * 2);
            prop_assert!(tokens > 0 || text.chars().all(|c| c == ' ' || c == '\t'));
        }

        #[test]
        fn more_text_is_never_fewer_tokens(a in "[a-z ]{0,40}", b in "[a-z ]{0,40}") {
            let joined = format!("{a}.{b}");
            prop_assert!(estimate_tokens(&joined) >= estimate_tokens(&a));
        }
    }
}
