//! Downloads of the whole library. Plain links: the server streams, the browser saves.

use krowoc_ui::api::Client;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;

#[component]
pub(super) fn Export() -> impl IntoView {
    let choice = |title: &'static str, text: &'static str, label: &'static str, format: &str| {
        view! {
            <section class="stack stack--2">
                <h3>{title}</h3>
                <p class="soft">{text}</p>
                <p><a class="btn" href=format!("/api/v1{}", Client.placed(&format!("/library/export?format={format}"))) download="">
                    <Icon glyph=Glyph::Download />{label}
                </a></p>
            </section>
        }
    };
    view! {
        <p class="soft">{words::EXPORT_TEXT}</p>
        {choice(words::JSON, words::JSON_TEXT, words::DOWNLOAD_JSON, "json")}
        {choice(words::MARKDOWN, words::MARKDOWN_TEXT, words::DOWNLOAD_MARKDOWN, "markdown")}
    }
}
