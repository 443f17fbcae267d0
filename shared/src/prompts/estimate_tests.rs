//! Estimates beside the counts of real tokenizers, for texts with words and without.

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
    assert_eq!(estimate_tokens("readTheWholeFile"), 4);
}

const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
const CAPITAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// A text of so many characters of an alphabet, always the same.
fn noise(alphabet: &[&str], length: usize) -> String {
    let letters: Vec<char> = alphabet.concat().chars().collect();
    let mut seed = 7u64;
    let next = |_| {
        seed = seed * 16_807 % 2_147_483_647;
        letters[usize::try_from(seed).unwrap() % letters.len()]
    };
    (0..length).map(next).collect()
}

#[test]
fn a_thousand_characters_without_words_come_near_the_count_of_a_tokenizer() {
    // Counts of o200k_base and of cl100k_base.
    let cases: [(&[&str], usize, usize); 16] = [
        (&[SMALL], 521, 538),
        (&[CAPITAL], 567, 587),
        (&[SMALL, CAPITAL], 603, 665),
        (&[CAPITAL, SMALL, DIGITS, "+/"], 693, 739),
        (&[DIGITS, "abcdef"], 579, 577),
        (&[DIGITS, "ABCDEF"], 586, 593),
        (&[CAPITAL, "234567"], 651, 678),
        (&[SMALL, DIGITS], 638, 647),
        (&["ACGT"], 526, 526),
        (&[DIGITS], 334, 334),
        (&["!\"#$%&()*+,-./:;<=>?@[]^_{|}~"], 660, 660),
        (&["àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"], 992, 1026),
        (&["абвгдежзийклмнопрстуфхцчшщъыьэюя"], 752, 892),
        (&["αβγδεζηθικλμνξοπρστυφχψω"], 801, 1_118),
        (
            &[
                "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
            ],
            976,
            1_171,
        ),
        (
            &["가나다라마바사아자차카타파하이그는을에의로고한도시대"],
            928,
            1_220,
        ),
    ];
    for (alphabet, o200k, cl100k) in cases {
        let text = noise(alphabet, 1_000);
        let estimate = Estimate::of(&text);
        let tokens = estimate.tokens();
        assert!(
            tokens * 5 >= o200k * 4 && tokens * 4 <= o200k * 5,
            "{tokens} for {o200k}: {alphabet:?}"
        );
        if estimate.other == 0 {
            assert!(
                tokens * 5 >= cl100k * 4,
                "{tokens} for {cl100k}: {alphabet:?}"
            );
        }
    }
}

#[test]
fn what_is_repeated_is_few_tokens_when_it_is_no_letter() {
    // Counts of o200k_base: 9, 32, 16, 200.
    assert_eq!(estimate_tokens(&" ".repeat(1_000)), 16);
    assert_eq!(estimate_tokens(&"\n".repeat(500)), 32);
    assert_eq!(estimate_tokens(&"-".repeat(1_000)), 16);
    assert_eq!(estimate_tokens(&"\t ".repeat(200)), 206);
}

#[test]
fn emoji_and_bytes_come_near_the_count_of_a_tokenizer() {
    // Counts of o200k_base.
    let cases = [
        ("😀😂🥰😎🤔👍🙏🔥🚀✨🎉💡📌✅❌", 23),
        ("🦄🪿🫨🧌🪐🛸🥟🫥🧿🪬", 29),
        (
            "👨\u{200D}👩\u{200D}👧\u{200D}👦🏳\u{FE0F}\u{200D}🌈🇩🇪👍🏽",
            24,
        ),
        ("ሰው ሰራሽ የማሰብ ችሎታ የምንሰራበትን መንገድ እየቀየረ ነው", 69),
        ("ᎠᏂᏴᏫᏯ ᎤᏂᏬᏂᎯᏍᏗ ᎢᏧᎳᎭ", 50),
    ];
    for (text, count) in cases {
        let tokens = estimate_tokens(text);
        assert!(
            tokens * 4 >= count * 3 && tokens * 3 <= count * 4,
            "{tokens} for {count}: {text}"
        );
    }
}

proptest! {
    #[test]
    fn it_lies_between_nothing_and_three_a_character(text in any::<String>()) {
        let tokens = estimate_tokens(&text);
        prop_assert!(tokens <= text.chars().count() * 3);
        prop_assert!(tokens > 0 || text.chars().all(|c| c == ' ' || c == '\t'));
    }

    #[test]
    fn more_text_is_never_fewer_tokens(a in "[a-z ]{0,40}", b in "[a-z ]{0,40}") {
        let joined = format!("{a}.{b}");
        prop_assert!(estimate_tokens(&joined) >= estimate_tokens(&a));
    }

    /// Byte-pair encoders make of letters without words 0.5 to 0.62 tokens a letter, of base64 0.66 to 0.74 a character.
    #[test]
    fn an_endless_word_is_held_to_be_about_as_many_tokens_as_noise_is(word in "[a-z]{200,900}", base64 in "[A-Za-z0-9+/]{200,900}", hex in "[0-9a-f]{200,900}") {
        for (text, least) in [(&word, 54), (&base64, 54), (&hex, 50)] {
            let hundred = estimate_tokens(text) * 100;
            prop_assert!(hundred >= text.len() * least && hundred <= text.len() * 90, "{} of {}", hundred, text.len());
        }
    }

    #[test]
    fn a_longer_word_is_hardly_ever_fewer_tokens(word in "[a-zA-Z0-9é]{0,80}", more in "[a-zA-Z0-9é]{1,9}") {
        let longer = format!("{word}{more}");
        prop_assert!(estimate_tokens(&longer) + 8 >= estimate_tokens(&word));
    }
}
