//! What one request may ask for at most: how deep, how much, how many operations at once. Judged before anything is executed, and not
//! the rights of the caller.
//!
//! The cost of a field is 1 and that of what is selected in it, once for each item of a list: of a page as many as `first` says, of
//! other lists ten. An operation of the API costs 20 more.

use super::model::{Kind, Model, Type};
use super::operation::{Answer, FIRST, Operation};
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as Given;
use std::collections::HashMap;

/// Longest text of a query, in bytes. Texts of documents belong in variables, which may be longer.
pub const QUERY_BYTES: usize = 64 * 1024;
/// Most brackets inside one another.
const BRACKETS: usize = 48;
/// Most selections inside one another.
pub const DEPTH: usize = 12;
/// Most selections inside one another when the schema is asked for.
const SCHEMA_DEPTH: usize = 20;
/// Most selections, those of fragments each time that they are used.
const SELECTIONS: usize = 1_000;
/// Most operations of the API in one request, under other names or the same one again.
pub const OPERATIONS: usize = 20;
/// The largest cost.
pub const COST: u64 = 20_000;
/// What an operation of the API costs.
const CALL: u64 = 20;
/// Items of a page when `first` is absent.
const PAGE: u64 = 50;
/// Items of a list that is no page.
const ITEMS: u64 = 10;
/// Lists of the schema, each of which may be met once on the way to a selection.
const SCHEMA_LISTS: [&str; 8] = [
    "types",
    "fields",
    "args",
    "inputFields",
    "interfaces",
    "possibleTypes",
    "enumValues",
    "directives",
];

/// A field as far as its cost goes.
#[derive(Clone, Debug)]
struct Costed {
    /// The object that it is, or that its items are.
    object: Option<String>,
    list: bool,
    page: bool,
}

impl Costed {
    fn of(of: &Type, page: bool) -> Self {
        let list = matches!(of.kind, Kind::List(_));
        Self {
            object: object(of).map(str::to_owned),
            list,
            page,
        }
    }
}

fn object(of: &Type) -> Option<&str> {
    match &of.kind {
        Kind::Object(name) => Some(name),
        Kind::List(items) => object(items),
        Kind::Scalar(_) | Kind::Enum(_) => None,
    }
}

/// The fields of each type.
#[derive(Clone, Debug, Default)]
pub struct Limits(HashMap<String, HashMap<String, Costed>>);

/// A request in view of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether it is read as a stream of events.
    pub is_subscription: bool,
    /// Whether it asks for the schema.
    pub asks_schema: bool,
}

impl Limits {
    /// Of the objects of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let objects = model.objects.iter().map(|(name, object)| {
            let fields = object.fields.iter();
            let fields = fields.map(|it| (it.name.clone(), Costed::of(&it.of, false)));
            (name.clone(), fields.collect())
        });
        Self(objects.collect())
    }

    /// Adds a field of a root.
    pub fn add(&mut self, root: &str, field: &str, operation: &Operation) {
        let page = operation.parameters.iter().any(|it| it.name == FIRST);
        let costed = match &operation.answer {
            Answer::Value(of) | Answer::Events(of) => Costed::of(of, page),
            Answer::Done => Costed {
                object: None,
                list: false,
                page,
            },
        };
        let root = self.0.entry(root.to_owned()).or_default();
        root.insert(field.to_owned(), costed);
    }

    /// Judges the operation that is asked for.
    ///
    /// # Errors
    /// A sentence that says which limit it is over.
    pub fn judge(
        &self,
        document: &ExecutableDocument,
        name: Option<&str>,
        variables: &Variables,
    ) -> Result<Judged, String> {
        let mut all = document.operations.iter();
        let found = all.find(|(known, _)| name.is_none() || known.map(|it| it.as_str()) == name);
        let Some((_, operation)) = found else {
            // The executor says that there is none.
            return Ok(Judged {
                is_subscription: false,
                asks_schema: false,
            });
        };
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut judge = Judge {
            limits: self,
            document,
            operation: &operation.node,
            variables,
            selections: 0,
            roots: 0,
            asks_schema: false,
        };
        let set = &operation.node.selection_set.node;
        let cost = judge.set(set, Some(root), 0, &Way::Root)?;
        let is_subscription = operation.node.ty == OperationType::Subscription;
        if is_subscription && judge.roots != 1 {
            return Err("A subscription has one field.".to_owned());
        }
        if cost > COST {
            return Err(format!(
                "The request costs {cost} points, and may cost {COST}. Ask for fewer items or fewer fields."
            ));
        }
        Ok(Judged {
            is_subscription,
            asks_schema: judge.asks_schema,
        })
    }
}

/// How a selection is reached.
enum Way<'a> {
    Root,
    Page,
    Inside,
    Schema(Vec<&'a str>),
}

struct Judge<'a> {
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    selections: usize,
    roots: usize,
    asks_schema: bool,
}

