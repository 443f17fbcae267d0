//! Prompts as templates: placeholders, typed variables, foreign placeholders, token estimates. Not their execution.
//!
//! # Syntax
//! - `{{name}}` is a placeholder, `{{name:default}}` one with a default. Blanks around name and default do not count.
//! - A name has 1 to 64 characters: letters of any script with their marks, digits, `_`, `-`, and single blanks inside
//!   (`{{Jersey Team Name}}`). It is case-sensitive. No line end.
//! - A default may hold line ends. In it `\}`, `\{` and `\\` stand for `}`, `{` and `\`: a literal `}}` is `\}}` or `\}\}`.
//! - Of three or more opening braces the last two open: `{{{name}}}` is a placeholder between single braces, as in JSON.
//! - `\{{` is two literal braces: a backslash before a run of two or more braces makes the whole run literal. A backslash
//!   before a placeholder is written twice. Everywhere else a backslash, `{`, `}` and `}}` are ordinary text.
//! - Values are put in as they are: a `{{…}}` inside a value is never read.

pub mod convert;
pub mod estimate;
mod fill;
mod notation;
mod parser;
pub mod recognise;
pub mod render;
pub mod template;
pub mod variable;

pub use convert::convert;
pub use estimate::estimate_tokens;
pub use fill::{FillError, asked, fill};
pub use recognise::{Confidence, Occurrence, Proposal, Style, recognise};
pub use render::{MissingValue, RenderError};
pub use template::{
    Analysis, FoundVariable, Segment, Span, Template, TemplateError, TemplateErrorKind, analyse,
    escape, is_name, parse,
};
pub use variable::{
    Merged, Variable, VariableError, VariableErrorKind, VariableKind, merge, resolve,
};
