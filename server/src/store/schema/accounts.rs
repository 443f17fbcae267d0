//! Tables of accounts, spaces, sessions and devices. Ids are 16 bytes, hashes 32, times milliseconds.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    account (id) {
        id -> Binary,
        email -> Text,
        password_hash -> Text,
        created_at -> BigInt,
        email_verified_at -> Nullable<BigInt>,
        pending_email -> Nullable<Text>,
        delete_at -> Nullable<BigInt>,
        name -> Nullable<Text>,
    }
}
table! {
    space (id) {
        id -> Binary,
        kind -> Text,
        name -> Text,
        epoch -> Text,
        seq -> BigInt,
        purge_floor -> BigInt,
        checksum -> Text,
        created_at -> BigInt,
    }
}
table! {
    space_member (space_id, account_id) {
        space_id -> Binary,
        account_id -> Binary,
        role -> Text,
        created_at -> BigInt,
    }
}
table! {
    session (id) {
        id -> Binary,
        account_id -> Binary,
        access_hash -> Binary,
        access_expires_at -> BigInt,
        refresh_hash -> Binary,
        refresh_expires_at -> BigInt,
        csrf -> Text,
        user_agent -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
    }
}
table! {
    device (id) {
        id -> Binary,
        account_id -> Binary,
        name -> Text,
        access_hash -> Binary,
        access_expires_at -> BigInt,
        refresh_hash -> Binary,
        refresh_expires_at -> BigInt,
        created_at -> BigInt,
        seen_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}
table! {
    spent_token (hash) {
        hash -> Binary,
        kind -> Text,
        family -> Binary,
        salt -> Binary,
        spent_at -> BigInt,
        expires_at -> BigInt,
    }
}
table! {
    auth_code (hash) {
        hash -> Binary,
        account_id -> Binary,
        challenge -> Text,
        name -> Text,
        expires_at -> BigInt,
        device_id -> Nullable<Binary>,
        spent_at -> Nullable<BigInt>,
    }
}
table! {
    mail_token (hash) {
        hash -> Binary,
        account_id -> Binary,
        purpose -> Text,
        email -> Text,
        expires_at -> BigInt,
    }
}
table! {
    throttle (subject) {
        subject -> Binary,
        failures -> BigInt,
        blocked_until -> BigInt,
        updated_at -> BigInt,
    }
}
allow_tables_to_appear_in_same_query!(
    account,
    space,
    space_member,
    session,
    device,
    spent_token,
    auth_code,
    mail_token,
    throttle
);
