//! Words of the accounts of a server and their tiers, for who looks after it.

words! {
    ACCOUNTS = "Accounts";
    TEXT = "Everybody who has an account on this server. You see this because your address is among those that look after it (admin_emails). A tier says how many prompts a library may hold; a team has the highest tier of its owners.";
    SEARCH = "Search by address";
    NOT_FOUND = "Nobody has this address";
    NOT_FOUND_TEXT = "Type another part of it.";
    TIER = "Tier of";
    SET_TIER = "Set the tier of";
    SET = "Set";
    AS_CONFIGURED = "as configured";
    MORE = "Show more";
    JOINED = "joined";
}

/// That somebody has another tier now.
#[must_use]
pub fn done(email: &str, tier: &str) -> String {
    format!("{email}: {tier}")
}
