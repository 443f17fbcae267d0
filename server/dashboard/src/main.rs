//! The dashboard: mounts the application on the page. Nothing else.

mod accounts;
mod app;
mod document;
mod frame;
mod import;
mod keys;
mod lazy;
mod library;
mod live;
mod markdown;
mod navigation;
mod platform;
mod route;
mod screens;
mod settings;
mod timing;

fn main() {
    console_error_panic_hook::set_once();
    settings::apply_stored();
    leptos::mount::mount_to_body(app::Root);
}
