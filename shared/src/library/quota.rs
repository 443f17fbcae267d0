//! How many prompts a library may hold, by the tier of its account. Not sizes of a document: those are `limits`.

use serde::{Deserialize, Serialize};

/// Prompts of the free tier. Those in the trash do not count.
pub const FREE_PROMPTS: u64 = 50;

/// What an account may hold. An operator sets it. The larger one is the higher one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// [`FREE_PROMPTS`] prompts.
    Free,
    /// As many prompts as one likes.
    #[default]
    Power,
    /// The same, for a team.
    Team,
}

impl Tier {
    /// Every tier, the smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Power, Self::Team];

    /// The name on the wire, in settings and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Power => "power",
            Self::Team => "team",
        }
    }

    /// The tier of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    /// Most prompts; `None` for as many as one likes.
    #[must_use]
    pub const fn prompts(self) -> Option<u64> {
        match self {
            Self::Free => Some(FREE_PROMPTS),
            Self::Power | Self::Team => None,
        }
    }
}

impl Tier {
    /// The limit, when there is no room for one more beside so many prompts. `more`: one is added.
    #[must_use]
    pub fn refuses(self, prompts: u64, more: bool) -> Option<u64> {
        self.prompts().filter(|most| more && prompts >= *most)
    }
}

/// How full a library is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quota {
    /// The tier.
    pub tier: Tier,
    /// Most prompts; absent when there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<u64>,
}

/// How much room a library has left, as people are told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Enough to say nothing.
    Enough,
    /// Nine of ten places are taken, rounded up.
    Near,
    /// No more prompt is taken.
    Full,
}

impl Room {
    /// What so many prompts leave of the limit.
    #[must_use]
    pub const fn of(prompts: u64, limit: u64) -> Self {
        if prompts >= limit {
            Self::Full
        } else if prompts >= limit.saturating_sub(limit / 10) {
            Self::Near
        } else {
            Self::Enough
        }
    }
}

/// What is said when one more prompt would be too many.
#[must_use]
pub fn full(limit: u64) -> String {
    format!(
        "the library holds as many prompts as its tier allows ({limit}); move some to the trash, or ask the server's operator for a larger tier"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_is_known_by_its_name_and_only_free_has_a_limit() {
        for tier in Tier::ALL {
            assert_eq!(Tier::parse(tier.as_str()), Some(tier));
            assert_eq!(tier.prompts().is_some(), tier == Tier::Free);
        }
        assert_eq!(Tier::parse("gold"), None);
        assert_eq!(Tier::Free.refuses(49, true), None);
        assert_eq!(Tier::Free.refuses(50, true), Some(50));
        assert_eq!(Tier::Free.refuses(60, false), None);
        assert_eq!(Tier::Team.refuses(60, true), None);
    }

    #[test]
    fn near_begins_at_nine_of_ten_and_full_at_the_limit() {
        assert_eq!(Room::of(44, 50), Room::Enough);
        assert_eq!(Room::of(45, 50), Room::Near);
        assert_eq!(Room::of(49, 50), Room::Near);
        assert_eq!(Room::of(50, 50), Room::Full);
        assert_eq!(Room::of(60, 50), Room::Full);
        // Of few places the last alone is near none.
        assert_eq!(Room::of(2, 3), Room::Enough);
        assert_eq!(Room::of(0, 0), Room::Full);
    }
}
