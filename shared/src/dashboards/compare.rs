//! A figure beside the one of the period before. Not the words for it.

/// How a figure changed, in thousandths of what it was; `None` when there was nothing before.
#[must_use]
pub fn change(now: i64, before: i64) -> Option<i64> {
    if before <= 0 {
        return None;
    }
    let (now, before) = (i128::from(now), i128::from(before));
    let scaled = now.saturating_sub(before).saturating_mul(1_000);
    // Halves go away from nothing, on both sides alike.
    let half = before / 2;
    let rounded = if scaled < 0 {
        scaled.saturating_sub(half) / before
    } else {
        scaled.saturating_add(half) / before
    };
    i64::try_from(rounded).ok()
}

/// A share in hundredths of a percent, rounded down: it says 100 % only of all. `None` of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> Option<u32> {
    if whole == 0 {
        return None;
    }
    let scaled = u128::from(part).saturating_mul(10_000) / u128::from(whole);
    u32::try_from(scaled.min(10_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn changes_are_rounded_and_nothing_before_is_no_change() {
        assert_eq!(change(118, 100), Some(180));
        assert_eq!(change(50, 100), Some(-500));
        assert_eq!(change(7, 7), Some(0));
        assert_eq!(change(0, 3), Some(-1_000));
        assert_eq!(change(2_001, 2_000), Some(1));
        assert_eq!(change(1_999, 2_000), Some(-1));
        assert_eq!(change(5, 0), None);
        assert_eq!(change(i64::MAX, 1), None);
    }

    #[test]
    fn a_share_is_whole_only_when_all_are_in_it() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(999_999, 1_000_000), Some(9_999));
        assert_eq!(share(3, 3), Some(10_000));
        assert_eq!(share(1, 3), Some(3_333));
    }

    proptest! {
        #[test]
        fn more_is_never_told_as_less(now in 0_i64..1_000_000_000, before in 1_i64..1_000_000_000) {
            let told = change(now, before).unwrap();
            prop_assert!((told >= 0 || now < before) && (told <= 0 || now > before));
            prop_assert!(told >= -1_000);
        }

        #[test]
        fn a_share_is_between_none_and_all(part in any::<u64>(), whole in 1_u64..) {
            let told = share(part.min(whole), whole).unwrap();
            prop_assert!(told <= 10_000 && (told < 10_000 || part >= whole));
        }
    }
}
