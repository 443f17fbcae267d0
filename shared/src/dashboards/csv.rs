//! Figures as lines of CSV (RFC 4180). Not the reading of CSV: that is `exchange`.

use super::wire::Figures;

/// The media type.
pub const MEDIA_TYPE: &str = "text/csv; charset=utf-8";

/// The first line, with what the lines stand for in front.
#[must_use]
pub fn head(subject: &str) -> String {
    format!(
        "{},executions,completed,failed,truncated,cancelled,success_percent,p50_ms,p95_ms,p99_ms,cost_usd,unpriced\r\n",
        field(subject)
    )
}

/// A line: what it stands for, then its figures; what is not known is empty.
#[must_use]
pub fn line(subject: &str, figures: &Figures) -> String {
    let success = figures
        .success()
        .map(|share| format!("{}.{:02}", share / 100, share % 100));
    let time = |pick: fn(&super::wire::Percentiles) -> i64| {
        figures
            .latency
            .as_ref()
            .map(|all| pick(all).to_string())
            .unwrap_or_default()
    };
    format!(
        "{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
        field(subject),
        figures.executions,
        figures.completed,
        figures.failed,
        figures.truncated,
        figures.cancelled,
        success.unwrap_or_default(),
        time(|all| all.p50),
        time(|all| all.p95),
        time(|all| all.p99),
        figures.cost,
        figures.unpriced,
    )
}

/// A text as a field. What a spreadsheet would take for a formula has an apostrophe in front (OWASP, "CSV Injection").
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::Percentiles;
    use super::*;
    use crate::execution::NanoUsd;
    use proptest::prelude::*;

    /// The first field of a line as RFC 4180 reads it.
    fn first(line: &str) -> String {
        let Some(rest) = line.strip_prefix('"') else {
            return line.split(',').next().unwrap().to_owned();
        };
        let (mut out, mut chars) = (String::new(), rest.chars().peekable());
        while let Some(c) = chars.next() {
            if c == '"' && chars.next_if_eq(&'"').is_none() {
                break;
            }
            out.push(c);
        }
        out
    }

    #[test]
    fn a_line_has_a_field_for_each_name_and_nothing_for_what_is_not_known() {
        let figures = Figures {
            executions: 8,
            completed: 6,
            failed: 1,
            truncated: 0,
            cancelled: 1,
            cost: NanoUsd(1_500_000_001),
            unpriced: 2,
            latency: Some(Percentiles {
                p50: 900,
                p95: 4_000,
                p99: 6_700,
            }),
        };
        assert_eq!(
            line("2026-11-21", &figures),
            "2026-11-21,8,6,1,0,1,85.71,900,4000,6700,1.500000001,2\r\n"
        );
        assert_eq!(line("x", &Figures::default()), "x,0,0,0,0,0,,,,,0.00,0\r\n");
        assert_eq!(
            head("day").matches(',').count(),
            line("x", &figures).matches(',').count()
        );
    }

    #[test]
    fn a_title_is_no_formula() {
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("@SUM(A1,A2)"), "\"'@SUM(A1,A2)\"");
        assert_eq!(field("Plain - title"), "Plain - title");
    }

    proptest! {
        #[test]
        fn any_title_stays_one_field(title in "\\PC{0,20}[\"\n,]{0,3}\\PC{0,5}") {
            let written = line(&title, &Figures::default());
            let read = first(&written);
            prop_assert!(read == title || read == format!("'{title}"), "{:?} is read as {:?}", title, read);
        }
    }
}
