//! The form that signs in, or makes an account. It stays in the place of the page that asked for it.

use super::pace::Pace;
use super::providers::{Came, Failed, Proof, Providers, came};
use crate::app::app;
use crate::lazy::window_screen;
use crate::navigation;
use crate::route::Route;
use crate::screens;
use krowoc_shared::accounts::people::SignInWays;
use krowoc_shared::accounts::wire::{Credentials, PASSWORD_MIN_CHARS, SessionView};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts as words, people};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is wrong with a field, before anything is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Faults {
    email: Option<&'static str>,
    password: Option<&'static str>,
}

/// Checks as the server will, so that the common mistakes need no round trip.
fn check(email: &str, password: &str, up: bool) -> Faults {
    let email = email.trim();
    let shaped = email
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && domain.len() > 1);
    Faults {
        email: if email.is_empty() {
            Some(words::EMAIL_MISSING)
        } else {
            (!shaped).then_some(words::EMAIL_WRONG)
        },
        password: if password.is_empty() {
            Some(words::PASSWORD_MISSING)
        } else {
            (up && password.chars().count() < PASSWORD_MIN_CHARS).then_some(words::PASSWORD_SHORT)
        },
    }
}

/// The state of the form.
#[derive(Clone, Copy)]
struct Form {
    up: bool,
    email: RwSignal<String>,
    password: RwSignal<String>,
    shown: RwSignal<bool>,
    faults: RwSignal<Faults>,
    error: RwSignal<Option<ApiError>>,
    pace: Pace,
}

impl Form {
    fn new(up: bool) -> Self {
        Self {
            up,
            email: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
            shown: RwSignal::new(false),
            faults: RwSignal::new(Faults::default()),
            error: RwSignal::new(None),
            pace: Pace::new(),
        }
    }

    fn submit(self, on_step: Callback<()>) {
        let app = app();
        let (email, password) = (self.email.get_untracked(), self.password.get_untracked());
        let faults = check(&email, &password, self.up);
        self.faults.set(faults);
        if faults != Faults::default() {
            let field = if faults.email.is_some() {
                "#email"
            } else {
                "#password"
            };
            crate::platform::focus(field);
            return;
        }
        if !self.pace.begin() {
            return;
        }
        self.error.set(None);
        let credentials = Credentials {
            email: email.trim().to_owned(),
            password,
        };
        let path = if self.up { "/accounts" } else { "/session" };
        spawn_local(async move {
            let answer = Client.sign_in::<SessionView>(path, &credentials).await;
            self.pace.end();
            match answer {
                Ok(view) => app.signed_in(view),
                Err(error) if error.code() == Some(ErrorCode::SecondStepRequired) => {
                    on_step.run(())
                }
                Err(error) => self.refused(error),
            }
        });
    }

    fn refused(self, error: ApiError) {
        self.pace
            .refused(&error, move || drop(self.error.try_set(None)));
        if error.code() == Some(ErrorCode::WrongCredentials) {
            self.password.set(String::new());
            crate::platform::focus("#password");
        }
        self.error.set(Some(error));
    }

    fn sentence(self) -> Option<String> {
        let error = self.error.get()?;
        let wait = self.pace.left();
        let own = error
            .code()
            .and_then(|code| words::sign_in_error(code, wait));
        Some(own.unwrap_or_else(|| error.sentence()))
    }
}

/// The ways in that the server has. Until it says, or when it does not, what every server has: a form, and accounts to be made.
fn ways() -> RwSignal<SignInWays> {
    let ways = RwSignal::new(SignInWays {
        sign_up: true,
        ..SignInWays::default()
    });
    spawn_local(async move {
        if let Ok(known) = Client.get::<SignInWays>("/sign-in").await {
            ways.try_set(known);
        }
    });
    ways
}

