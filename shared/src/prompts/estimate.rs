//! A cheap estimate of how many tokens a text is. Not a tokenizer: the true count depends on the model.

/// Estimates the tokens of a text for `o200k_base`, in time linear in it and without a vocabulary.
///
/// Counted by runs, as byte-pair encoders cut them. A Latin word is one token, and it ends where a small letter is followed by a
/// capital one; the blank before it belongs to it; letters from the ninth on, accents and capitals in a row cost a part of a token
/// each, and an endless word nearly as much as letters without meaning do: 0.62 a letter. Digits come in threes; a long string of
/// letters and digits that changes its kind all the time, as base64 does, is 0.64 a character. A run of punctuation or of drawn lines
/// is one token as long as it is short or of one kind, and takes the line end after it along; so is a run of line ends or of blanks.
/// Other alphabets cost 0.36 a letter while words are short, Han 0.72, kana and Hangul 0.6 and more in an endless word, emoji 1.6, and
/// what no vocabulary has whole up to 2.6.
///
/// Measured against `o200k_base` on 1,529 community prompts: 96 of 100 are within 10 % of its count, their sum within 2 %. Languages
/// that build long words out of plain letters, as Finnish and Zulu do, come out up to a half too low; rare Han characters, names
/// among them, likewise.
#[must_use]
pub fn estimate_tokens(text: &str) -> usize {
    Estimate::of(text).tokens()
}

/// The parts of an estimate, in hundredths of a token: vocabularies differ little in what they make of Latin text, and much in the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Latin letters, digits, punctuation, blanks.
    pub latin: usize,
    /// Everything else.
    pub other: usize,
}

impl Estimate {
    /// Estimates a text, for `o200k_base`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut sum = Self::default();
        let mut chars = text.chars().peekable();
        let mut before = Class::Blank;
        let mut unbroken = Unbroken::default();
        while let Some(c) = chars.next() {
            let mut run = Run::new(c);
            while let Some(next) = chars.next_if(|next| run.goes_on(*next)) {
                run.push(next);
            }
            let taken_along =
                run.class == Class::Line && before == Class::Mark && run.length <= LINES;
            let cost = if taken_along { 0 } else { run.hundredths() };
            if matches!(run.class, Class::Latin | Class::Digit) {
                unbroken.add(&run, cost);
            } else if !run.is_within() {
                sum.latin = sum.latin.saturating_add(unbroken.close());
            }
            let part = if run.class.is_latin() {
                &mut sum.latin
            } else {
                &mut sum.other
            };
            *part = part.saturating_add(cost);
            before = run.class;
        }
        sum.latin = sum.latin.saturating_add(unbroken.close());
        sum
    }

    /// Whole tokens, rounded up.
    #[must_use]
    pub fn tokens(self) -> usize {
        self.latin.saturating_add(self.other).div_ceil(100)
    }
}

/// Line ends that one token takes.
const LINES: usize = 16;
/// Characters of one kind that one token takes, of punctuation or of blanks.
const ALIKE: usize = 64;
/// Characters after which a string of letters and digits may be one without words.
const STRING: usize = 24;

/// Characters of one class in a row.
struct Run {
    class: Class,
    length: usize,
    /// How often a character differs from the one before it, the first included.
    changes: usize,
    accents: usize,
    capitals: usize,
    last: char,
}

impl Run {
    fn new(c: char) -> Self {
        let mut run = Self {
            class: Class::of(c),
            length: 0,
            changes: 0,
            accents: 0,
            capitals: 0,
            last: '\0',
        };
        run.push(c);
        run
    }

    /// Whether a character belongs to the run: one of its class, unless it begins another word.
    fn goes_on(&self, c: char) -> bool {
        let begins =
            self.class == Class::Latin && c.is_ascii_uppercase() && !self.last.is_ascii_uppercase();
        Class::of(c) == self.class && !begins
    }

    fn push(&mut self, c: char) {
        self.length = self.length.saturating_add(1);
        self.changes = self.changes.saturating_add(usize::from(c != self.last));
        self.accents = self.accents.saturating_add(usize::from(!c.is_ascii()));
        let capital = c.is_ascii_uppercase();
        self.capitals = self.capitals.saturating_add(usize::from(capital));
        self.last = c;
    }

    /// Whether it is one of the two signs of base64, which break no string.
    fn is_within(&self) -> bool {
        self.length == 1 && matches!(self.last, '+' | '/')
    }

    /// The characters after the first so many, up to others.
    fn between(&self, first: usize, last: usize) -> usize {
        self.length.min(last).saturating_sub(first)
    }

