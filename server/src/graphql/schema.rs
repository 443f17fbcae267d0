//! The schema that queries are executed on: made of the contract's shapes and of the table of its operations. Not the operations.

use super::inner::Desk;
use super::limits::Limits;
use super::model::{Enum, Field as Shape, JSON, Kind, LONG, Model, Object as Shapes, Reader, Type};
use super::operation::{Answer, INPUT, Operation};
use super::room::Room;
use super::table::{MUTATIONS, QUERIES, SUBSCRIPTIONS, Watched};
use super::{refusal, values};
use actix_web::web::Bytes;
use async_graphql::dynamic::{
    Enum as EnumType, Field, FieldFuture, FieldValue, InputObject, InputValue, Object, Scalar,
    Schema, SchemaBuilder, SchemaError, Subscription, SubscriptionField, SubscriptionFieldFuture,
    TypeRef,
};
use async_graphql::{Error, Value};
use futures_util::stream;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where an event of a stream stands, among what it holds.
const EVENT_ID: &str = "$id";
/// The name of an event, among what it holds.
const EVENT: &str = "event";

/// A schema, with what its requests may cost.
pub struct Made {
    /// The schema.
    pub schema: Schema,
    /// The schema in the language of schemas.
    pub text: Bytes,
    /// The limits.
    pub limits: Limits,
}

/// Makes the schema of an OpenAPI document.
///
/// # Errors
/// When the document lacks an operation of the table, or its shapes make no schema.
pub fn make(document: &Json) -> Result<Made, SchemaError> {
    let mut reader = Reader::new(document);
    let find = |reader: &mut Reader<'_>, id: &str| {
        let found = Operation::find(document, id, reader).map(Arc::new);
        found.ok_or_else(|| SchemaError::from(format!("there is no operation {id}")))
    };
    let mut roots = Vec::new();
    for (root, table) in [("Query", QUERIES), ("Mutation", MUTATIONS)] {
        for (id, field) in table {
            roots.push((root, *field, find(&mut reader, id)?));
        }
    }
    let mut watched = Vec::new();
    for entry in SUBSCRIPTIONS {
        let mut operation = Operation::clone(&*find(&mut reader, entry.operation)?);
        if let Some(shape) = entry.shape {
            let schema = serde_json::json!({"$ref": format!("#/components/schemas/{shape}")});
            operation.answer = Answer::Events(reader.read(&schema, shape));
        }
        watched.push((entry, Arc::new(operation)));
    }
    let mut model = reader.model;
    watched
        .iter()
        .for_each(|(entry, it)| place(&mut model, entry, it));
    let mut limits = Limits::new(&model);
    for (root, field, operation) in &roots {
        limits.add(root, field, operation);
    }
    for (entry, operation) in &watched {
        limits.add("Subscription", entry.field, operation);
    }
    let model = Arc::new(model);
    let mut builder = Schema::build("Query", Some("Mutation"), Some("Subscription"))
        .register(long())
        .register(json());
    let all = roots
        .iter()
        .map(|it| &it.2)
        .chain(watched.iter().map(|it| &it.1));
    builder = shapes(builder, &model, &all.map(AsRef::as_ref).collect::<Vec<_>>());
    for root in ["Query", "Mutation"] {
        let fields = roots.iter().filter(|it| it.0 == root);
        let object = fields.fold(Object::new(root), |object, (_, name, operation)| {
            object.field(call(name, operation, &model))
        });
        builder = builder.register(object);
    }
    let root = watched
        .iter()
        .fold(Subscription::new("Subscription"), |root, (entry, it)| {
            root.field(watch(entry, it, &model))
        });
    let schema = builder.register(root).finish()?;
    limits.know(schema.registry().types.keys().cloned());
    Ok(Made {
        text: schema.sdl().into(),
        schema,
        limits,
    })
}

/// Events of every name say where they stand, so that a reader can go on after them.
fn place(model: &mut Model, entry: &Watched, operation: &Operation) {
    let Answer::Events(Type {
        kind: Kind::Object(name),
        ..
    }) = &operation.answer
    else {
        return;
    };
    if let (None, Some(object)) = (entry.event, model.objects.get_mut(name)) {
        object.fields.push(Shape {
            name: "eventId".to_owned(),
            wire: EVENT_ID.to_owned(),
            of: Type {
                kind: Kind::Scalar("String"),
                null: false,
            },
            about: "Where it stands: `lastEventId` goes on after it.".to_owned(),
        });
    }
}

