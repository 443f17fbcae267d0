//! What the toolbar button says. Not how it is drawn.

/// Text, colour and tooltip of the badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// At most four characters; empty shows no badge.
    pub text: String,
    /// CSS colour; white text is readable on it.
    pub colour: &'static str,
    /// Key of the tooltip's message; it takes the count.
    pub title: &'static str,
    /// The count of the tooltip.
    pub count: usize,
}

const WAITING: &str = "#00666f";
const REFUSED: &str = "#a3290f";

/// The badge of so many waiting and so many rejected operations. What was rejected needs a person, so it comes first.
#[must_use]
pub fn badge(waiting: usize, rejected: usize) -> Badge {
    let (count, colour, title) = match (waiting, rejected) {
        (0, 0) => (0, WAITING, "actionTitle"),
        (waiting, 0) => (waiting, WAITING, "badgeWaiting"),
        (_, rejected) => (rejected, REFUSED, "badgeRejected"),
    };
    let text = match count {
        0 => String::new(),
        1..=999 => count.to_string(),
        _ => "999+".to_owned(),
    };
    Badge {
        text,
        colour,
        title,
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_waiting_shows_no_badge() {
        assert_eq!(badge(0, 0).text, "");
    }

    #[test]
    fn the_waiting_count_fits_the_badge() {
        assert_eq!(badge(3, 0).text, "3");
        assert_eq!(badge(999, 0).text, "999");
        assert_eq!(badge(1_000_000, 0).text, "999+");
    }

    #[test]
    fn rejected_operations_take_the_badge_over() {
        let both = badge(40, 2);
        assert_eq!((both.text.as_str(), both.title), ("2", "badgeRejected"));
        assert_ne!(both.colour, badge(40, 0).colour);
    }
}
