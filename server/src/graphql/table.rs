//! Which operation of the API is which field. Not their types, arguments and rules: those are the operations' own.
//!
//! An operation that is in no list fails a test of the API suite: somebody says where it is in GraphQL, or why it is not.

/// Fields of `Query`, by operation: they change nothing.
pub const QUERIES: &[(&str, &str)] = &[
    ("read_account", "account"),
    ("current_session", "session"),
    ("list_sessions", "sessions"),
    ("sign_in_ways", "signInWays"),
    ("read_security", "security"),
    ("list_devices", "devices"),
    ("list_tokens", "tokens"),
    ("documents", "documents"),
    ("overview", "libraryOverview"),
    ("view", "document"),
    ("name", "promptName"),
    ("version_list", "versions"),
    ("version", "version"),
    ("version_diff", "versionDiff"),
    ("duplicates", "duplicates"),
    ("spaces", "spaces"),
    ("pull_documents", "pulledDocuments"),
    ("execution_page", "executions"),
    ("execution_whole", "execution"),
    ("estimate_run", "estimates"),
    ("dead_letter_page", "deadLetters"),
    ("list_models", "models"),
    ("list_provider_keys", "providerKeys"),
    ("budget", "budget"),
    ("report", "usage"),
    ("home", "home"),
    ("dashboard", "dashboard"),
    ("admin_metrics", "adminMetrics"),
    ("leaderboard", "leaderboard"),
    ("public_prompts", "publicPrompts"),
    ("public_prompt", "publicPrompt"),
    ("publication", "publication"),
    ("my_vote", "vote"),
    ("my_votes", "votes"),
    ("moderation_queue", "moderationQueue"),
    ("admin_accounts", "adminAccounts"),
    ("list_teams", "teams"),
    ("read_team", "team"),
    ("list_members", "teamMembers"),
    ("team_figures", "teamFigures"),
    ("list_invitations", "teamInvitations"),
    ("audit_log", "teamAudit"),
    ("look_at_invitation", "invitation"),
];

/// Fields of `Mutation`, by operation.
pub const MUTATIONS: &[(&str, &str)] = &[
    ("rename_account", "renameAccount"),
    ("change_email", "changeEmail"),
    ("keep_email", "keepEmail"),
    ("send_verification", "sendVerification"),
    ("change_password", "changePassword"),
    ("remove_identity", "removeIdentity"),
    ("begin_totp", "beginTotp"),
    ("confirm_totp", "confirmTotp"),
    ("remove_totp", "removeTotp"),
    ("renew_recovery_codes", "renewRecoveryCodes"),
    ("rename_passkey", "renamePasskey"),
    ("remove_passkey", "removePasskey"),
    ("delete_account", "deleteAccount"),
    ("keep_account", "keepAccount"),
    ("remove_picture", "removePicture"),
    ("sign_out", "signOut"),
    ("end_session", "endSession"),
    ("end_sessions", "endSessions"),
    ("rename_device", "renameDevice"),
    ("revoke_device", "revokeDevice"),
    ("create_token", "createToken"),
    ("revoke_token", "revokeToken"),
    ("create", "createDocument"),
    ("edit", "editDocument"),
    ("trash", "trashDocument"),
    ("restore", "restoreDocument"),
    ("bulk", "editDocuments"),
    ("import", "importDocuments"),
    ("earlier_versions", "addEarlierVersions"),
    ("publish", "publishPrompt"),
    ("archive", "archivePrompt"),
    ("unarchive", "unarchivePrompt"),
    ("push_ops", "pushOperations"),
    ("run_models", "run"),
    ("cancel_run", "cancelRun"),
    ("cancel_execution", "cancelExecution"),
    ("rate_execution", "rateExecution"),
    ("save_output", "saveOutput"),
    ("replay_letters", "replayDeadLetters"),
    ("discard_letters", "discardDeadLetters"),
    ("import_models", "importModels"),
    ("create_provider_key", "createProviderKey"),
    ("change_provider_key", "changeProviderKey"),
    ("remove_provider_key", "removeProviderKey"),
    ("test_provider_key", "testProviderKey"),
    ("set_budget", "setBudget"),
    ("make_public", "makePublic"),
    ("withdraw_publication", "withdrawPublication"),
    ("cast_vote", "castVote"),
    ("withdraw_vote", "withdrawVote"),
    ("fork_prompt", "forkPrompt"),
    ("report_prompt", "reportPrompt"),
    ("decide_publication", "decidePublication"),
    ("recompute_leaderboard", "recomputeLeaderboard"),
    ("set_tier", "setTier"),
    ("create_team", "createTeam"),
    ("rename_team", "renameTeam"),
    ("delete_team", "deleteTeam"),
    ("change_role", "changeRole"),
    ("remove_member", "removeMember"),
    ("leave_team", "leaveTeam"),
    ("hand_over", "handOver"),
    ("invite", "invite"),
    ("revoke_invitation", "revokeInvitation"),
    ("accept_invitation", "acceptInvitation"),
    ("decline_invitation", "declineInvitation"),
];