/// Describes something when there is anything to say.
fn said<T>(it: T, about: &str, describe: impl FnOnce(T, String) -> T) -> T {
    match about {
        "" => it,
        some => describe(it, some.to_owned()),
    }
}

fn long() -> Scalar {
    Scalar::new(LONG)
        .description("A whole number of 64 bits. Times are milliseconds since 1970 UTC, amounts of money nano-dollars.")
        .validator(|value| matches!(value, Value::Number(number) if number.is_i64() || number.is_u64()))
}

fn json() -> Scalar {
    Scalar::new(JSON).description("Anything that JSON can say.")
}

fn named(of: &Type, input: bool) -> TypeRef {
    let bare = match &of.kind {
        Kind::Scalar(name) => TypeRef::named(*name),
        Kind::Enum(name) => TypeRef::named(name.as_str()),
        Kind::Object(name) if input => TypeRef::named(format!("{name}Input")),
        Kind::Object(name) => TypeRef::named(name.as_str()),
        Kind::List(items) => TypeRef::List(Box::new(named(items, input))),
    };
    match of.null {
        true => bare,
        false => TypeRef::NonNull(Box::new(bare)),
    }
}

/// Adds every shape that the operations name, each as what it is used as.
fn shapes(mut builder: SchemaBuilder, model: &Arc<Model>, all: &[&Operation]) -> SchemaBuilder {
    let (mut inputs, mut outputs, mut enums) = Default::default();
    for operation in all {
        for of in operation
            .parameters
            .iter()
            .map(|it| &it.of)
            .chain(&operation.body)
        {
            reach(model, of, &mut inputs, &mut enums);
        }
        if let Answer::Value(of) | Answer::Events(of) = &operation.answer {
            reach(model, of, &mut outputs, &mut enums);
        }
    }
    for name in &enums {
        if let Some(it) = model.enums.get(name) {
            builder = builder.register(enumeration(name, it));
        }
    }
    for name in &inputs {
        if let Some(it) = model.objects.get(name) {
            builder = builder.register(input(name, it));
        }
    }
    for name in &outputs {
        if let Some(it) = model.objects.get(name) {
            builder = builder.register(output(name, it, model));
        }
    }
    builder
}

fn reach(model: &Model, of: &Type, objects: &mut BTreeSet<String>, enums: &mut BTreeSet<String>) {
    match &of.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => reach(model, items, objects, enums),
        Kind::Enum(name) => {
            enums.insert(name.clone());
        }
        Kind::Object(name) => {
            if !objects.insert(name.clone()) {
                return;
            }
            let fields = model.objects.get(name).map(|it| it.fields.as_slice());
            for field in fields.unwrap_or_default() {
                reach(model, &field.of, objects, enums);
            }
        }
    }
}

fn enumeration(name: &str, it: &Enum) -> EnumType {
    let values = it.values.iter().map(|(value, _)| value.as_str());
    values.fold(
        said(EnumType::new(name), &it.about, |it, about| {
            it.description(about)
        }),
        EnumType::item,
    )
}

fn input(name: &str, it: &Shapes) -> InputObject {
    let empty = InputObject::new(format!("{name}Input"));
    let empty = said(empty, &it.about, |it, about| it.description(about));
    it.fields.iter().fold(empty, |object, field| {
        let value = InputValue::new(field.name.as_str(), named(&field.of, true));
        object.field(said(value, &field.about, |it, about| it.description(about)))
    })
}

fn output(name: &str, it: &Shapes, model: &Arc<Model>) -> Object {
    let empty = said(Object::new(name), &it.about, |it, about| {
        it.description(about)
    });
    it.fields.iter().fold(empty, |object, shape| {
        let (model, wire, of) = (Arc::clone(model), shape.wire.clone(), shape.of.clone());
        let field = Field::new(shape.name.as_str(), named(&shape.of, false), move |ctx| {
            let parent = ctx.parent_value.try_downcast_ref::<Json>();
            let key = ctx.item.node.response_key().node.as_str();
            let value = parent.and_then(|parent| {
                let value = parent.get(&wire);
                match ctx.data::<Room>()?.take(key, &of, value) {
                    true => values::shown(&model, &of, value),
                    // Nothing is told of an answer that has no room.
                    false => Ok(None),
                }
            });
            match value {
                Ok(value) => FieldFuture::Value(value),
                Err(error) => {
                    FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(error) })
                }
            }
        });
        object.field(said(field, &shape.about, |it, about| it.description(about)))
    })
}

