//! Tables of second steps of signing in and of passkeys. Ids are 16 bytes, hashes 32, times milliseconds; a step is thirty seconds since 1970.

use diesel::table;

table! {
    totp (account_id) {
        account_id -> Binary,
        sealed -> Binary,
        kek_id -> Text,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        step -> BigInt,
    }
}
table! {
    recovery_code (account_id, hash) {
        account_id -> Binary,
        hash -> Binary,
    }
}
table! {
    sign_in_pending (hash) {
        hash -> Binary,
        account_id -> Binary,
        attempts -> BigInt,
        expires_at -> BigInt,
    }
}
table! {
    passkey (id) {
        id -> Binary,
        account_id -> Binary,
        credential -> Binary,
        public_key -> Binary,
        sign_count -> BigInt,
        transports -> Text,
        name -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
        rp_id -> Text,
    }
}
table! {
    passkey_challenge (hash) {
        hash -> Binary,
        account_id -> Nullable<Binary>,
        purpose -> Text,
        expires_at -> BigInt,
    }
}
