//! What waits for the person, each with the way to it. Not what is decided there.

use crate::history::LetterFilter;
use crate::route::{Filter, Route, Section, Tab};
use krowoc_shared::dashboards::wire::Attention;
use krowoc_shared::execution::wire::BudgetLevel;
use krowoc_ui::components::Icon;
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{home as words, run};
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

/// How one is drawn.
struct Line {
    glyph: Glyph,
    /// Its colour.
    class: &'static str,
    title: String,
    text: String,
    action: &'static str,
    route: Route,
}

fn titled(title: &str) -> &str {
    if title.is_empty() {
        words::UNTITLED
    } else {
        title
    }
}

fn line(of: Attention) -> Line {
    match of {
        Attention::Conflicts {
            count,
            document,
            title,
        } => Line {
            glyph: Glyph::Merge,
            class: "warn",
            title: words::conflicts(count, titled(&title)),
            text: words::CONFLICTS_TEXT.to_owned(),
            action: words::RESOLVE,
            route: if count == 1 {
                Route::Document(document)
            } else {
                let filter = Filter {
                    conflict: true,
                    ..Filter::default()
                };
                Route::Library(Tab::All, filter)
            },
        },
        Attention::DeadLetters {
            count,
            title,
            class,
        } => Line {
            glyph: Glyph::Alert,
            class: "danger",
            title: words::letters(count),
            text: words::last_letter(titled(&title), &run::class(class).to_lowercase()),
            action: words::INSPECT,
            route: Route::DeadLetters(LetterFilter::default()),
        },
        Attention::Budget {
            level,
            server_held,
            spent,
            ceiling,
        } => Line {
            glyph: Glyph::Coins,
            class: if level == BudgetLevel::Reached {
                "danger"
            } else {
                "warn"
            },
            title: words::budget(level, server_held).to_owned(),
            text: words::spent(&short_usd(spent), &usd(ceiling)),
            action: words::ADJUST,
            route: Route::Settings(Section::Budget),
        },
    }
}

#[component]
pub(super) fn Waiting(waiting: Vec<Attention>) -> impl IntoView {
    let number = waiting.len();
    let rows = waiting.into_iter().map(line).map(|it| {
        let label = format!("{}: {}", it.action, it.title);
        view! {
            <li class="item item--flat">
                <Icon glyph=it.glyph class=it.class />
                <div class="stack stack--0">
                    <span class="item__title" dir="auto">{it.title}</span>
                    <span class="item__sub" dir="auto">{it.text}</span>
                </div>
                <a class="btn btn--sm" href=it.route.address() aria-label=label>{it.action}</a>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="stack stack--2" aria-labelledby="waiting">
            <div class="sec"><h2 id="waiting">{words::ATTENTION}</h2>
                {(number > 0).then(|| view! { <span class="muted">{count(u64::try_from(number).unwrap_or(0))}</span> })}
            </div>
            {if number == 0 {
                view! { <p class="soft line"><Icon glyph=Glyph::Check class="ok" />{words::NOTHING_WAITS}</p> }.into_any()
            } else {
                view! { <ul class="list" role="list">{rows}</ul> }.into_any()
            }}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::execution::NanoUsd;
    use krowoc_shared::ids::DocId;

    #[test]
    fn one_conflict_leads_to_its_document_and_several_to_their_list() {
        let document = DocId::mint(1, [1; 10]);
        let of = |count| {
            let title = String::new();
            line(Attention::Conflicts {
                count,
                document,
                title,
            })
        };
        assert_eq!(of(1).route, Route::Document(document));
        assert_eq!(of(1).title, "Untitled was changed in two places");
        assert_eq!(of(2).route.address(), "/library/all?conflict=yes");
    }

    #[test]
    fn a_ceiling_says_how_much_of_it_is_spent() {
        let near = line(Attention::Budget {
            level: BudgetLevel::Near,
            server_held: false,
            spent: NanoUsd(16_600_000_000),
            ceiling: NanoUsd::usd(20),
        });
        assert_eq!(near.text, "$16.60 of $20.00");
        assert_eq!(near.route.address(), "/settings/budget");
    }
}