/// A field of `Subscription`: the events of one name of an operation's stream, or all of them.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// The operation.
    pub operation: &'static str,
    /// The field.
    pub field: &'static str,
    /// The name of its events; every event when absent, with its name beside what it holds.
    pub event: Option<&'static str>,
    /// Their shape, when it is not the one that the operation names.
    pub shape: Option<&'static str>,
}

/// Fields of `Subscription`.
pub const SUBSCRIPTIONS: &[Watched] = &[
    Watched {
        operation: "live",
        field: "syncHints",
        event: Some("hint"),
        shape: None,
    },
    Watched {
        operation: "live",
        field: "budgetNotices",
        event: Some("budget"),
        shape: Some("BudgetNotice"),
    },
    Watched {
        operation: "execution_events",
        field: "executionEvents",
        event: Some("execution"),
        shape: None,
    },
    Watched {
        operation: "run_events",
        field: "runEvents",
        event: None,
        shape: None,
    },
];

const CEREMONY: &str = "it gives or takes the credentials themselves, as cookies or tokens, before there is anybody to ask for";
const REDIRECT: &str = "a browser is sent to another site and comes back";
const FILE: &str = "a file, sent as it is read or taken as it is";
const STANDARD: &str = "its form is that of a standard which its callers speak";

/// What there is in REST alone, and why.
pub const REST_ONLY: &[(&str, &str)] = &[
    ("sign_up", CEREMONY),
    ("sign_in", CEREMONY),
    ("refresh_session", CEREMONY),
    ("finish_by_code", CEREMONY),
    ("passkey_options", CEREMONY),
    ("add_passkey", CEREMONY),
    ("ask_passkey", CEREMONY),
    ("sign_in_by_passkey", CEREMONY),
    ("link_by_password", CEREMONY),
    ("forgot_password", CEREMONY),
    ("reset_password", CEREMONY),
    ("verify_email", CEREMONY),
    ("authorize_device", CEREMONY),
    ("device_token", CEREMONY),
    ("add_identity", REDIRECT),
    ("begin_federated_sign_in", REDIRECT),
    ("finish_federated_sign_in", REDIRECT),
    ("export_account", FILE),
    ("read_picture", FILE),
    ("set_picture", FILE),
    ("export", FILE),
    ("dashboard_csv", FILE),
    ("team_figures_csv", FILE),
    ("introspect_token", STANDARD),
    ("revoke_any_token", STANDARD),
    ("graphql", "it is this door"),
    ("schema_text", "it is the schema of this door"),
];

/// Arguments that have the name which GraphQL gives them; every other one has its own in camel case.
pub const ARGUMENTS: &[(&str, &str)] = &[
    ("limit", "first"),
    ("cursor", "after"),
    ("Last-Event-ID", "lastEventId"),
];

/// Parameters that are texts in the contract and ids in truth.
pub const IDS: &[&str] = &["id", "space", "team", "user", "group", "prompt", "on"];

/// Pages that have not fifty items when `first` is absent, and how many they have.
pub const PAGES: &[(&str, u64)] = &[
    ("pulledDocuments", 500),
    ("models", 100),
    ("adminMetrics", 100),
    ("teamFigures", 100),
    ("versions", 20),
];

/// Names of enums that are written where they are used: by operation, parameter and name.
pub const ENUMS: &[(&str, &str, &str)] = &[
    ("dashboard", "period", "Period"),
    ("version_diff", "by", "DiffBy"),
    ("leaderboard", "window", "Window"),
    ("leaderboard", "formula", "Formula"),
    ("report", "by", "UsageBy"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_operation_and_no_field_is_named_twice() {
        let mut operations = BTreeSet::new();
        for list in [QUERIES, MUTATIONS, REST_ONLY] {
            for (operation, _) in list {
                assert!(operations.insert(operation), "{operation}");
            }
        }
        for list in [QUERIES, MUTATIONS] {
            let fields: BTreeSet<&str> = list.iter().map(|it| it.1).collect();
            assert_eq!(fields.len(), list.len());
        }
        for watched in SUBSCRIPTIONS {
            assert!(!operations.contains(&watched.operation));
        }
    }
}