/// The arguments of an operation.
fn arguments(operation: &Operation) -> Vec<InputValue> {
    let parameters = operation.parameters.iter().map(|it| {
        let value = InputValue::new(it.name.as_str(), named(&it.of, true));
        said(value, &it.about, |it, about| it.description(about))
    });
    let body = operation.body.iter();
    let body = body.map(|of| {
        let value = InputValue::new(INPUT, named(of, true));
        value.description("What is asked for.")
    });
    parameters.chain(body).collect()
}

/// A field that calls an operation. One that fails leaves the others of the request as they are: it is null.
fn call(name: &str, operation: &Arc<Operation>, model: &Arc<Model>) -> Field {
    let of = match &operation.answer {
        Answer::Value(of) | Answer::Events(of) => Type {
            null: true,
            ..of.clone()
        },
        Answer::Done => Type {
            kind: Kind::Scalar("Boolean"),
            null: true,
        },
    };
    let (its, model) = (Arc::clone(operation), Arc::clone(model));
    let answer = of.clone();
    let field = Field::new(name, named(&of, false), move |ctx| {
        let asked = its.asked(&model, &ctx.args);
        let desk = ctx.data::<Desk>().cloned();
        let (its, model, of) = (Arc::clone(&its), Arc::clone(&model), answer.clone());
        // The arguments, which may be large, are not kept for as long as the call lasts.
        let ctx = ctx.ctx;
        FieldFuture::new(async move {
            let shown = match desk?.ask(asked).await {
                Err(problem) => Err(refusal::of(&problem)),
                Ok(_) if its.answer == Answer::Done => Ok(Some(FieldValue::value(true))),
                Ok(value) => values::owned(&model, &of, value),
            };
            // An error that is returned would take the whole answer with it.
            Ok(shown.unwrap_or_else(|error| {
                ctx.add_error(refusal::at(&ctx.field(), error));
                None
            }))
        })
    });
    let field = said(field, &operation.about, |it, about| it.description(about));
    arguments(operation)
        .into_iter()
        .fold(field, Field::argument)
}

/// A field that passes the events of an operation on.
fn watch(
    entry: &'static Watched,
    operation: &Arc<Operation>,
    model: &Arc<Model>,
) -> SubscriptionField {
    let of = match &operation.answer {
        Answer::Value(of) | Answer::Events(of) => of.clone(),
        Answer::Done => Type {
            kind: Kind::Scalar(JSON),
            null: true,
        },
    };
    let of = Type { null: false, ..of };
    let (its, model, answer) = (Arc::clone(operation), Arc::clone(model), of.clone());
    let field = SubscriptionField::new(entry.field, named(&of, false), move |ctx| {
        let asked = its.asked(&model, &ctx.args);
        let (desk, room) = (ctx.data::<Desk>().cloned(), ctx.data::<Room>().cloned());
        let (model, of) = (Arc::clone(&model), answer.clone());
        SubscriptionFieldFuture::new(async move {
            let (events, room) = (desk?.listen(asked), room?);
            Ok(stream::unfold(events, move |mut events| {
                let (model, of, room) = (Arc::clone(&model), of.clone(), room.clone());
                async move {
                    loop {
                        let value = match events.recv().await? {
                            Err(problem) => Err(refusal::of(&problem)),
                            Ok(event) if entry.event.is_some_and(|name| name != event.name) => {
                                continue;
                            }
                            Ok(event) => shown(entry, &model, &of, event),
                        };
                        room.clear();
                        return Some((value, events));
                    }
                }
            }))
        })
    });
    let field = said(field, &operation.about, |it, about| it.description(about));
    arguments(operation)
        .into_iter()
        .fold(field, SubscriptionField::argument)
}

fn shown(
    entry: &Watched,
    model: &Model,
    of: &Type,
    event: super::inner::Event,
) -> Result<FieldValue<'static>, Error> {
    let mut data = event.data;
    if let (None, Some(fields)) = (entry.event, data.as_object_mut()) {
        fields.insert(EVENT.to_owned(), event.name.into());
        fields.insert(EVENT_ID.to_owned(), event.id.into());
    }
    let value = values::owned(model, of, data)?;
    value.ok_or_else(values::unlike)
}
