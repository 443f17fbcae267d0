//! The dashboard: mounts the application on the page. Nothing else.

mod accounts;
mod app;
mod back;
mod ceremony;
mod community;
mod compose;
mod dashboard;
mod dead_letters;
mod document;
mod execution;
mod executions;
mod frame;
mod history;
mod home;
mod import;
mod keys;
mod lazy;
mod library;
mod live;
mod markdown;
mod navigation;
mod period;
mod platform;
mod route;
mod run;
mod screens;
mod section;
mod settings;
mod status;
mod teams;
mod timing;

fn main() {
    console_error_panic_hook::set_once();
    settings::apply_stored();
    leptos::mount::mount_to_body(app::Root);
}