    fn hundredths(&self) -> usize {
        let each = |hundredths: usize| self.length.saturating_mul(hundredths);
        let beyond = |first: usize, hundredths: usize| {
            let more = self.length.saturating_sub(first);
            more.saturating_mul(hundredths)
        };
        let changing = |hundredths: usize| {
            let more = self.changes.saturating_sub(3);
            more.saturating_mul(hundredths).saturating_add(100)
        };
        let alike = (self.length / ALIKE).saturating_mul(100);
        match self.class {
            Class::Latin => self.word(),
            Class::Digit => self.length.div_ceil(3).saturating_mul(100),
            Class::Blank if self.length == 1 => 0,
            Class::Blank => changing(50).saturating_add(alike),
            Class::Line => (self.length / LINES)
                .saturating_mul(100)
                .saturating_add(100),
            Class::Mark => changing(70).saturating_add(alike),
            Class::Alphabet => each(36).saturating_add(beyond(16, 39)),
            Class::Indic => each(36).saturating_add(beyond(24, 58)),
            Class::Abugida => each(52),
            Class::Syllable => each(60).saturating_add(beyond(12, 35)),
            Class::Han => each(72),
            Class::Control => each(100),
            Class::Wide => each(110),
            Class::Symbol => each(150),
            Class::Emoji => each(160),
            Class::Rare => each(190),
            Class::Rarest => each(260),
        }
    }

    fn word(&self) -> usize {
        // Few words are longer than sixteen letters, and none longer than thirty-two is known to a vocabulary.
        let long = self.between(8, 16).saturating_mul(6);
        let longer = self.between(16, 32).saturating_mul(30);
        let endless = self.between(32, usize::MAX).saturating_mul(62);
        let accents = self.accents.saturating_mul(40);
        let capitals = self.capitals.clamp(4, 16).saturating_sub(4);
        [long, longer, endless, accents, capitals.saturating_mul(25)]
            .into_iter()
            .fold(100, usize::saturating_add)
    }
}

/// Letters and digits without a break.
#[derive(Default)]
struct Unbroken {
    length: usize,
    pieces: usize,
    hundredths: usize,
}

impl Unbroken {
    fn add(&mut self, run: &Run, hundredths: usize) {
        self.length = self.length.saturating_add(run.length);
        self.pieces = self.pieces.saturating_add(1);
        self.hundredths = self.hundredths.saturating_add(hundredths);
    }

    /// What is to be added for it as a whole; the next one begins.
    fn close(&mut self) -> usize {
        let Self {
            length,
            pieces,
            hundredths,
        } = std::mem::take(self);
        // Words in a row are longer than five letters; the shorter the pieces, the less of it are words.
        let over = pieces.saturating_mul(5).saturating_sub(length);
        if length < STRING || over == 0 {
            return 0;
        }
        let more = length.saturating_mul(64).saturating_sub(hundredths);
        let part = more.saturating_mul(over).saturating_mul(5) / length;
        part.min(more)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Latin,
    Digit,
    Blank,
    Line,
    Mark,
    /// Greek, Cyrillic, Armenian, Hebrew, Arabic.
    Alphabet,
    /// The scripts of India, Georgian, rarer Latin and Greek letters.
    Indic,
    /// Sinhala, Thai, Myanmar, Khmer.
    Abugida,
    /// Kana, Hangul, and the marks of both and of Chinese.
    Syllable,
    Han,
    /// What is not seen, marks over letters, signs of Latin-1.
    Control,
    /// Letters as wide as Han.
    Wide,
    Symbol,
    Emoji,
    /// Scripts that vocabularies know in part.
    Rare,
    /// Scripts, letters and emoji that come as bytes.
    Rarest,
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
            '\u{4E00}'..='\u{9FFF}' => Self::Han,
            '\u{3000}'..='\u{33FF}' | '\u{AC00}'..='\u{D7FF}' => Self::Syllable,
            '\u{FF00}'..='\u{FFEF}' => Self::Wide,
            '\u{370}'..='\u{6FF}' => Self::Alphabet,
            '\u{D80}'..='\u{E7F}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => {
                Self::Abugida
            }
            '\u{250}'..='\u{2FF}'
            | '\u{900}'..='\u{D7F}'
            | '\u{10A0}'..='\u{10FF}'
            | '\u{1E00}'..='\u{1FFF}' => Self::Indic,
            '\0'..='\u{BF}'
            | '\u{300}'..='\u{36F}'
            | '\u{2000}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' => Self::Control,
            '\u{700}'..='\u{8FF}' | '\u{E80}'..='\u{FFF}' => Self::Rare,
            '\u{2070}'..='\u{2FFF}' => Self::Symbol,
            '\u{1F300}'..='\u{1F8FF}' => Self::Emoji,
            _ => Self::Rarest,
        }
    }

    fn is_latin(self) -> bool {
        matches!(
            self,
            Self::Latin | Self::Digit | Self::Blank | Self::Line | Self::Mark
        )
    }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
