//! Every folder of `golden/` is a case: `input.html` (a page when it has a `<body>`, else a selection) and `expected.md`.
//!
//! To change what is expected: run the tests, read the `expected.md.new` that a failing case leaves beside `expected.md`, and
//! rename it. Hidden text that was reported stands in a last line.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::snapshot::{PageSnapshot, SelectionSnapshot};
use super::{How, capture};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/capture/golden");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn produced(input: &str) -> String {
    let page = input.contains("<body");
    let mut snapshot = PageSnapshot {
        url: "https://www.a.example/dir/page?utm_source=test".to_owned(),
        title: "Title".to_owned(),
        html: input.to_owned(),
        ..PageSnapshot::default()
    };
    if !page {
        snapshot.selection = Some(SelectionSnapshot {
            html: input.to_owned(),
            ..SelectionSnapshot::default()
        });
    }
    let capture = capture(&snapshot, if page { How::Page } else { How::Selection }).unwrap();
    let mut out = capture.markdown;
    out.push('\n');
    if capture.concealed.count > 0 {
        let _ = writeln!(
            out,
            "\n(concealed {}: {})",
            capture.concealed.count,
            capture.concealed.excerpts.join(" | ")
        );
    }
    out
}

#[test]
fn each_case_gives_what_is_expected() {
    let mut failed = Vec::new();
    for case in cases() {
        let got = produced(&fs::read_to_string(case.join("input.html")).unwrap());
        let expected = fs::read_to_string(case.join("expected.md")).unwrap_or_default();
        if got == expected {
            continue;
        }
        fs::write(case.join("expected.md.new"), &got).unwrap();
        failed.push(format!(
            "--- {}\n{}",
            case.display(),
            difference(&expected, &got)
        ));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The lines that only one side has.
fn difference(expected: &str, got: &str) -> String {
    let mut out = String::new();
    for line in expected
        .lines()
        .filter(|line| !got.lines().any(|other| other == *line))
    {
        let _ = writeln!(out, "- {line}");
    }
    for line in got
        .lines()
        .filter(|line| !expected.lines().any(|other| other == *line))
    {
        let _ = writeln!(out, "+ {line}");
    }
    out
}

#[test]
fn there_are_cases_for_what_people_capture() {
    let names: Vec<String> = cases()
        .iter()
        .map(|case| case.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.len() >= 20, "{names:?}");
    for needed in [
        "tables",
        "code",
        "hidden-text",
        "rtl-arabic",
        "cjk",
        "page-forum",
        "page-product-list",
    ] {
        assert!(
            names.iter().any(|name| name == needed),
            "{needed} is missing"
        );
    }
}
