//! Connecting: the address typed once, the permission asked for in the click, the connect page in a tab.

use super::Desk;
use crate::browser;
use crate::messages::{Connection, Failure, FailureCode, Left, Request, Trouble};
use crate::model::address::{self, Server};
use crate::model::words;
use crate::page::dom::{El, button, div, el, group};
use crate::page::reactive::effect;
use crate::page::{ask, failure, icon, notice, t, t1, t2};
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// What a device is called until somebody says otherwise.
pub(super) fn default_name() -> String {
    t1("deviceDefault", browser::name())
}

/// The form, and what led to it.
pub(super) fn connect(desk: Desk) -> El {
    // A connection that was lost or not finished is made again to the same server.
    effect(move || {
        let (server, device) = match desk.connection() {
            Some(Connection::Lost { server, device, .. }) => (server, device),
            Some(Connection::Pending { server }) => (server, String::new()),
            _ => return,
        };
        if desk.address.peek(String::is_empty) {
            desk.address.set(server);
        }
        if !device.is_empty() {
            desk.name.set(device);
        }
    });
    let again = move || matches!(desk.connection(), Some(Connection::Lost { .. }));
    let press = div("button", "btn btn--primary btn--lg")
        .attr("type", "submit")
        .attr("id", "connect")
        .while_true("disabled", move || desk.busy.get())
        .told(move || t(if again() { "connectAgain" } else { "connect" }));
    let form = div("form", "connect")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            submit(desk);
        })
        .child(server_field(desk))
        .child(
            div("div", "field")
                .child(
                    div("label", "label")
                        .attr("for", "device")
                        .text(&t("deviceName")),
                )
                .child(
                    div("input", "input")
                        .attr("id", "device")
                        .attr("dir", "auto")
                        .attr("maxlength", "100")
                        .field(move || desk.name.get(), move |text| desk.name.set(text)),
                ),
        )
        .child(div("div", "line").child(press));
    group().child(said(desk)).child(form)
}

fn server_field(desk: Desk) -> El {
    let exposed = move || {
        desk.address
            .with(|typed| address::parse(typed))
            .is_ok_and(|server| server.exposed)
    };
    let input = div("input", "input")
        .attr("id", "address")
        .attr("dir", "ltr")
        .attr("inputmode", "url")
        .attr("autocomplete", "url")
        .attr("spellcheck", "false")
        .attr("aria-describedby", "address-hint address-problem")
        .says("aria-invalid", move || desk.problem.with(Option::is_some))
        .field(
            move || desk.address.get(),
            move |text| {
                desk.address.set(text);
                desk.problem.set(None);
            },
        );
    let problem = el("div")
        .attr("id", "address-problem")
        .attr("role", "alert")
        .some(
            move || desk.problem.get(),
            |text| div("p", "hint hint--error").text(text),
        );
    div("div", "field")
        .child(
            div("label", "label")
                .attr("for", "address")
                .text(&t("serverAddress")),
        )
        .child(input)
        .child(
            div("p", "hint")
                .attr("id", "address-hint")
                .text(&t("serverHint")),
        )
        .child(problem)
        .when(exposed, || {
            let class = "notice notice--warn notice--sm";
            notice(class, Glyph::Alert, &t("serverExposed"))
        })
}

/// What there is to say before the form.
fn said(desk: Desk) -> El {
    let trouble = move || {
        desk.state
            .with(|state| state.as_ref().and_then(|state| state.trouble.clone()))
    };
    let left = move || {
        desk.state
            .with(|state| state.as_ref().and_then(|state| state.left.clone()))
    };
    group().some(left, move |left| stands(desk, left)).part(
        move || desk.connection(),
        move |connection| match connection {
            Some(Connection::Lost { .. }) => div("div", "notice notice--warn")
                .attr("role", "status")
                .child(icon(Glyph::Alert))
                .child(
                    div("p", "grow")
                        .child(el("b").text(&t("lostTitle")))
                        .text(&format!(" {}", t("lostHint"))),
                ),
            Some(Connection::Pending { server }) => {
                let class = "notice notice--accent";
                let text = t1("connectPending", server);
                group()
                    .child(notice(class, Glyph::Info, &text).attr("role", "status"))
                    .some(trouble, trouble_notice)
            }
            _ => div("p", "soft").text(&t("serverIntro")),
        },
    )
}

fn trouble_notice(trouble: &Trouble) -> El {
    let text = t(words::trouble(trouble.code));
    notice("notice notice--danger", Glyph::Alert, &text)
        .attr("role", "alert")
        .attr("title", &trouble.message)
}

/// The device could not be taken off the server: it says so, with the way there, until somebody has read it.
fn stands(desk: Desk, left: &Left) -> El {
    let page = format!("{}/settings/devices", left.server);
    let open = button("btn btn--sm", move || {
        let page = page.clone();
        spawn_local(async move {
            // A tab that cannot be opened leaves the page as it is.
            let _ = browser::open_tab(&page).await;
        });
    });
    let read = button("btn btn--ghost btn--sm", move || {
        desk.follow(Request::Understood)
    });
    div("div", "notice notice--warn")
        .attr("role", "alert")
        .child(icon(Glyph::Alert))
        .child(
            div("div", "grow stack")
                .child(el("p").text(&t2("leftStanding", &left.device, &left.server)))
                .child(
                    div("div", "line line--wrap")
                        .child(open.text(&t("leftOpen")))
                        .child(read.text(&t("leftRead"))),
                ),
        )
}

fn submit(desk: Desk) {
    match address::parse(&browser::ascii_host(&desk.address.now())) {
        Ok(server) => begin(desk, server),
        Err(reason) => desk.problem.set(Some(t(words::bad_address(reason)))),
    }
}

/// Asks for the permission and begins. The permission is asked for before anything is awaited: the browser ties it to the click.
fn begin(desk: Desk, server: Server) {
    let asked = browser::request_host(&server.pattern);
    let problem = desk.problem;
    let name = desk.name.now();
    desk.busy.set(true);
    spawn_local(async move {
        match asked.await {
            Ok(true) => {
                let request = Request::Connect {
                    server: server.origin,
                    name,
                };
                let answer = ask(&request).await;
                if let Err(reason) = &answer {
                    problem.set(Some(failure(reason)));
                }
                desk.take(answer);
            }
            Ok(false) => problem.set(Some(t("connectDenied"))),
            Err(error) => problem.set(Some(failure(&Failure::new(FailureCode::Internal, error.0)))),
        }
        desk.busy.set(false);
    });
}
