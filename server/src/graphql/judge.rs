//! The walk through one operation that measures it: selections, arguments, what variables carry, cost. It takes time in proportion to
//! what it counts, and stops at the first limit. Not the choice of the operation.
//!
//! The cost of a field is 1 and that of what is selected in it, once for each item of a list: of a page as many as `first` says, of
//! other lists ten. An operation of the API costs 20 more.

use super::limits::{Costed, Limits, OPERATIONS};
use super::operation::FIRST;
use async_graphql::parser::types::{
    BaseType, Directive, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    Type,
};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as Given;
use std::collections::{HashMap, HashSet};

/// Most selections inside one another.
pub const DEPTH: usize = 12;
/// Most selections inside one another when the schema is asked for.
const SCHEMA_DEPTH: usize = 20;
/// Most selections, those of fragments each time that they are used.
const SELECTIONS: usize = 1_000;
/// Most arguments of one field or directive.
const ARGUMENTS: usize = 32;
/// Most directives in one place.
const DIRECTIVES: usize = 4;
/// Most values in arguments, those of lists and objects one by one, and of fragments each time that they are used.
const VALUES: usize = 10_000;
/// Most variables that an operation defines.
const VARIABLES: usize = 100;
/// Longest name, in bytes. Names are repeated in errors and in paths.
const NAME: usize = 100;
/// What variables may hold in all, in bytes, once for each use: each use is a copy.
const CARRIED: u64 = 4 * 1024 * 1024;
/// What an operation of the API costs.
const CALL: u64 = 20;
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

/// What was found in an operation.
#[derive(Debug)]
pub struct Found {
    /// What it costs.
    pub cost: u64,
    /// How many fields of the root it asks for.
    pub roots: usize,
    /// Whether it asks for the schema.
    pub asks_schema: bool,
    /// The fragments that it uses.
    pub reached: HashSet<Name>,
}

/// How a selection is reached.
enum Way<'a> {
    Root,
    Page,
    Inside,
    Schema(Vec<&'a str>),
}

/// An operation under judgement.
pub struct Judge<'a> {
    limits: &'a Limits,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// What each variable holds, in bytes, as far as it was used.
    sizes: HashMap<&'a str, u64>,
    /// Response keys of the root.
    keys: HashSet<&'a str>,
    reached: HashSet<Name>,
    selections: usize,
    roots: usize,
    values: usize,
    carried: u64,
    asks_schema: bool,
}

impl<'a> Judge<'a> {
    /// Of an operation and the fragments beside it.
    #[must_use]
    pub fn new(
        limits: &'a Limits,
        fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
        operation: &'a OperationDefinition,
        variables: &'a Variables,
    ) -> Self {
        Self {
            limits,
            fragments,
            operation,
            variables,
            sizes: HashMap::new(),
            keys: HashSet::new(),
            reached: HashSet::new(),
            selections: 0,
            roots: 0,
            values: 0,
            carried: 0,
            asks_schema: false,
        }
    }

    /// Walks all of it, from the root of this name.
    ///
    /// # Errors
    /// A sentence that says which limit it is over.
    pub fn whole(mut self, root: &str) -> Result<Found, String> {
        self.definitions()?;
        let set = &self.operation.selection_set.node;
        let fields = |it: &Positioned<Selection>| matches!(it.node, Selection::Field(_));
        if root == "Subscription" && !set.items.iter().all(fields) {
            return Err("A subscription names its field itself, not in a fragment.".to_owned());
        }
        let cost = self.set(set, Some(root), 0, &Way::Root)?;
        Ok(Found {
            cost,
            roots: self.roots,
            asks_schema: self.asks_schema,
            reached: self.reached,
        })
    }

