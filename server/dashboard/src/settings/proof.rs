//! A form that proves whose account it is, with the password or a code, and sends one request at a time. Not what is asked for with it.

use crate::accounts::fields::{Asks, Field};
use crate::accounts::pace::Pace;
use crate::app::{App, app};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{people, security as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What there is of a form, for a refusal to be said at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Drawn {
    sheet: bool,
    password: bool,
    code: bool,
}

/// Where a refusal is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Password,
    Code,
    /// Above the fields: none is at fault, or the one that is is not there.
    Sheet,
    /// There is no form.
    Toast,
}

impl Drawn {
    fn place(self, code: Option<ErrorCode>) -> Place {
        match code {
            Some(ErrorCode::WrongCredentials) if self.password => Place::Password,
            Some(ErrorCode::WrongCode) if self.code => Place::Code,
            _ if self.sheet => Place::Sheet,
            _ => Place::Toast,
        }
    }
}

/// What is typed into it, and what is wrong with that.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    app: App,
    pub password: RwSignal<String>,
    pub code: RwSignal<String>,
    password_fault: RwSignal<Option<String>>,
    code_fault: RwSignal<Option<String>>,
    fault: RwSignal<Option<String>>,
    drawn: StoredValue<Drawn>,
    pub pace: Pace,
}

impl Proof {
    /// Of a form that is empty.
    pub fn new() -> Self {
        Self {
            app: app(),
            password: RwSignal::new(String::new()),
            code: RwSignal::new(String::new()),
            password_fault: RwSignal::new(None),
            code_fault: RwSignal::new(None),
            fault: RwSignal::new(None),
            drawn: StoredValue::new(Drawn::default()),
            pace: Pace::new(),
        }
    }

    /// Begins a request; false while one is under way. What was refused before is over.
    pub fn begin(self) -> bool {
        let free = self.pace.begin();
        if free {
            self.fault.set(None);
        }
        free
    }

    /// Sends a request, unless one is under way; a refusal is said at the field that it is about.
    pub fn send<T: DeserializeOwned + 'static>(
        self,
        path: String,
        body: impl Serialize + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if !self.begin() {
            return;
        }
        spawn_local(async move {
            let answer = Client.post::<T>(&path, &body).await;
            self.pace.end();
            match answer {
                Ok(value) => done(value),
                Err(error) => self.refused(&error),
            }
        });
    }

    /// Forgets what was typed, and what was wrong with it.
    pub fn clear(self) {
        self.password.set(String::new());
        self.code.set(String::new());
        self.password_fault.set(None);
        self.code_fault.set(None);
        self.fault.set(None);
    }

    /// Says a refusal at the field that it is about, or in the sheet when it is about none that is there.
    pub fn refused(self, error: &ApiError) {
        if error.signed_out() || matches!(error, ApiError::Aborted) {
            return self.app.failed(error);
        }
        let text = match error.code() {
            Some(ErrorCode::WrongCredentials) => people::PASSWORD_WRONG.to_owned(),
            Some(ErrorCode::StaleSignIn) => people::STALE.to_owned(),
            Some(ErrorCode::WrongCode) => words::WRONG_CODE.to_owned(),
            _ => error.sentence(),
        };
        let drawn = self.drawn.try_get_value().unwrap_or_default();
        let said = match drawn.place(error.code()) {
            Place::Password => self.password_fault,
            Place::Code => self.code_fault,
            Place::Sheet => self.fault,
            Place::Toast => return self.app.toasts.say(Glyph::Alert, text),
        };
        said.try_set(Some(text));
    }

    /// The field of the present password.
    pub fn password_field(self, id: &'static str) -> impl IntoView {
        self.drawn.update_value(|drawn| drawn.password = true);
        view! { <Field id=id label=words::PRESENT_PASSWORD asks=Asks::Password value=self.password fault=self.password_fault /> }
    }

    /// The field of a code.
    pub fn code_field(
        self,
        id: &'static str,
        label: &'static str,
        hint: Option<&'static str>,
    ) -> impl IntoView {
        self.drawn.update_value(|drawn| drawn.code = true);
        view! { <Field id=id label=label asks=Asks::Code value=self.code fault=self.code_fault hint=hint /> }
    }
}

/// The form around the fields and buttons.
#[component]
pub(super) fn Sheet(
    proof: Proof,
    /// How it is read out, where no heading says it.
    #[prop(optional)]
    label: Option<&'static str>,
    #[prop(into)] on_send: Callback<()>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    proof.drawn.update_value(|drawn| drawn.sheet = true);
    on_cleanup(move || {
        // The fields go with it.
        let _ = proof.drawn.try_set_value(Drawn::default());
    });
    let fault = move || {
        let text = proof.fault.get();
        text.map(
            |text| view! { <p class="card__body hint hint--error" role="alert"><Icon glyph=Glyph::Alert class="i--sm" />{text}</p> },
        )
    };
    view! {
        <form class="card" novalidate on:submit=submit aria-label=label aria-busy=move || proof.pace.busy().to_string()>{fault}{children()}</form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_where_somebody_sees_it() {
        let whole = Drawn {
            sheet: true,
            password: true,
            code: true,
        };
        let bare = Drawn {
            sheet: true,
            ..Drawn::default()
        };
        let none = Drawn::default();
        for (code, places) in [
            (
                Some(ErrorCode::WrongCredentials),
                [Place::Password, Place::Sheet, Place::Toast],
            ),
            (
                Some(ErrorCode::WrongCode),
                [Place::Code, Place::Sheet, Place::Toast],
            ),
            (
                Some(ErrorCode::LastWayIn),
                [Place::Sheet, Place::Sheet, Place::Toast],
            ),
            (None, [Place::Sheet, Place::Sheet, Place::Toast]),
        ] {
            let said = [whole, bare, none].map(|drawn| drawn.place(code));
            assert_eq!(said, places, "{code:?}");
        }
    }
}
