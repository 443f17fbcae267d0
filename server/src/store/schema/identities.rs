//! Tables of identities elsewhere and of sign-ins under way. Ids are 16 bytes, hashes 32, times milliseconds.

use diesel::table;

table! {
    identity (id) {
        id -> Binary,
        account_id -> Binary,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        email -> Nullable<Text>,
        name -> Nullable<Text>,
        created_at -> BigInt,
        used_at -> BigInt,
    }
}
table! {
    sign_in_attempt (hash) {
        hash -> Binary,
        provider -> Text,
        account_id -> Nullable<Binary>,
        identity -> Nullable<Text>,
        expires_at -> BigInt,
        session_id -> Nullable<Binary>,
    }
}
