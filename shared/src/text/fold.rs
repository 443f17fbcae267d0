//! Folds text so that what people read as the same is the same. Not a transliteration, and not segmentation: that is `tokens`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text: compatibility decomposition (width, ligatures, superscripts), combining marks removed, full case folding, letters
/// with a bar or a hook as their base letter (ł → l, ø → o), Arabic tatweel and vowel marks removed, Arabic and Persian letter
/// variants and digits unified. Blanks and punctuation stay.
///
/// Marks that make another letter rather than an accent are kept: kana voicing, Hangul, and Indic vowel signs, which become the
/// independent vowel. Folding a folded text changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut |c| {
        out.push(c);
        true
    });
    out
}

/// Folds a text into a sink, character by character, until the sink returns false.
///
/// ASCII, most of most texts, does not pass through the normaliser. Cutting there is safe: every mark that could compose with an
/// ASCII letter is removed.
pub(super) fn fold_into(text: &str, sink: &mut impl FnMut(char) -> bool) {
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest
            .bytes()
            .position(|b| !b.is_ascii())
            .unwrap_or(rest.len());
        let (head, tail) = rest.split_at_checked(ascii).unwrap_or((rest, ""));
        if !head
            .bytes()
            .all(|b| sink(char::from(b.to_ascii_lowercase())))
        {
            return;
        }
        let other = tail
            .bytes()
            .position(|b| b.is_ascii())
            .unwrap_or(tail.len());
        let (head, tail) = tail.split_at_checked(other).unwrap_or((tail, ""));
        let mut folded = head
            .nfkd()
            .filter_map(significant)
            .flat_map(fold_char)
            .nfc();
        if !folded.all(&mut *sink) {
            return;
        }
        rest = tail;
    }
}

/// The character, or what stands for it; `None` for marks and invisible characters that a reader does not notice.
fn significant(c: char) -> Option<char> {
    match c {
        '\u{3099}' | '\u{309A}' => Some(c),
        // Tatweel, soft hyphen, joiners, direction marks, variation selectors, BOM.
        '\u{0640}' | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' => None,
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' => None,
        _ if is_combining_mark(c) => indic_vowel(c),
        _ => Some(c),
    }
}

/// The independent vowel of an Indic vowel sign. The nine blocks from Devanagari to Malayalam share one layout, inherited from
/// ISCII: signs at 3E to 4C, independent vowels 38 below.
fn indic_vowel(c: char) -> Option<char> {
    let code = u32::from(c);
    if !(0x0900..0x0D80).contains(&code) || !(0x3E..=0x4C).contains(&(code & 0x7F)) {
        return None;
    }
    char::from_u32(code - 0x38).filter(|vowel| vowel.is_alphabetic() && !is_combining_mark(*vowel))
}

/// Full case folding by way of upper case (ß → SS → ss, ς → Σ → σ), then the letters that Unicode does not decompose.
fn fold_char(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .flat_map(|c| base_letters(c).into_iter().flatten())
}

fn base_letters(c: char) -> [Option<char>; 2] {
    let one = |c| [Some(c), None];
    match c {
        'æ' => [Some('a'), Some('e')],
        'œ' => [Some('o'), Some('e')],
        'þ' => [Some('t'), Some('h')],
        'ł' | 'ƚ' => one('l'),
        'ø' => one('o'),
        'đ' | 'ð' | 'ɖ' | 'ɗ' => one('d'),
        'ħ' => one('h'),
        'ı' => one('i'),
        'ŋ' => one('n'),
        'ŧ' => one('t'),
        'ƶ' => one('z'),
        'ɓ' | 'ƀ' => one('b'),
        'ɠ' | 'ǥ' => one('g'),
        'ƙ' => one('k'),
        'ʼ' | '‘' | '’' | '‛' => one('\''),
        'ی' | 'ى' => one('ي'),
        'ک' => one('ك'),
        'ة' => one('ه'),
        '٠'..='٩' => one(ascii_digit(c, '٠')),
        '۰'..='۹' => one(ascii_digit(c, '۰')),
        _ => one(c),
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    let value = u32::from(c).saturating_sub(u32::from(zero));
    char::from_digit(value, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_that_read_the_same_fold_to_the_same() {
        let cases = [
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("Żółć Łódź", "zolc lodz"),
            (
                "Ørsted Œuvre Æther Þór Đorđe",
                "orsted oeuvre aether thor dorde",
            ),
            ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
            ("ΟΔΥΣΣΕΎΣ Οδυσσεύς", "οδυσσευσ οδυσσευσ"),
            ("Ёлка ЙОД", "елка иод"),
            ("مُحَمَّـــد أحمد", "محمد احمد"),
            ("فارسی کتاب ۱۲۳ ١٢٣", "فارسي كتاب 123 123"),
            ("Ｆｕｌｌ　Ｗｉｄｔｈ ﾊﾟﾝ", "full width パン"),
            ("ﬁnd № ²", "find no 2"),
            ("한국어 がぎ か", "한국어 がぎ か"),
            ("co\u{AD}op\u{200B}erate", "cooperate"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn indic_vowels_still_tell_words_apart() {
        assert_ne!(fold("की"), fold("का"));
        assert_eq!(fold("हिन्दी"), fold("हिन्\u{200D}दी"));
    }

    #[test]
    fn composed_and_decomposed_text_fold_alike() {
        assert_eq!(fold("e\u{301}a\u{308}"), fold("éä"));
        assert_eq!(fold("a\u{3099}"), fold(&fold("a\u{3099}")));
    }

    #[test]
    fn folding_every_character_twice_changes_nothing() {
        // Beyond plane 2 nothing folds.
        for c in '\0'..='\u{2FFFF}' {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_of_ascii_never_matters(text in "[ -~]{0,40}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text.to_lowercase()));
        }
    }
}
