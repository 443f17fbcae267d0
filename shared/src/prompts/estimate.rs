//! A cheap estimate of how many tokens a text is. Not a tokenizer: the true count depends on the model.

/// Estimates the tokens of a text, in time linear in it and without a vocabulary.
///
/// Counted by runs, as byte-pair encoders cut them. A Latin word is one token and 0.06 for each letter after the eighth, and the
/// blank before it belongs to it; digits come in threes; a run of punctuation or of drawn lines is one, and takes the line end after
/// it along; a run of line ends or of several blanks is one. Other alphabets cost 0.36 a letter; Han, kana and Hangul 0.6; emoji and
/// everything else 1.4. Fitted to `o200k_base` on 1,529 community prompts: 95 of 100 are within 10 % of its count, their sum within
/// 4 %; Chinese and mixed texts come out up to a fifth too low.
#[must_use]
pub fn estimate_tokens(text: &str) -> usize {
    let mut hundredths = 0usize;
    let mut before = Class::Blank;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let class = Class::of(c);
        let mut run = 1usize;
        while chars.next_if(|next| Class::of(*next) == class).is_some() {
            run = run.saturating_add(1);
        }
        if !(class == Class::Line && before == Class::Mark) {
            hundredths = hundredths.saturating_add(class.hundredths(run));
        }
        before = class;
    }
    hundredths.div_ceil(100)
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
            // ASCII punctuation, dashes and quotes, box drawing.
            '!'..='~' | '\u{2010}'..='\u{2026}' | '\u{2500}'..='\u{259F}' => Self::Mark,
            '\u{3000}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}' | '\u{FF00}'..='\u{FFEF}' => {
                Self::Syllable
            }
            '\u{250}'..'\u{2000}' => Self::Alphabet,
            _ => Self::Other,
        }
    }

    fn hundredths(self, run: usize) -> usize {
        match self {
            Self::Latin => run.saturating_sub(8).saturating_mul(6).saturating_add(100),
            Self::Digit => run.div_ceil(3).saturating_mul(100),
            Self::Blank if run == 1 => 0,
            Self::Blank | Self::Line | Self::Mark => 100,
            Self::Alphabet => run.saturating_mul(36),
            Self::Syllable => run.saturating_mul(60),
            Self::Other => run.saturating_mul(140),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_texts_come_near_the_count_of_a_tokenizer() {
        // Counts of o200k_base.
        let cases = [
            (
                "Съешь же ещё этих мягких французских булок, да выпей чаю. Напиши подробный анализ текста и предложи улучшения.",
                31,
            ),
            (
                "人工智能正在改变我们的工作方式，请写一篇关于提示工程的文章。",
                17,
            ),
            (
                "プロンプトを書いて、結果を評価してください。専門家として行動してください。",
                18,
            ),
            ("인공지능 전문가로서 다음 질문에 답변해 주세요.", 14),
            ("اكتب مقالا عن الذكاء الاصطناعي وكيف يغير حياتنا اليومية", 18),
            (
                "Schreibe eine Zusammenfassung der Geschäftsentwicklung, Wirtschaftlichkeitsberechnung und Qualitätssicherung.",
                21,
            ),
            ("😀😀🚀✅❌", 7),
        ];
        for (text, count) in cases {
            let estimate = estimate_tokens(text);
            assert!(
                estimate.abs_diff(count) * 3 <= count + 3,
                "{estimate} for {count}: {text}"
            );
        }
    }

    #[test]
    fn words_are_about_a_token_each() {
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("Act as a lawyer."), 5);
        assert_eq!(estimate_tokens("1234567"), 3);
        assert_eq!(estimate_tokens("one.\n\ntwo\n\nthree"), 5);
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
