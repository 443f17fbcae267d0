//! Figures as files of CSV, and how many lines there are at most of what has no end. Not the counting.

use super::query::written;
use actix_web::HttpResponse;
use krowoc_shared::dashboards::wire::{ModelFigures, PersonFigures, Point, PromptFigures};
use krowoc_shared::dashboards::{Span, csv};

/// Most models of an answer.
pub(super) const MODELS: usize = 50;
/// Most prompts of an answer.
pub(super) const PROMPTS: usize = 10;
/// Most lines of a file of models or prompts.
pub(super) const LINES: usize = 1_000;

/// The hours or days of a span.
pub(super) fn by_time(points: &[Point], span: Span) -> String {
    let line = |point: &Point| csv::line(&written(point.at, span), &point.figures);
    let lines = points.iter().map(line);
    std::iter::once(csv::head("from_utc"))
        .chain(lines)
        .collect()
}

/// Models.
pub(super) fn by_model(rows: &[ModelFigures]) -> String {
    let lines = rows.iter().map(|row| csv::line(&row.model, &row.figures));
    std::iter::once(csv::head("model")).chain(lines).collect()
}

/// Prompts; texts of one's own have a line of their own.
pub(super) fn by_prompt(rows: &[PromptFigures]) -> String {
    let lines = rows.iter().map(|row| {
        let title = if row.prompt.is_none() {
            "(no prompt)"
        } else {
            row.title.as_str()
        };
        csv::line(title, &row.figures)
    });
    std::iter::once(csv::head("prompt")).chain(lines).collect()
}

/// Members of a team.
pub(super) fn by_member(rows: &[PersonFigures]) -> String {
    let lines = rows.iter().map(|row| csv::line(&row.email, &row.figures));
    std::iter::once(csv::head("member")).chain(lines).collect()
}

/// A file whose name tells what its lines are, and of which span.
pub(super) fn answer(name: &str, span: Span, text: String) -> HttpResponse {
    let (from, to) = (
        written(span.from, span),
        written(span.to.saturating_sub(1), span),
    );
    let file = format!("krowoc-{name}-{from}-{to}.csv").replace(':', "");
    let disposition = format!("attachment; filename=\"{file}\"");
    HttpResponse::Ok()
        .content_type(csv::MEDIA_TYPE)
        .insert_header(("content-disposition", disposition))
        .body(text)
}
