//! Error codes: one closed list for people and programs, and its RFC 9457 form. Not the errors of I/O: those are mapped to a code where they arise.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, as a stable name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The code as it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text,)* } }
            /// The HTTP status that carries it.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status,)* } }
            /// One short sentence for people, with the fix where there is one.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
        }
    };
}

codes! {
    /// The body is not what the route expects.
    InvalidRequest = "invalid_request", 400, "The request is not valid";
    /// The body is not JSON.
    InvalidJson = "invalid_json", 400, "The body is not valid JSON";
    /// A field has a value that is not allowed.
    InvalidField = "invalid_field", 422, "A field has a value that is not allowed";
    /// The body is larger than the route accepts.
    TooLarge = "too_large", 413, "The request is too large";
    /// Content type not accepted.
    UnsupportedMediaType = "unsupported_media_type", 415, "Send application/json";
    /// No valid session or token.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// The access token ran out; refresh it.
    TokenExpired = "token_expired", 401, "The access token has expired; refresh it";
    /// A refresh token was used twice; its whole family is revoked.
    TokenReused = "token_reused", 401, "This sign-in was used twice and has been revoked; sign in again";
    /// The device was revoked by its owner.
    DeviceRevoked = "device_revoked", 401, "This device was disconnected; connect it again";
    /// E-mail or password do not match.
    WrongCredentials = "wrong_credentials", 401, "E-mail or password is not right";
    /// The password is right, and the account asks for a second step.
    SecondStepRequired = "second_step_required", 401, "Type the code of your authenticator to finish signing in";
    /// A code of an authenticator, or a recovery code, does not match, or was taken before.
    WrongCode = "wrong_code", 401, "The code is not right, or was used before; type the one that is shown now";
    /// A sign-in of two steps was not finished in time, or was tried too often.
    SignInExpired = "sign_in_expired", 410, "This sign-in took too long or was tried too often; begin again";
    /// A passkey let nobody in; why is not told.
    PasskeyRefused = "passkey_refused", 401, "This passkey did not let you in; try again, or sign in another way";
    /// The account has as many passkeys as it may.
    TooManyPasskeys = "too_many_passkeys", 409, "Your account has 25 passkeys, which is the most; remove one first";
    /// The CSRF token is missing or wrong.
    CsrfRejected = "csrf_rejected", 403, "The request did not come from this site; reload the page";
    /// Signed in, but not allowed.
    Forbidden = "forbidden", 403, "You may not do this";
    /// The caller's role in the team does not allow it.
    RoleTooLow = "role_too_low", 403, "Your role in this team does not allow this";
    /// A team would be without an owner.
    LastOwner = "last_owner", 409, "A team needs an owner; make another member one first";
    /// There is no such thing, or it belongs to somebody else.
    NotFound = "not_found", 404, "There is no such thing here";
    /// The route exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method";
    /// The e-mail address has an account.
    EmailTaken = "email_taken", 409, "This e-mail address has an account; sign in";
    /// The id exists with another content.
    AlreadyExists = "already_exists", 409, "It exists already";
    /// The space was restored; the client must start over.
    EpochMismatch = "epoch_mismatch", 409, "The library was restored from a backup; the client will re-read it";
    /// The cursor lies before the purge floor; the client must read everything again.
    ResyncRequired = "resync_required", 410, "The client was away too long and will re-read the library";
    /// Too many attempts.
    RateLimited = "rate_limited", 429, "Too many attempts; wait and try again";
    /// The password does not meet the rules.
    WeakPassword = "weak_password", 422, "Choose a password of at least 10 characters";
    /// The authorization code or its verifier is not valid.
    InvalidGrant = "invalid_grant", 400, "The connection code is not valid any more; start again";
    /// The token of a mail was used, has run out, or never was.
    LinkExpired = "link_expired", 410, "The link is not valid any more; ask for another";
    /// A provider of sign-ins failed, or what it said is not believed.
    SignInFailed = "sign_in_failed", 502, "Signing in through the provider failed; try again";
    /// Nothing else would let the owner in.
    LastWayIn = "last_way_in", 409, "Nothing else lets you in; set a password first";
    /// What is asked for needs a password, or a sign-in of a moment ago.
    StaleSignIn = "stale_sign_in", 403, "Sign out and in again, then try within ten minutes";
    /// The server is not set up to send mail.
    MailUnavailable = "mail_unavailable", 503, "This server sends no mail; ask who looks after it";
    /// The server has no name that passkeys can be bound to.
    PasskeysUnavailable = "passkeys_unavailable", 503, "This server cannot take passkeys; its owner must set public_url to an https address with a name";
    /// An operation names a kind that differs from the document's.
    KindMismatch = "kind_mismatch", 422, "The document is of another kind";
    /// An operation is based on a body revision the server never had.
    UnknownRevision = "unknown_revision", 422, "The edit is based on a version that does not exist";
    /// The text was edited after the person saw it.
    StaleRevision = "stale_revision", 409, "The text was edited since; look at it again and repeat this";
    /// The prompt cannot be published as it is.
    NotPublishable = "not_publishable", 409, "The prompt cannot be published as it is";
    /// The library holds as many prompts as its tier allows.
    QuotaReached = "quota_reached", 402, "The library holds as many prompts as its tier allows";
    /// An operation waited for so long that nobody knows whether it was taken before.
    TooOld = "too_old", 422, "The edit waited for over 400 days and may have been saved already; look at the document and save it again";
    /// The template has a syntax error.
    InvalidTemplate = "invalid_template", 422, "The template has an error";
    /// The caller has no key for the model's provider.
    NoProviderKey = "no_provider_key", 422, "There is no key for this provider; add one in Settings";
    /// The catalogue has no such active model.
    UnknownModel = "unknown_model", 422, "The model is not in the catalogue";
    /// The prompt allows other models only.
    ModelNotAllowed = "model_not_allowed", 422, "The prompt does not allow this model";
    /// The model has no known price and the policy blocks such runs.
    Unpriced = "unpriced", 422, "The model has no known price; allow such runs in the budget or choose another";
    /// The run would go over a ceiling.
    BudgetReached = "budget_reached", 402, "The run would go over the budget; raise it or wait for the next month";
    /// An address that the server may not call.
    AddressRefused = "address_refused", 422, "The server may not call this address";
    /// A value is missing or wrong in the variables.
    InvalidVariables = "invalid_variables", 422, "A variable has no value or a wrong one";
    /// The provider failed.
    ProviderFailed = "provider_failed", 502, "The provider failed";
    /// The server cannot seal or open stored keys.
    VaultUnavailable = "vault_unavailable", 503, "The server cannot open stored keys; its operator must look at the log";
    /// The token lacks the scope.
    MissingScope = "missing_scope", 403, "The token may not do this; make one with the scope";
    /// The server took too long.
    Timeout = "timeout", 504, "The server took too long; try again";
    /// The store cannot be reached.
    Unavailable = "unavailable", 503, "The server cannot reach its database; try again";
    /// A fault of ours.
    Internal = "internal", 500, "Something went wrong on the server";
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// RFC 9457 problem details, media type `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:krowoc:error:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's sentence.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// The stable name.
    pub code: ErrorCode,
    /// What happened here, with the fix; never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The field at fault, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Correlation id: the same in the response header and in every log line.
    #[serde(default)]
    pub correlation_id: String,
    /// Seconds to wait before the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// The problem of a code, without detail.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            kind: format!("urn:krowoc:error:{code}"),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            field: None,
            correlation_id: String::new(),
            retry_after: None,
        }
    }
}

/// A rule that a value broke: the code, the field as a JSON pointer, and a sentence with the fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Violation {
    /// The stable name.
    pub code: ErrorCode,
    /// JSON pointer to the field, such as `/set/title`.
    pub field: String,
    /// The sentence.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
impl std::error::Error for Violation {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_its_own_name_and_an_error_status() {
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!((400..600).contains(&code.status()), "{code}");
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(!code.title().ends_with(['.', '!']), "{code}");
        }
    }
}
