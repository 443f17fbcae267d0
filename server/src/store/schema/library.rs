//! Tables of documents, their tags, versions and search terms, and of stored results. Not the derived columns' rules: see `store::library`.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    /// The columns of `space` that every write of documents moves.
    #[sql_name = "space"]
    space_stand (id) {
        id -> Binary,
        name -> Text,
        epoch -> Text,
        seq -> BigInt,
        purge_floor -> BigInt,
        checksum -> Text,
        prompts -> BigInt,
        snippets -> BigInt,
        collections -> BigInt,
        trash -> BigInt,
        conflicts -> BigInt,
        tier -> Nullable<Text>,
    }
}
table! {
    document (row_id) {
        row_id -> BigInt,
        space_id -> Binary,
        id -> Binary,
        kind -> Text,
        shelf -> SmallInt,
        rev -> BigInt,
        title -> Text,
        title_key -> Text,
        excerpt -> Text,
        tag_list -> Text,
        collection_id -> Nullable<Binary>,
        favourite -> Bool,
        conflict -> Bool,
        site -> Text,
        uses -> BigInt,
        fingerprint -> Nullable<Binary>,
        created_at -> BigInt,
        updated_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
        body_rev -> BigInt,
        versions -> BigInt,
        body_format -> Text,
        state -> Text,
        body -> Text,
        status -> SmallInt,
        published -> Bool,
    }
}
table! {
    document_tag (space_id, shelf, tag, row_id) {
        space_id -> Binary,
        shelf -> SmallInt,
        tag -> Text,
        row_id -> BigInt,
    }
}
table! {
    document_meta (space_id, shelf, name, value, row_id) {
        space_id -> Binary,
        shelf -> SmallInt,
        name -> Text,
        value -> Text,
        row_id -> BigInt,
    }
}
table! {
    document_version (space_id, doc_id, rev) {
        space_id -> Binary,
        doc_id -> Binary,
        rev -> BigInt,
        number -> BigInt,
        title -> Text,
        hlc_at -> BigInt,
        hlc_count -> BigInt,
        hlc_node -> BigInt,
        device_id -> Nullable<Binary>,
        text -> Text,
        aside -> Bool,
        author_id -> Nullable<Binary>,
        note -> Text,
        published_at -> Nullable<BigInt>,
        snapshot -> Nullable<Text>,
        author_name -> Nullable<Text>,
    }
}
table! {
    /// The columns of `fork` that a run of a copy reads.
    fork (row_id) {
        row_id -> BigInt,
        doc_id -> Binary,
        publication_id -> Binary,
        account_id -> Binary,
        rev -> BigInt,
    }
}
table! {
    sync_op (space_id, op_id) {
        space_id -> Binary,
        op_id -> Binary,
        rev -> BigInt,
        result -> Text,
        at -> BigInt,
    }
}
allow_tables_to_appear_in_same_query!(document, fork);
