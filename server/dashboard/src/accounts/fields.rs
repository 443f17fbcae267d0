//! Fields of forms about an account: an address, a password that can be shown. Not what is done with them.

use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::accounts as words;
use leptos::prelude::*;

/// What a field is for; browsers and password managers read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// An address.
    Email,
    /// The password that one has.
    Password,
    /// A password to be.
    NewPassword,
    /// A code that is good once.
    Code,
    /// What something is called.
    Name,
}

/// A field with its label, a hint, and what is wrong with it.
#[component]
pub fn Field(
    id: &'static str,
    label: &'static str,
    asks: Asks,
    value: RwSignal<String>,
    /// What is wrong, until something is typed.
    fault: RwSignal<Option<String>>,
    /// What helps before anything is wrong.
    #[prop(optional_no_strip)]
    hint: Option<&'static str>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
    let described = {
        let (hint_id, fault_id) = (hint_id.clone(), fault_id.clone());
        move || match fault.with(Option::is_some) {
            true => Some(fault_id.clone()),
            false => hint.map(|_| hint_id.clone()),
        }
    };
    let kind = move || match asks {
        Asks::Email => "email",
        Asks::Code | Asks::Name => "text",
        _ if shown.get() => "text",
        _ => "password",
    };
    let complete = match asks {
        Asks::Email => "username",
        Asks::Password => "current-password",
        Asks::NewPassword => "new-password",
        Asks::Code => "one-time-code",
        Asks::Name => "off",
    };
    view! {
        <div class="field">
            <label class="label" for=id>{label}</label>
            <div class="rel reveal">
                <input class="input input--lg" id=id name=id type=kind autocomplete=complete autocapitalize="none" spellcheck="false"
                    aria-invalid=move || fault.with(Option::is_some).then_some("true") aria-describedby=described
                    prop:value=value
                    on:input=move |event| { value.set(event_target_value(&event)); fault.set(None); } />
                {matches!(asks, Asks::Password | Asks::NewPassword).then(|| view! { <Reveal shown=shown /> })}
            </div>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {move || fault.get().map(|text| view! {
                <p class="hint hint--error" id=fault_id.clone() role="alert"><Icon glyph=Glyph::Alert class="i--sm" />{text}</p>
            })}
        </div>
    }
}

#[component]
fn Reveal(shown: RwSignal<bool>) -> impl IntoView {
    let label = move || {
        if shown.get() {
            words::HIDE_PASSWORD
        } else {
            words::SHOW_PASSWORD
        }
    };
    view! {
        <button type="button" class="btn btn--ghost btn--icon btn--sm" aria-label=label title=label
            aria-pressed=move || shown.get().to_string() on:click=move |_| shown.update(|shown| *shown = !*shown)>
            <Icon glyph=Glyph::Eye />
        </button>
    }
}

/// What is wrong with an address, as the server will say it.
#[must_use]
pub fn email_fault(email: &str) -> Option<String> {
    let email = email.trim();
    let shaped = email
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && domain.len() > 1);
    let text = match (email.is_empty(), shaped) {
        (true, _) => words::EMAIL_MISSING,
        (false, false) => words::EMAIL_WRONG,
        (false, true) => return None,
    };
    Some(text.to_owned())
}

/// What is wrong with a new password, as the server will say it.
#[must_use]
pub fn password_fault(password: &str) -> Option<String> {
    let least = krowoc_shared::accounts::wire::PASSWORD_MIN_CHARS;
    (password.chars().count() < least).then(|| words::PASSWORD_SHORT.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_what_is_wrong_before_the_server_is_asked() {
        assert_eq!(email_fault("ada@example.org"), None);
        assert_eq!(email_fault(" "), Some(words::EMAIL_MISSING.to_owned()));
        assert_eq!(email_fault("ada@"), Some(words::EMAIL_WRONG.to_owned()));
        assert_eq!(password_fault("ten chars!"), None);
        assert!(password_fault("nine char").is_some());
    }
}
