//! Two steps of signing in: the authenticator, what stands in for it, and the door between the steps.

mod door;
mod meanwhile;
mod providers;
mod settings;
mod tries;

use krowoc_shared::accounts::factors::{RecoveryCodes, SecurityView, TotpSetup};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::totp::code;
use krowoc_tests::{Answer, Caller, TestApp};
use serde_json::json;

/// A step of an authenticator, in milliseconds.
const STEP: i64 = 30_000;
const MINUTE: i64 = 60_000;
const EMAIL: &str = "alice@example.org";

/// Somebody with an authenticator.
pub struct Owner {
    /// Its secret.
    pub secret: String,
    /// What stands in for it.
    pub recovery: Vec<String>,
}

impl Owner {
    /// The code that is shown now.
    pub fn code(&self, app: &TestApp) -> String {
        code(&self.secret, app.state.now())
    }
}

async fn begin(caller: &Caller) -> TotpSetup {
    let body = json!({"password": PASSWORD});
    caller.post("/api/v1/account/totp", body).await.ok().json()
}

async fn confirm(caller: &Caller, code: &str) -> Answer {
    let body = json!({"code": code});
    caller.post("/api/v1/account/totp/confirmation", body).await
}

/// Turns the second step on, and lets the code that did so run out.
pub async fn turn_on(app: &TestApp, caller: &Caller) -> Owner {
    let TotpSetup { secret, .. } = begin(caller).await;
    let answer = confirm(caller, &code(&secret, app.state.now())).await;
    let RecoveryCodes { codes } = answer.ok().json();
    app.advance(STEP);
    Owner {
        secret,
        recovery: codes,
    }
}

/// A browser whose first step is done.
async fn asked(app: &TestApp) -> Caller {
    let browser = app.anonymous();
    let answer = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.code(), ErrorCode::SecondStepRequired);
    assert_eq!(browser.cookie("krowoc_access"), None);
    browser
}

async fn security(caller: &Caller) -> SecurityView {
    caller.get("/api/v1/account/security").await.ok().json()
}

async fn finish(caller: &Caller, code: &str) -> Answer {
    let body = json!({"code": code});
    let answer = caller.post("/api/v1/session/code", body).await;
    if answer.status.is_success() {
        let csrf = answer
            .json::<krowoc_shared::accounts::wire::SessionView>()
            .csrf;
        caller.set_csrf(Some(&csrf));
    }
    answer
}
