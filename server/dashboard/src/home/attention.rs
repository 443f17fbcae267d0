//! What waits for the person, each with the way to it. Not what is decided there.

use crate::app::app;
use crate::history::LetterFilter;
use crate::navigation::placed_in;
use crate::period::day;
use crate::route::{Filter, Route, Section, Tab};
use krowoc_shared::dashboards::wire::Attention;
use krowoc_shared::execution::wire::BudgetLevel;
use krowoc_shared::ids::{DocId, SpaceId};
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
    /// What is done about it, and where; nothing of what is done elsewhere.
    action: Option<(&'static str, Route)>,
    /// The team whose library it is in.
    team: Option<SpaceId>,
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
            team,
        } => Line {
            glyph: Glyph::Merge,
            class: "warn",
            title: words::conflicts(count, titled(&title)),
            text: match &team {
                Some(team) => words::conflicts_of(&team.name),
                None => words::CONFLICTS_TEXT.to_owned(),
            },
            action: Some((words::RESOLVE, conflicting(count, document))),
            team: team.map(|team| team.id),
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
            action: Some((words::INSPECT, Route::DeadLetters(LetterFilter::default()))),
            team: None,
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
            action: Some((words::ADJUST, Route::Settings(Section::Budget))),
            team: None,
        },
        Attention::Invitation {
            name,
            invited_by,
            expires_at,
        } => Line {
            glyph: Glyph::Users,
            class: "",
            title: words::invited(&name, invited_by.as_deref()),
            text: words::open_letter(&day(expires_at)),
            action: None,
            team: None,
        },
        Attention::Reports { count } => Line {
            glyph: Glyph::Alert,
            class: "warn",
            title: words::reports(count),
            text: words::REPORTS_TEXT.to_owned(),
            action: Some((words::DECIDE, Route::Community)),
            team: None,
        },
    }
}

/// One leads to its document, several to their list.
fn conflicting(count: u64, document: DocId) -> Route {
    if count == 1 {
        return Route::Document(document);
    }
    let filter = Filter {
        conflict: true,
        ..Filter::default()
    };
    Route::Library(Tab::All, filter)
}

#[component]
pub(super) fn Waiting(waiting: Vec<Attention>) -> impl IntoView {
    let number = waiting.len();
    let own = app().space.own();
    let rows = waiting.into_iter().map(line).map(|it| {
        let space = it.team.or(own);
        let action = it.action.map(|(action, route)| {
            let label = format!("{action}: {}", it.title);
            let address = match (&route, space) {
                (Route::Document(_) | Route::Library(..), Some(space)) => {
                    placed_in(route.address(), space)
                }
                _ => route.address(),
            };
            view! { <a class="btn btn--sm" href=address aria-label=label>{action}</a> }
        });
        view! {
            <li class="item item--flat">
                <Icon glyph=it.glyph class=it.class />
                <div class="stack stack--0">
                    <span class="item__title" dir="auto">{it.title}</span>
                    <span class="item__sub" dir="auto">{it.text}</span>
                </div>
                {action}
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
    use krowoc_shared::dashboards::wire::InTeam;
    use krowoc_shared::execution::NanoUsd;

    #[test]
    fn one_conflict_leads_to_its_document_and_several_to_their_list() {
        let document = DocId::mint(1, [1; 10]);
        let of = |count| {
            let title = String::new();
            line(Attention::Conflicts {
                count,
                document,
                title,
                team: None,
            })
        };
        let route = |line: Line| line.action.map(|(_, route)| route);
        assert_eq!(route(of(1)), Some(Route::Document(document)));
        assert_eq!(of(1).title, "Untitled was changed in two places");
        let list = route(of(2)).map(|route| route.address());
        assert_eq!(list.as_deref(), Some("/library/all?conflict=yes"));
    }

    #[test]
    fn a_conflict_of_a_team_says_of_which_and_leads_into_its_library() {
        let team = SpaceId::mint(1, [2; 10]);
        let it = line(Attention::Conflicts {
            count: 3,
            document: DocId::mint(1, [1; 10]),
            title: "Report".to_owned(),
            team: Some(InTeam {
                id: team,
                name: "Ours".to_owned(),
            }),
        });
        assert_eq!(it.team, Some(team));
        assert!(it.text.starts_with("In Ours: "), "{}", it.text);
    }

    #[test]
    fn an_invitation_is_opened_by_its_letter_alone() {
        let it = line(Attention::Invitation {
            name: "Ours".to_owned(),
            invited_by: Some("eve@example.org".to_owned()),
            expires_at: 1_795_000_000_000,
        });
        assert_eq!(it.title, "eve@example.org invites you to Ours");
        assert!(it.action.is_none());
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
        let leads = near.action.map(|(_, route)| route.address());
        assert_eq!(leads.as_deref(), Some("/settings/budget"));
    }
}
