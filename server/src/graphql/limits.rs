//! What one request may ask for at most: how deep, how much, how many operations at once. Judged before anything is executed, and not
//! the rights of the caller. The selections themselves are walked in `judge`.

use super::judge::Judge;
use super::model::{Kind, Model, Type};
use super::operation::{Answer, FIRST, Operation};
use super::table::PAGES;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::{Name, Positioned, Variables};
use std::collections::{HashMap, HashSet};

/// Most operations of the API in one request, under other names or the same one again.
pub const OPERATIONS: usize = 20;
/// The largest cost.
pub const COST: u64 = 20_000;
/// Items of a page when `first` is absent, for fields that the table does not name.
const PAGE: u64 = 50;

/// A field as far as its cost goes.
#[derive(Clone, Debug)]
pub struct Costed {
    /// The object that it is, or that its items are.
    pub object: Option<String>,
    /// Whether it is a list.
    pub list: bool,
    /// Of a page: how many items it has when `first` is absent.
    pub page: Option<u64>,
}

impl Costed {
    fn of(of: &Type, page: Option<u64>) -> Self {
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

/// The fields of each type, and the types that there are.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    fields: HashMap<String, HashMap<String, Costed>>,
    types: HashSet<String>,
}

/// A request in view of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether it is read as a stream of events.
    pub is_subscription: bool,
    /// Whether it changes nothing and is over at once: a query.
    pub is_query: bool,
    /// Whether it asks for the schema.
    pub asks_schema: bool,
}

impl Limits {
    /// Of the objects of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let objects = model.objects.iter().map(|(name, object)| {
            let fields = object.fields.iter();
            let fields = fields.map(|it| (it.name.clone(), Costed::of(&it.of, None)));
            (name.clone(), fields.collect())
        });
        Self {
            fields: objects.collect(),
            types: HashSet::new(),
        }
    }

    /// Adds a field of a root.
    pub fn add(&mut self, root: &str, field: &str, operation: &Operation) {
        let paged = operation.parameters.iter().any(|it| it.name == FIRST);
        let usual = PAGES.iter().find(|(name, _)| *name == field);
        let page = paged.then(|| usual.map_or(PAGE, |(_, items)| *items));
        let costed = match &operation.answer {
            Answer::Value(of) | Answer::Events(of) => Costed::of(of, page),
            Answer::Done => Costed {
                object: None,
                list: false,
                page,
            },
        };
        let root = self.fields.entry(root.to_owned()).or_default();
        root.insert(field.to_owned(), costed);
    }

    /// Adds the names of the types that a variable may be of: the executor trusts that there is no other.
    pub fn know(&mut self, types: impl Iterator<Item = String>) {
        self.types.extend(types);
    }

    /// Whether there is a type of this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    /// A field of a type.
    #[must_use]
    pub fn field(&self, of: &str, name: &str) -> Option<&Costed> {
        self.fields.get(of)?.get(name)
    }

    /// Judges the operation that is asked for. The document that comes back holds it alone, with the fragments that it uses: the
    /// executor looks at all that it is given, and the rest was not judged.
    ///
    /// # Errors
    /// A sentence that says which limit it is over, or which operation there is not.
    pub fn judge(
        &self,
        document: ExecutableDocument,
        name: Option<&str>,
        variables: &Variables,
    ) -> Result<(ExecutableDocument, Judged), String> {
        let mut fragments = document.fragments;
        let operation = chosen(document.operations, name)?;
        let kind = operation.node.ty;
        let is_subscription = kind == OperationType::Subscription;
        let root = match kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let judge = Judge::new(self, &fragments, &operation.node, variables);
        let found = judge.whole(root)?;
        if is_subscription && found.roots != 1 {
            return Err("A subscription has one field.".to_owned());
        }
        if found.cost > COST {
            return Err(format!(
                "The request costs {} points, and may cost {COST}. Ask for fewer items or fewer fields.",
                found.cost
            ));
        }
        let judged = Judged {
            is_subscription,
            is_query: kind == OperationType::Query,
            asks_schema: found.asks_schema,
        };
        let reached = found.reached;
        fragments.retain(|name, _| reached.contains(name));
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(operation),
            fragments,
        };
        Ok((document, judged))
    }
}

/// The operation of this name, or the only one.
fn chosen(
    all: DocumentOperations,
    name: Option<&str>,
) -> Result<Positioned<OperationDefinition>, String> {
    let (found, why) = match (all, name) {
        (DocumentOperations::Single(only), None) => return Ok(only),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            (all.into_values().next(), "")
        }
        (DocumentOperations::Multiple(mut all), Some(name)) => (
            all.remove(&Name::new(name)),
            "The query has no operation of the name in `operationName`.",
        ),
        (DocumentOperations::Single(_), Some(_)) => (
            None,
            "The operation of the query has no name: leave `operationName` out.",
        ),
        (DocumentOperations::Multiple(_), None) => (
            None,
            "Say in `operationName` which operation of the query is executed.",
        ),
    };
    found.ok_or_else(|| why.to_owned())
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
