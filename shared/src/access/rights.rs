//! The one table of rights: what a member of a space may do, and the least role for it. The server's checks, the dashboard's buttons and the
//! table of `docs/teams.md` are all read from it.

use super::Role;

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $least:ident, $text:literal;)*) => {
        /// Something that is done in a space.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action, as the table lists them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The least role that may do it.
            #[must_use]
            pub const fn least(self) -> Role { match self { $(Self::$name => Role::$least,)* } }
            /// What it is, as it follows "may" and "cannot".
            #[must_use]
            pub const fn text(self) -> &'static str { match self { $(Self::$name => $text,)* } }
        }
    };
}

rights! {
    /// Documents, versions, search, export, live hints.
    ReadLibrary = Viewer, "read, search and export the library";
    /// Runs cost the one who runs.
    RunPrompts = Viewer, "run its prompts with their own keys";
    /// The list of members with their addresses.
    SeeMembers = Viewer, "see who is in the team";
    /// Whoever came can go.
    Leave = Viewer, "leave the team";
    /// Every edit, the trash and the way back among them.
    WriteDocuments = Editor, "make and edit documents, and move them to the trash and back";
    /// Steps in the life of a prompt.
    PublishPrompts = Editor, "publish and archive prompts";
    /// What everybody reads under the team's name.
    MakePublic = Admin, "make published prompts public, and take them back";
    /// Invitations by mail and by link.
    Invite = Admin, "invite people, and see and take back invitations";
    /// Up to their own role.
    ChangeRoles = Admin, "change roles up to their own";
    /// Up to their own role.
    RemoveMembers = Admin, "remove members up to their own role";
    /// The name that everybody sees.
    RenameTeam = Admin, "rename the team";
    /// Who did what.
    SeeAudit = Admin, "see the audit log";
    /// What its prompts were run for, by whom, and who makes them.
    SeeFigures = Admin, "see the team's figures, member by member";
    /// With its whole library.
    DeleteTeam = Owner, "delete the team with its library";
    /// Somebody else becomes an owner.
    TransferOwnership = Owner, "hand the team over";
}

impl Action {
    /// Why a member with this role cannot do it, and what would help.
    #[must_use]
    pub fn refusal(self, role: Role) -> String {
        let more = match self.least() {
            Role::Owner => "owner",
            Role::Admin => "admin or owner",
            Role::Editor | Role::Viewer => "editor, admin or owner",
        };
        format!(
            "As {} you cannot {}. It takes the role {more}; an admin of the team can change yours.",
            role.with_article(),
            self.text().replace("their own", "your own")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as the docs have it.
    fn table() -> String {
        let mut out = String::from(
            "| a member may | viewer | editor | admin | owner |\n|---|---|---|---|---|\n",
        );
        for action in Action::ALL {
            let mark = |role: Role| if role.may(*action) { "✓" } else { "–" };
            let cells: Vec<&str> = Role::ALL.into_iter().map(mark).collect();
            out.push_str(&format!("| {} | {} |\n", action.text(), cells.join(" | ")));
        }
        out
    }

    #[test]
    fn the_docs_have_this_table() {
        let docs = include_str!("../../../docs/teams.md");
        let table = table();
        assert!(
            docs.contains(&table),
            "put this into docs/teams.md:\n{table}"
        );
    }

    #[test]
    fn every_action_can_be_done_by_an_owner_and_says_what_it_is() {
        for action in Action::ALL {
            assert!(Role::Owner.may(*action), "{action:?}");
            assert!(!action.text().ends_with('.') && !action.text().is_empty());
        }
    }

    #[test]
    fn a_refusal_names_the_role_that_is_needed() {
        let text = Action::WriteDocuments.refusal(Role::Viewer);
        assert!(
            text.starts_with("As a viewer you cannot make and edit"),
            "{text}"
        );
        assert!(text.contains("editor, admin or owner"), "{text}");
        let text = Action::ChangeRoles.refusal(Role::Editor);
        assert!(
            text.contains("up to your own") && text.contains("admin or owner"),
            "{text}"
        );
    }
}
