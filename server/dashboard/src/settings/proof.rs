//! A form that proves whose account it is, with the password or a code, and sends one request at a time. Not what is asked for with it.

use crate::accounts::fields::{Asks, Field};
use crate::accounts::pace::Pace;
use crate::app::{App, app};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{people, security as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is typed into it, and what is wrong with that.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    app: App,
    pub password: RwSignal<String>,
    pub code: RwSignal<String>,
    password_fault: RwSignal<Option<String>>,
    code_fault: RwSignal<Option<String>>,
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
            pace: Pace::new(),
        }
    }

    /// Sends a request, unless one is under way; a refusal is said at the field that it is about.
    pub fn send<T: DeserializeOwned + 'static>(
        self,
        path: String,
        body: impl Serialize + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if !self.pace.begin() {
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
    }

    /// Says a refusal at the field that it is about.
    pub fn refused(self, error: &ApiError) {
        match error.code() {
            Some(ErrorCode::WrongCredentials) => {
                let text = people::PASSWORD_WRONG.to_owned();
                self.password_fault.try_set(Some(text));
            }
            Some(ErrorCode::StaleSignIn) => {
                self.password_fault.try_set(Some(people::STALE.to_owned()));
                self.app.toasts.say(Glyph::Alert, people::STALE);
            }
            Some(ErrorCode::WrongCode) => {
                self.code_fault.try_set(Some(words::WRONG_CODE.to_owned()));
            }
            _ => self.app.failed(error),
        }
    }

    /// The field of the present password.
    pub fn password_field(self, id: &'static str) -> impl IntoView {
        view! { <Field id=id label=words::PRESENT_PASSWORD asks=Asks::Password value=self.password fault=self.password_fault /> }
    }

    /// The field of a code.
    pub fn code_field(
        self,
        id: &'static str,
        label: &'static str,
        hint: Option<&'static str>,
    ) -> impl IntoView {
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
    view! {
        <form class="card" novalidate on:submit=submit aria-label=label aria-busy=move || proof.pace.busy().to_string()>{children()}</form>
    }
}