impl<'a> Judge<'a> {
    fn set(
        &mut self,
        set: &'a SelectionSet,
        of: Option<&str>,
        depth: usize,
        way: &Way<'a>,
    ) -> Result<u64, String> {
        let mut cost = 0_u64;
        for selection in &set.items {
            self.selections = self.selections.saturating_add(1);
            if self.selections > SELECTIONS {
                return Err(format!(
                    "Select at most {SELECTIONS} fields in one request."
                ));
            }
            let more = match &selection.node {
                Selection::Field(field) => self.field(field, of, depth, way)?,
                Selection::InlineFragment(inline) => {
                    self.set(&inline.node.selection_set.node, of, depth, way)?
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.document.fragments.get(name) {
                        // One that is in itself adds selections until there are too many.
                        Some(found) => self.set(&found.node.selection_set.node, of, depth, way)?,
                        None => 0,
                    }
                }
            };
            cost = cost.saturating_add(more);
        }
        Ok(cost)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        of: Option<&str>,
        depth: usize,
        way: &Way<'a>,
    ) -> Result<u64, String> {
        let field = &field.node;
        let name = field.name.node.as_str();
        let depth = depth.saturating_add(1);
        let of_schema = matches!(name, "__schema" | "__type") || matches!(way, Way::Schema(_));
        let most = if of_schema { SCHEMA_DEPTH } else { DEPTH };
        if depth > most {
            return Err(format!("Select at most {most} levels inside one another."));
        }
        let set = &field.selection_set.node;
        if of_schema {
            return self.schema(set, name, depth, way);
        }
        let root = matches!(way, Way::Root);
        if root && name != "__typename" {
            self.roots = self.roots.saturating_add(1);
            if self.roots > OPERATIONS {
                return Err(format!(
                    "Ask for at most {OPERATIONS} things in one request."
                ));
            }
        }
        let costed = of.and_then(|of| self.limits.0.get(of)?.get(name)).cloned();
        let (inside, times) = match &costed {
            Some(it) if it.page => (Way::Page, self.first(field)),
            // The items of a page are counted by its `first`.
            Some(it) if it.list && matches!(way, Way::Page) => (Way::Inside, 1),
            Some(it) if it.list => (Way::Inside, ITEMS),
            _ => (Way::Inside, 1),
        };
        let object = costed.and_then(|it| it.object);
        let within = self.set(set, object.as_deref(), depth, &inside)?;
        let own = if root { CALL } else { 0 };
        Ok(within
            .saturating_mul(times)
            .saturating_add(own)
            .saturating_add(1))
    }

    /// A part of the schema: lists of lists of the same would be larger than anybody needs.
    fn schema(
        &mut self,
        set: &'a SelectionSet,
        name: &'a str,
        depth: usize,
        way: &Way<'a>,
    ) -> Result<u64, String> {
        self.asks_schema = true;
        let mut met = match way {
            Way::Schema(met) => met.clone(),
            _ => Vec::new(),
        };
        if SCHEMA_LISTS.contains(&name) {
            if met.contains(&name) {
                return Err(format!("Ask for `{name}` of the schema once on each way."));
            }
            met.push(name);
        }
        let within = self.set(set, None, depth, &Way::Schema(met))?;
        Ok(within.saturating_add(1))
    }

    /// How many items a page has at most.
    fn first(&self, field: &Field) -> u64 {
        let given = match field.get_argument(FIRST).map(|it| &it.node) {
            Some(Given::Variable(name)) => self.variable(name),
            Some(Given::Number(number)) => number.as_u64(),
            _ => None,
        };
        given.unwrap_or(PAGE).clamp(1, 1_000)
    }

    fn variable(&self, name: &Name) -> Option<u64> {
        let mut defined = self.operation.variable_definitions.iter();
        let usual = || {
            let found = defined.find(|it| it.node.name.node == *name)?;
            found.node.default_value()
        };
        match self.variables.get(name).or_else(usual) {
            Some(Value::Number(number)) => number.as_u64(),
            _ => None,
        }
    }
}

/// Checks a query before it is parsed, which takes more stack with each bracket.
///
/// # Errors
/// A sentence that says which limit it is over.
pub fn readable(query: &str) -> Result<(), String> {
    if query.len() > QUERY_BYTES {
        let most = QUERY_BYTES / 1024;
        return Err(format!(
            "Write a query of at most {most} kB. Texts belong in variables."
        ));
    }
    if brackets(query) > BRACKETS {
        return Err(format!(
            "Put at most {BRACKETS} brackets inside one another."
        ));
    }
    Ok(())
}

/// How many brackets stand inside one another, outside texts and comments.
fn brackets(query: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    let mut rest = query;
    while let Some(letter) = rest.chars().next() {
        let end = match letter {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => literal(rest),
            _ => letter.len_utf8(),
        };
        match letter {
            '{' | '[' | '(' => open = open.saturating_add(1),
            '}' | ']' | ')' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
        rest = rest.get(end..).unwrap_or_default();
    }
    most
}

/// The length of the text that begins here.
fn literal(rest: &str) -> usize {
    let (quote, skipped) = match rest.starts_with("\"\"\"") {
        true => ("\"\"\"", "\\\"\"\""),
        false => ("\"", "\\"),
    };
    let mut at = quote.len();
    while let Some(now) = rest.get(at..).filter(|now| !now.is_empty()) {
        if now.starts_with(quote) {
            return at.saturating_add(quote.len());
        }
        let escaped = now.starts_with(skipped);
        let step = now.chars().next().map_or(1, char::len_utf8);
        at = at.saturating_add(step);
        if escaped {
            // What follows the backslash ends nothing.
            let more = match quote.len() {
                1 => now.chars().nth(1).map_or(0, char::len_utf8),
                _ => quote.len(),
            };
            at = at.saturating_add(more);
        }
    }
    rest.len()
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
