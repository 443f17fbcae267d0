//! How full the library is, where its tier has a limit. Not the refusal: that is the server's.

use crate::app::app;
use krowoc_shared::library::quota::Room as Left;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// The prompts there are of those that may be; nothing where there is no limit. Beside every page it says that it is near, on Home
/// what can be done.
#[component]
pub fn Room(
    /// With the name of the tier, and with what can be done.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    let app = app();
    let room = Memo::new(move |_| {
        app.overview.with(|it| {
            let it = it.as_ref()?;
            Some((it.prompts, it.quota))
        })
    });
    move || {
        let (prompts, quota) = room.get()?;
        let tier = whole.then(|| words::tier(quota.tier));
        let Some(limit) = quota.prompts else {
            let unlimited =
                tier.map(|tier| view! { <p class="xs soft">{words::unlimited(tier)}</p> });
            return Some(unlimited.into_any());
        };
        let left = Left::of(prompts, limit);
        let hint = match (left, whole) {
            (Left::Full, true) => Some(words::ROOM_FULL_HINT),
            (Left::Full, false) => Some(words::ROOM_FULL),
            (Left::Near, true) => Some(words::ROOM_NEAR_HINT),
            (Left::Near, false) => Some(words::ROOM_NEAR),
            (Left::Enough, _) => None,
        };
        let class = match left {
            Left::Enough => "room",
            Left::Near | Left::Full => "room room--near",
        };
        let name = tier.unwrap_or(words::ROOM);
        // One of the two is enough for who listens: the one that is beside every page.
        let role = (!whole).then_some("status");
        let shown = view! {
            <div class=class class:room--whole=whole>
                <p class="line xs"><span class="grow">{name}</span><span>{words::room(prompts, limit)}</span></p>
                <progress max=limit.to_string() value=prompts.min(limit).to_string() aria-label=words::ROOM></progress>
                {hint.map(|hint| view! { <p class="xs" role=role>{hint}</p> })}
            </div>
        };
        Some(shown.into_any())
    }
}
