//! The module of the page that runs prompts.

fn main() {
    krowoc_extension::browser::report_panics();
    krowoc_extension::run::open();
}