    fn definitions(&mut self) -> Result<(), String> {
        let all = &self.operation.variable_definitions;
        if all.len() > VARIABLES {
            return Err(format!("Define at most {VARIABLES} variables."));
        }
        for definition in all {
            let definition = &definition.node;
            short(&definition.name.node)?;
            let of = base(&definition.var_type.node);
            short(of)?;
            if !self.limits.knows(of) {
                return Err(format!("There is no type `{of}`."));
            }
            self.directives(&definition.directives)?;
        }
        self.directives(&self.operation.directives)
    }

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
            self.directives(selection.node.directives())?;
            let more = match &selection.node {
                Selection::Field(field) => self.field(field, of, depth, way)?,
                Selection::InlineFragment(inline) => {
                    self.set(&inline.node.selection_set.node, of, depth, way)?
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.fragments.get(name) {
                        // One that is in itself adds selections until there are too many.
                        Some(found) => {
                            self.reached.insert(name.clone());
                            self.directives(&found.node.directives)?;
                            self.set(&found.node.selection_set.node, of, depth, way)?
                        }
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
        short(name)?;
        short(&field.response_key().node)?;
        self.arguments(&field.arguments)?;
        let depth = depth.saturating_add(1);
        let of_schema = matches!(name, "__schema" | "__type") || matches!(way, Way::Schema(_));
        let most = if of_schema { SCHEMA_DEPTH } else { DEPTH };
        if depth > most {
            return Err(format!("Select at most {most} levels inside one another."));
        }
        let own = match way {
            Way::Root if name != "__typename" => {
                self.root(&field.response_key().node)?;
                CALL
            }
            _ => 0,
        };
        let set = &field.selection_set.node;
        let within = if of_schema {
            self.schema(set, name, depth, way)?
        } else {
            let limits = self.limits;
            let costed = of.and_then(|of| limits.field(of, name));
            let (inside, times) = self.inside(field, costed, way);
            let object = costed.and_then(|it| it.object.as_deref());
            let within = self.set(set, object, depth, &inside)?;
            within.saturating_mul(times)
        };
        Ok(within.saturating_add(own).saturating_add(1))
    }

    /// A field of the root: an operation of the API.
    fn root(&mut self, key: &'a str) -> Result<(), String> {
        self.roots = self.roots.saturating_add(1);
        if self.roots > OPERATIONS {
            return Err(format!(
                "Ask for at most {OPERATIONS} things in one request."
            ));
        }
        // The executor would do both, and show the last.
        match self.keys.insert(key) {
            true => Ok(()),
            false => Err(format!(
                "`{key}` is asked for twice: ask once, or give one of them another name."
            )),
        }
    }

    /// The way to what is selected in a field, and how many times it is there.
    fn inside(&self, field: &Field, costed: Option<&Costed>, way: &Way<'_>) -> (Way<'a>, u64) {
        match costed {
            Some(Costed {
                page: Some(usual), ..
            }) => (Way::Page, self.first(field, *usual)),
            // The items of a page are counted by its `first`.
            Some(it) if it.list && matches!(way, Way::Page) => (Way::Inside, 1),
            Some(it) if it.list => (Way::Inside, ITEMS),
            _ => (Way::Inside, 1),
        }
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
        self.set(set, None, depth, &Way::Schema(met))
    }

    fn directives(&mut self, all: &'a [Positioned<Directive>]) -> Result<(), String> {
        if all.len() > DIRECTIVES {
            return Err(format!(
                "Write at most {DIRECTIVES} directives in one place."
            ));
        }
        for directive in all {
            short(&directive.node.name.node)?;
            self.arguments(&directive.node.arguments)?;
        }
        Ok(())
    }

    fn arguments(
        &mut self,
        all: &'a [(Positioned<Name>, Positioned<Given>)],
    ) -> Result<(), String> {
        if all.len() > ARGUMENTS {
            return Err(format!("Give at most {ARGUMENTS} arguments in one place."));
        }
        let mut names = HashSet::new();
        for (name, value) in all {
            short(&name.node)?;
            if !names.insert(name.node.as_str()) {
                return Err(format!("Give the argument `{}` once.", name.node));
            }
            self.value(&value.node)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Given) -> Result<(), String> {
        self.values = self.values.saturating_add(1);
        if self.values > VALUES {
            return Err(format!(
                "Write at most {VALUES} values in a query. More of them belong in variables."
            ));
        }
        match value {
            Given::Variable(name) => self.carry(name),
            Given::List(items) => items.iter().try_for_each(|it| self.value(it)),
            Given::Object(fields) => fields.values().try_for_each(|it| self.value(it)),
            _ => Ok(()),
        }
    }

    /// Counts a use of a variable.
    fn carry(&mut self, name: &'a Name) -> Result<(), String> {
        let size = match self.sizes.get(name.as_str()) {
            Some(size) => *size,
            None => {
                let size = self.held(name).map_or(0, size);
                self.sizes.insert(name.as_str(), size);
                size
            }
        };
        self.carried = self.carried.saturating_add(size);
        if self.carried > CARRIED {
            let most = CARRIED / 1024 / 1024;
            return Err(format!(
                "What variables hold may come to {most} MiB, counted once for each use of one. Use them less often, or send less at once."
            ));
        }
        Ok(())
    }

    /// How many items a page has at most.
    fn first(&self, field: &Field, usual: u64) -> u64 {
        let given = match field.get_argument(FIRST).map(|it| &it.node) {
            Some(Given::Variable(name)) => match self.held(name) {
                Some(Value::Number(number)) => number.as_u64(),
                _ => None,
            },
            Some(Given::Number(number)) => number.as_u64(),
            _ => None,
        };
        given.unwrap_or(usual).clamp(1, 1_000)
    }

    /// What a variable holds.
    fn held(&self, name: &Name) -> Option<&'a Value> {
        let mut defined = self.operation.variable_definitions.iter();
        let usual = || {
            let found = defined.find(|it| it.node.name.node == *name)?;
            found.node.default_value()
        };
        self.variables.get(name).or_else(usual)
    }
}

/// Refuses a name that is longer than any of the schema.
fn short(name: &str) -> Result<(), String> {
    match name.len() > NAME {
        true => Err(format!("Write names of at most {NAME} letters.")),
        false => Ok(()),
    }
}

/// The type in the lists of a type.
fn base(of: &Type) -> &str {
    let mut of = of;
    loop {
        match &of.base {
            BaseType::Named(name) => return name,
            BaseType::List(items) => of = items,
        }
    }
}

/// How long a value is, in bytes: about as long as its JSON.
fn size(value: &Value) -> u64 {
    const OWN: u64 = 8;
    let long = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX);
    let inside = match value {
        Value::String(text) => long(text),
        Value::Enum(name) => long(name),
        Value::List(items) => items
            .iter()
            .fold(0, |sum: u64, it| sum.saturating_add(size(it))),
        Value::Object(fields) => fields.iter().fold(0, |sum: u64, (name, it)| {
            sum.saturating_add(long(name)).saturating_add(size(it))
        }),
        _ => 0,
    };
    inside.saturating_add(OWN)
}
