//! The popup's module.

fn main() {
    krowoc_extension::browser::report_panics();
    krowoc_extension::popup::open();
}
