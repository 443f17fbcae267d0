//! A histogram of latencies that is small, adds up, and from which percentiles are read. Not the latencies themselves.
//!
//! Slots are one millisecond wide below 16 ms; above, each doubling is cut into sixteen, so that what is read differs from what was
//! measured by 1/32 at most (the layout of HdrHistogram, Gil Tene).

use std::collections::BTreeMap;

/// Slots of a doubling, and of the exact beginning.
const PARTS: u64 = 16;
/// Doublings that are one slot of `PARTS` wide: 2⁴ = 16.
const EXACT_BITS: u32 = 4;
/// The longest latency that is told apart, in milliseconds: seven weeks.
const LONGEST: u64 = u32::MAX as u64;

/// How many latencies fell into each slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    slots: BTreeMap<u16, u64>,
}

/// The slot of a latency in milliseconds.
fn slot(millis: u64) -> u16 {
    let value = millis.min(LONGEST);
    let slot = if value < PARTS {
        value
    } else {
        let shift = value.ilog2().saturating_sub(EXACT_BITS);
        let part = (value >> shift).saturating_sub(PARTS);
        u64::from(shift)
            .saturating_add(1)
            .saturating_mul(PARTS)
            .saturating_add(part)
    };
    u16::try_from(slot).unwrap_or(u16::MAX)
}

/// The middle of a slot, in milliseconds.
fn middle(slot: u16) -> u64 {
    let slot = u64::from(slot);
    if slot < PARTS {
        return slot;
    }
    let shift = u32::try_from(slot / PARTS)
        .unwrap_or(0)
        .saturating_sub(1)
        .min(63);
    let low = (PARTS.saturating_add(slot % PARTS)) << shift;
    let width = 1_u64 << shift;
    low.saturating_add(width.saturating_sub(1) / 2)
}

impl Latencies {
    /// Adds a latency in milliseconds; one before 0 counts as 0.
    pub fn add(&mut self, millis: i64) {
        let count = self
            .slots
            .entry(slot(u64::try_from(millis).unwrap_or(0)))
            .or_default();
        *count = count.saturating_add(1);
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        for (slot, more) in &other.slots {
            let count = self.slots.entry(*slot).or_default();
            *count = count.saturating_add(*more);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.slots
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The latency in milliseconds that so many in a thousand do not exceed (nearest rank); `None` without any.
    #[must_use]
    pub fn percentile(&self, per_mille: u64) -> Option<i64> {
        let count = u128::from(self.count());
        let rank = count
            .saturating_mul(u128::from(per_mille.min(1_000)))
            .div_ceil(1_000)
            .max(1);
        let mut seen = 0_u128;
        for (slot, more) in &self.slots {
            seen = seen.saturating_add(u128::from(*more));
            if seen >= rank {
                return i64::try_from(middle(*slot)).ok();
            }
        }
        None
    }

    /// As a row keeps it: for each slot the distance from the one before and its count, seven bits a byte, low ones first.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.slots.len().saturating_mul(3));
        let mut before = 0_u16;
        for (slot, count) in &self.slots {
            write(&mut out, u64::from(slot.saturating_sub(before)));
            write(&mut out, *count);
            before = *slot;
        }
        out
    }

    /// Reads what [`Latencies::encode`] wrote; `None` for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut all = Self::default();
        all.add_encoded(bytes).then_some(all)
    }

    /// Adds all of another as [`Latencies::encode`] wrote it; false for anything else, of which some may have been added.
    #[must_use]
    pub fn add_encoded(&mut self, bytes: &[u8]) -> bool {
        self.read_all(bytes).is_some()
    }

    fn read_all(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        let mut before: Option<u16> = None;
        while !rest.is_empty() {
            let (step, after) = read(rest)?;
            let (more, after) = read(after)?;
            let from = before.unwrap_or(0);
            let slot = from.checked_add(u16::try_from(step).ok()?)?;
            if more == 0 || before == Some(slot) {
                return None;
            }
            let count = self.slots.entry(slot).or_default();
            *count = count.saturating_add(more);
            before = Some(slot);
            rest = after;
        }
        Some(())
    }
}

fn write(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn read(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        let shift = u32::try_from(at).ok()?.checked_mul(7)?;
        let part = u64::from(byte & 0x7f);
        let moved = part.checked_shl(shift)?;
        // What was shifted out would be lost.
        if moved >> shift != part {
            return None;
        }
        value |= moved;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at.saturating_add(1)..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[i64]) -> Latencies {
        let mut all = Latencies::default();
        for value in values {
            all.add(*value);
        }
        all
    }

    #[test]
    fn short_latencies_are_exact_and_long_ones_within_a_thirty_second() {
        for value in (0..100_000).chain([u64::from(u32::MAX), 1 << 31, 12_345_678]) {
            let read = middle(slot(value));
            assert!(
                read.abs_diff(value) * 32 <= value,
                "{value} is read as {read}"
            );
        }
        assert_eq!(middle(slot(15)), 15);
        assert_eq!(middle(slot(31)), 31);
        assert!(middle(slot(u64::MAX)) <= LONGEST);
    }

    #[test]
    fn slots_follow_each_other_without_a_gap() {
        let mut before = slot(0);
        for value in 1..200_000 {
            let at = slot(value);
            assert!(at == before || at == before + 1, "{value}");
            before = at;
        }
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let all = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let read = |p| all.percentile(p);
        assert_eq!(
            (read(500), read(950), read(990)),
            (Some(5), Some(10), Some(10))
        );
        assert_eq!((read(0), read(1_000)), (Some(1), Some(10)));
        assert_eq!(Latencies::default().percentile(500), None);
        assert_eq!(of(&[-5]).percentile(500), Some(0));
    }

    #[test]
    fn what_was_not_written_here_is_not_read() {
        for bytes in [
            &[1_u8][..],
            &[0x80],
            &[1, 0],
            &[1, 1, 0, 1],
            &[0xff; 11],
            &[255, 255, 255, 127, 1],
        ] {
            assert_eq!(Latencies::decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(Latencies::decode(&[]), Some(Latencies::default()));
    }

    proptest! {
        #[test]
        fn any_histogram_survives_its_row(values in prop::collection::vec(-10_i64..10_000_000, 0..200)) {
            let all = of(&values);
            prop_assert_eq!(Latencies::decode(&all.encode()), Some(all));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(all) = Latencies::decode(&bytes) {
                prop_assert_eq!(Latencies::decode(&all.encode()), Some(all));
            }
        }

        #[test]
        fn parts_in_any_cut_add_up_to_the_whole(values in prop::collection::vec(0_i64..1_000_000, 1..200), cut in 0_usize..200) {
            let cut = cut.min(values.len());
            let mut parts = of(&values[cut..]);
            let mut written = parts.clone();
            parts.merge(&of(&values[..cut]));
            prop_assert_eq!(&parts, &of(&values));
            prop_assert!(written.add_encoded(&of(&values[..cut]).encode()));
            prop_assert_eq!(written, parts);
        }

        #[test]
        fn a_percentile_is_near_the_one_of_the_sorted_values(mut values in prop::collection::vec(0_i64..5_000_000, 1..300), p in 1_u64..=1_000) {
            let read = of(&values).percentile(p).unwrap();
            values.sort_unstable();
            let rank = (values.len() as u64 * p).div_ceil(1_000) as usize;
            let exact = values[rank - 1];
            prop_assert!((read - exact).abs() * 32 <= exact, "{} is read as {}", exact, read);
        }
    }
}
