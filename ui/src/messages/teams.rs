//! Words of teams.

use krowoc_shared::access::Role;
use krowoc_shared::access::wire::Deed;

words! {
    TEAM = "Team";
    TEAMS = "Teams";
    SPACE = "Library";
    PERSONAL = "Personal";
    MANAGE = "Teams and members";
    INTRO = "A team has one library that all its members see. What is in your own library stays yours.";
    FAILED = "Your teams could not be loaded";
    NONE_TITLE = "You are in no team";
    NONE_TEXT = "Make one, or open the link of an invitation.";
    NEW = "New team";
    NAME = "Name of the team";
    NAME_HINT = "1 to 80 characters. Everybody in the team sees it.";
    NAME_MISSING = "Write a name.";
    MAKE = "Make the team";
    MADE = "The team is there. Invite somebody.";
    CHOSEN = "Which team";
    OPEN_LIBRARY = "Open its library";
    RENAME = "Rename";
    RENAMED = "Renamed";
    LEAVE = "Leave the team";
    LEFT = "You left the team";
    DELETE = "Delete the team";
    DELETE_TEXT = "Its library goes with it, for everybody, and cannot be brought back.";
    DELETE_FOR_GOOD = "Delete it for good";
    DELETED = "The team was deleted";
    CANCEL = "Cancel";
    MEMBERS = "Members";
    YOU = "you";
    SINCE = "In the team";
    ROLE = "Role";
    CHANGE_ROLE = "Change role";
    ROLE_CHANGED = "The role was changed";
    REMOVE = "Remove";
    REMOVE_TEXT = "They see the team's library no more, at once. What they made stays in it. Only a new invitation brings them back.";
    REMOVE_DO = "Remove from the team";
    REMOVED = "Removed from the team";
    HAND_OVER = "Make owner";
    HAND_OVER_TEXT = "The team is theirs then, and you are an admin of it. Only they can give it back.";
    HAND_OVER_DO = "Hand the team over";
    HANDED_OVER = "The team was handed over. You are an admin now.";
    INVITATIONS = "Invitations";
    INVITE = "Invite somebody";
    EMAIL = "E-mail address";
    EMAIL_HINT = "Leave it empty for a link that whoever has it can use once.";
    SEND = "Send invitation";
    MAKE_LINK = "Make a link";
    SENT = "The invitation is on its way";
    LINK_MADE = "Pass this link on. It works once, for seven days, and is not shown again.";
    COPY_LINK = "Copy link";
    COPIED_IT = "I have it";
    NO_INVITATIONS = "No invitation waits.";
    BY_LINK = "A link";
    INVITED_BY = "by";
    RUNS_OUT = "runs out";
    REVOKE = "Take back";
    REVOKED = "Taken back";
    AUDIT = "Audit log";
    AUDIT_TEXT = "Who did what in the team and its library. Entries are never changed. Edits of one document stand in its history.";
    AUDIT_NONE = "Nothing of this kind was done.";
    ANY_DEED = "Everything";
    WHAT = "What was done";
    MORE = "Show more";
    SOMEBODY = "A former member";
    SERVER = "The server";
    REQUEST = "Request";
    JOIN_TITLE = "Join a team";
    JOIN = "Join the team";
    JOINING = "Joining";
    DECLINE = "No, thank you";
    DECLINED = "Declined";
    JOINED = "You are in the team";
    WRONG_ADDRESS = "This invitation is for another address. Sign out, and in with the account of that address.";
    LINK_OVER = "The invitation was used or taken back, or has run out. Ask for another.";
    GO_ON = "Open the library";
    TO_START = "To the start";
    NO_MORE = "You are not in that team any more. This is your own library.";
}

/// A role for people.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Editor => "Editor",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}

/// What a role is for, in one sentence.
#[must_use]
pub const fn role_text(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Reads and runs.",
        Role::Editor => "Reads, runs and writes.",
        Role::Admin => "Writes, and looks after the members.",
        Role::Owner => "Everything, also deleting the team.",
    }
}

/// What was done, for a filter.
#[must_use]
pub const fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Created => "Team made",
        Deed::Renamed => "Renamed",
        Deed::Invited => "Invited",
        Deed::Revoked => "Invitation taken back",
        Deed::Declined => "Invitation declined",
        Deed::Joined => "Joined",
        Deed::RoleChanged => "Role changed",
        Deed::Removed => "Removed",
        Deed::Left => "Left",
        Deed::HandedOver => "Handed over",
        Deed::Inherited => "Inherited",
        Deed::MadePublic => "Made public",
        Deed::TakenBack => "Taken back from the public",
        Deed::Republished => "New public version",
        Deed::Published => "Published",
        Deed::Archived => "Archived",
        Deed::Unarchived => "Taken out of the archive",
        Deed::Trashed => "Moved to the trash",
        Deed::Restored => "Taken out of the trash",
        Deed::BulkEdited => "Edited in bulk",
        Deed::Imported => "Imported",
    }
}

/// With how many documents something was done.
#[must_use]
pub fn documents(count: u64) -> String {
    match count {
        1 => "1 document".to_owned(),
        count => format!("{count} documents"),
    }
}

/// How many are in a team.
#[must_use]
pub fn members(count: u64) -> String {
    match count {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    }
}

/// What an invitation says.
#[must_use]
pub fn invitation(team: &str, by: Option<&str>, as_role: Role) -> String {
    let article = as_role.with_article();
    match by {
        Some(by) => format!("{by} invites you to the team “{team}”, as {article}."),
        None => format!("You are invited to the team “{team}”, as {article}."),
    }
}

/// That somebody may only look.
#[must_use]
pub fn reading_only(team: &str) -> String {
    format!(
        "You are a viewer in “{team}”: you can read and run what is here, and not change it. An admin of the team can change your role."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_in_words_that_fit() {
        assert_eq!(members(1), "1 member");
        assert_eq!(members(12), "12 members");
    }

    #[test]
    fn documents_are_counted_in_words_that_fit() {
        assert_eq!(documents(1), "1 document");
        assert_eq!(documents(30), "30 documents");
    }

    #[test]
    fn an_invitation_names_who_asks_when_they_are_known() {
        let text = invitation("Ours", Some("a@example.org"), Role::Editor);
        assert_eq!(
            text,
            "a@example.org invites you to the team “Ours”, as an editor."
        );
        assert!(invitation("Ours", None, Role::Viewer).starts_with("You are invited"));
    }
}
