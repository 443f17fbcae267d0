//! Roles of the members of a space, each with all that the one below it has. Not the rights: those are in `rights`.

use super::Action;
use serde::{Deserialize, Serialize};

/// What a member of a space is. The owner of a personal space is its only member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = TeamRole))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and runs.
    Viewer,
    /// Writes too.
    Editor,
    /// Looks after the members too.
    Admin,
    /// Decides about the team too; there is always one.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Editor, Self::Admin, Self::Owner];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of a name; `None` for any other.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// With its article, for sentences.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Viewer => "a viewer",
            Self::Editor => "an editor",
            Self::Admin => "an admin",
            Self::Owner => "an owner",
        }
    }

    /// Whether a member with this role may do it.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        self >= action.least()
    }

    /// Whether a member with this role may make somebody such a member: nobody gives more than they have.
    #[must_use]
    pub fn may_give(self, role: Self) -> bool {
        self.may(Action::Invite) && role <= self
    }

    /// Whether a member with this role may give another who has `from` the role `to`: nobody touches who is above them.
    #[must_use]
    pub fn may_change(self, from: Self, to: Self) -> bool {
        self.may(Action::ChangeRoles) && from <= self && to <= self
    }

    /// Whether a member with this role may remove another who has `role`.
    #[must_use]
    pub fn may_remove(self, role: Self) -> bool {
        self.may(Action::RemoveMembers) && role <= self
    }

    /// Roles that a member with this role may give, the least first.
    pub fn gives(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |role| self.may_give(*role))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        proptest::sample::select(Role::ALL.to_vec())
    }

    fn action() -> impl Strategy<Value = Action> {
        proptest::sample::select(Action::ALL.to_vec())
    }

    #[test]
    fn a_role_survives_its_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!(Role::parse("Owner"), None);
    }

    proptest! {
        #[test]
        fn whatever_a_role_may_the_one_above_it_may_too(one in role(), other in role(), action in action()) {
            let (low, high) = (one.min(other), one.max(other));
            prop_assert!(!low.may(action) || high.may(action));
        }

        #[test]
        fn nobody_gives_or_takes_what_is_above_them(actor in role(), from in role(), to in role()) {
            let above = from > actor || to > actor;
            prop_assert!(!(above && actor.may_change(from, to)));
            prop_assert!(!(from > actor && actor.may_remove(from)));
            prop_assert!(!(to > actor && actor.may_give(to)));
        }

        #[test]
        fn no_chain_of_changes_makes_anybody_more_than_the_highest_who_began(
            start in role(), steps in proptest::collection::vec((role(), role()), 0..12)
        ) {
            // Whoever is highest decides each time; the target may be themselves.
            let mut highest = start;
            for (from, to) in steps {
                let from = from.min(highest);
                if highest.may_change(from, to) {
                    highest = highest.max(to);
                }
                prop_assert!(highest <= start);
            }
        }
    }

    #[test]
    fn an_owner_gives_every_role_an_admin_all_but_one_and_others_none() {
        assert_eq!(Role::Owner.gives().count(), 4);
        assert_eq!(
            Role::Admin.gives().collect::<Vec<_>>(),
            [Role::Viewer, Role::Editor, Role::Admin]
        );
        assert_eq!(
            Role::Editor.gives().count() + Role::Viewer.gives().count(),
            0
        );
    }
}
