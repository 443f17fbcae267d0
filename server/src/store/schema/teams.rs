//! Tables of invitations to teams and of what was done in them. Ids are 16 bytes, hashes 32, times milliseconds.

use super::accounts::{account, space};
use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    team_invitation (id) {
        id -> Binary,
        space_id -> Binary,
        email -> Nullable<Text>,
        role -> Text,
        invited_by -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}
table! {
    team_invitation_token (hash) {
        hash -> Binary,
        invitation_id -> Binary,
    }
}
table! {
    team_event (space_id, number) {
        space_id -> Binary,
        number -> BigInt,
        at -> BigInt,
        deed -> Text,
        actor_id -> Nullable<Binary>,
        subject_id -> Nullable<Binary>,
        email -> Nullable<Text>,
        role -> Nullable<Text>,
        role_before -> Nullable<Text>,
        name -> Nullable<Text>,
        correlation_id -> Text,
        documents -> Nullable<BigInt>,
    }
}
allow_tables_to_appear_in_same_query!(team_invitation, team_invitation_token);
allow_tables_to_appear_in_same_query!(team_invitation, account);
allow_tables_to_appear_in_same_query!(team_invitation, space);
