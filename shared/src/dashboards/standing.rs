//! What Home says of devices and of what wants attention. Not where it is read from.

use super::wire::DeviceStanding;
use crate::ids::Millis;

/// `seen_at` of a device is as exact as this.
const SEEN_WITHIN: Millis = 60_000;
/// A device that was away for so long is called away: 30 days.
const AWAY: Millis = 30 * 86_400_000;

/// Where a device stands: it has what was changed last when it was here after that.
#[must_use]
pub fn device(seen_at: Millis, changed_at: Option<Millis>, now: Millis) -> DeviceStanding {
    let behind = changed_at.is_some_and(|changed| seen_at.saturating_add(SEEN_WITHIN) < changed);
    if !behind {
        DeviceStanding::Synced
    } else if now.saturating_sub(seen_at) >= AWAY {
        DeviceStanding::Away
    } else {
        DeviceStanding::Behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_behind_when_something_changed_after_it_was_here() {
        let now = 100 * 86_400_000;
        assert_eq!(device(5, None, now), DeviceStanding::Synced);
        assert_eq!(device(now - 5, Some(now - 5), now), DeviceStanding::Synced);
        assert_eq!(
            device(now - 90_000, Some(now - 40_000), now),
            DeviceStanding::Synced
        );
        assert_eq!(
            device(now - 90_000, Some(now - 10_000), now),
            DeviceStanding::Behind
        );
        assert_eq!(device(now - AWAY, Some(now), now), DeviceStanding::Away);
    }
}
