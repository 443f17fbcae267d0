//! The table of personal access tokens. Not the tokens of sessions and devices.

use diesel::table;

table! {
    api_token (id) {
        id -> Binary,
        account_id -> Binary,
        name -> Text,
        hash -> Binary,
        hint -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}
