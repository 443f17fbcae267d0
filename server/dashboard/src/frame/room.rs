//! How full the library is, where its tier has a limit. Not the refusal: that is the server's.

use crate::app::app;
use krowoc_shared::library::quota::is_near;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// The prompts there are of those that may be; nothing where there is no limit.
#[component]
pub fn Room() -> impl IntoView {
    let app = app();
    let room = Memo::new(move |_| {
        app.overview.with(|it| {
            let it = it.as_ref()?;
            Some((it.prompts, it.quota.prompts?))
        })
    });
    move || {
        let (prompts, limit) = room.get()?;
        let (near, full) = (is_near(prompts, limit), prompts >= limit);
        let hint = match (full, near) {
            (true, _) => Some(words::ROOM_FULL),
            (false, true) => Some(words::ROOM_NEAR),
            (false, false) => None,
        };
        let class = if near { "room room--near" } else { "room" };
        Some(view! {
            <div class=class>
                <p class="line xs"><span class="grow">{words::ROOM}</span><span>{words::room(prompts, limit)}</span></p>
                <progress max=limit.to_string() value=prompts.min(limit).to_string() aria-label=words::ROOM></progress>
                {hint.map(|hint| view! { <p class="xs" role="status">{hint}</p> })}
            </div>
        })
    }
}