/// The page that lets somebody in.
#[component]
pub fn SignIn(
    /// Makes an account instead.
    up: bool,
) -> impl IntoView {
    let app = app();
    let form = Form::new(up);
    let (title, action, busy_action) = if up {
        (words::SIGN_UP_TITLE, words::SIGN_UP, words::SIGNING_UP)
    } else {
        (words::SIGN_IN_TITLE, words::SIGN_IN, words::SIGNING_IN)
    };
    let connecting =
        app.nav.untracked() == Route::Connect && navigation::fragment().contains("challenge=");
    let came = RwSignal::new(came());
    let on_step = Callback::new(move |()| came.set(Some(Came::Step)));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.submit(on_step);
    };
    let stopped = move || form.pace.stopped();
    let problem = move || {
        form.sentence()
            .map(|text| view! { <Notice kind=NoticeKind::Danger><span>{text}</span></Notice> })
    };
    let ways = ways();
    let other = if up {
        (words::HAVE_ACCOUNT, words::SIGN_IN, Route::SignIn)
    } else {
        (words::NO_ACCOUNT, words::SIGN_UP, Route::SignUp)
    };
    let other_address = StoredValue::new(other.2.address());
    let other = (other.0, other.1);
    let form_view = move || {
        view! {
                    <div class="stack stack--4">
                        <span class="brand brand--lg"><Brand /></span>
                        <div class="stack stack--1">
                            <h1 class="h">{title}</h1>
                            <p class="soft">{if connecting { words::FIRST_CONNECT } else { words::TAGLINE }}</p>
                        </div>
                    </div>
                    {move || match came.get() {
                        Some(Came::Failed(why)) => Some(view! { <Failed why=why /> }),
                        _ => None,
                    }}
                    <Providers ways=ways passkey=(!up).then_some(form.pace) />
                    <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || form.pace.busy().to_string()>
                        <div aria-live="polite">{problem}</div>
                        <EmailField form=form />
                        <PasswordField form=form />
                        <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || stopped().to_string()>
                            {move || if form.pace.busy() { busy_action } else { action }}
                        </button>
                        {move || (!up && ways.with(|ways| ways.reset)).then(|| view! {
                            <p class="hint"><a class="link" href=Route::Forgot.address()>{people::FORGOT}</a></p>
                        })}
                    </form>
                    {move || (up || ways.with(|ways| ways.sign_up)).then(|| view! {
                        <p class="hint">{other.0}<a class="link" href=other_address.get_value()>{other.1}</a></p>
                    })}
                    <p class="hint"><a class="link" href="/leaderboard" rel="external">{words::PUBLIC_PROMPTS}</a></p>
        }
    };
    let leave = Callback::new(move |()| {
        form.password.set(String::new());
        came.set(None);
    });
    let boxed = move || {
        view! {
            <main class="signin">
                <div class="signin__box stack stack--6">
                    {move || match came.get() {
                        Some(Came::Proof { provider, email }) => view! {
                            <span class="brand brand--lg"><Brand /></span>
                            <Proof provider=provider email=email ways=ways on_leave=leave on_step=on_step />
                        }.into_any(),
                        _ => form_view().into_any(),
                    }}
                </div>
            </main>
        }
    };
    let stepping = Memo::new(move |_| came.get() == Some(Came::Step));
    move || match stepping.get() {
        true => window_screen(move || screens::second_step(leave)),
        false => boxed().into_any(),
    }
}

fn fault(
    id: &'static str,
    text: impl Fn() -> Option<&'static str> + Send + Sync + Copy + 'static,
) -> impl IntoView {
    move || {
        text().map(|text| {
            view! { <p class="hint hint--error" id=id><Icon glyph=Glyph::Alert class="i--sm" />{text}</p> }
        })
    }
}

#[component]
fn EmailField(form: Form) -> impl IntoView {
    let wrong = move || form.faults.get().email;
    view! {
        <div class="field">
            <label class="label" for="email">{words::EMAIL}</label>
            <input
                class="input input--lg"
                id="email"
                name="email"
                type="email"
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                autofocus
                aria-invalid=move || wrong().is_some().then_some("true")
                aria-describedby=move || wrong().map(|_| "email-fault")
                prop:value=form.email
                on:input=move |event| {
                    form.email.set(event_target_value(&event));
                    form.faults.update(|faults| faults.email = None);
                }
            />
            {fault("email-fault", wrong)}
        </div>
    }
}

#[component]
fn PasswordField(form: Form) -> impl IntoView {
    let wrong = move || form.faults.get().password;
    let described = move || match wrong() {
        Some(_) => Some("password-fault"),
        None => form.up.then_some("password-hint"),
    };
    let reveal = move || {
        if form.shown.get() {
            words::HIDE_PASSWORD
        } else {
            words::SHOW_PASSWORD
        }
    };
    view! {
        <div class="field">
            <label class="label" for="password">{words::PASSWORD}</label>
            <div class="rel reveal">
                <input
                    class="input input--lg"
                    id="password"
                    name="password"
                    type=move || if form.shown.get() { "text" } else { "password" }
                    autocomplete=if form.up { "new-password" } else { "current-password" }
                    autocapitalize="none"
                    spellcheck="false"
                    aria-invalid=move || wrong().is_some().then_some("true")
                    aria-describedby=described
                    prop:value=form.password
                    on:input=move |event| {
                        form.password.set(event_target_value(&event));
                        form.faults.update(|faults| faults.password = None);
                    }
                />
                <button
                    type="button"
                    class="btn btn--ghost btn--icon btn--sm"
                    aria-label=reveal
                    title=reveal
                    aria-pressed=move || form.shown.get().to_string()
                    on:click=move |_| form.shown.update(|shown| *shown = !*shown)
                >
                    <Icon glyph=Glyph::Eye />
                </button>
            </div>
            {form.up.then(|| view! { <p class="hint" id="password-hint">{words::PASSWORD_HINT}</p> })}
            {fault("password-fault", wrong)}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_what_is_missing_before_it_asks_the_server() {
        assert_eq!(
            check("ada@example.org", "correct horse", true),
            Faults::default()
        );
        assert_eq!(check("", "", false).email, Some(words::EMAIL_MISSING));
        assert_eq!(check("", "", false).password, Some(words::PASSWORD_MISSING));
        for wrong in ["ada", "@example.org", "ada@"] {
            assert_eq!(
                check(wrong, "correct horse", false).email,
                Some(words::EMAIL_WRONG),
                "{wrong}"
            );
        }
    }

    #[test]
    fn only_a_new_password_must_be_long() {
        assert_eq!(check("ada@example.org", "short", false), Faults::default());
        assert_eq!(
            check("ada@example.org", "short", true).password,
            Some(words::PASSWORD_SHORT)
        );
        assert_eq!(check("ada@example.org", "łłłłłłłłłł", true).password, None);
    }
}
