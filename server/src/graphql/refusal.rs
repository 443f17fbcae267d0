//! Errors as GraphQL has them: the problem of the API in `extensions`, with its code, its field and the correlation id. Not the problems.

use super::inner::correlation;
use super::limits::OPERATIONS;
use async_graphql::{
    Error, ErrorExtensionValues, PathSegment, Response, SelectionField, ServerError, Value,
};
use krowoc_shared::error::{ErrorCode, Problem};

fn extensions(problem: &Problem) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", problem.code.as_str());
    values.set("title", problem.title.as_str());
    values.set("correlationId", problem.correlation_id.as_str());
    if let Some(field) = &problem.field {
        values.set("field", field.as_str());
    }
    if let Some(seconds) = problem.retry_after {
        values.set("retryAfter", Value::from(seconds));
    }
    values
}

/// What an operation refused.
#[must_use]
pub fn of(problem: &Problem) -> Error {
    let sentence = problem.detail.as_ref().unwrap_or(&problem.title);
    Error {
        message: sentence.clone(),
        source: None,
        extensions: Some(extensions(problem)),
    }
}

/// The same, of a field of the root: the others are answered all the same.
#[must_use]
pub fn at(field: &SelectionField<'_>, error: Error) -> ServerError {
    let key = field.alias().unwrap_or(field.name()).to_owned();
    ServerError {
        message: error.message,
        source: None,
        locations: Vec::new(),
        path: vec![PathSegment::Field(key)],
        extensions: error.extensions,
    }
}

/// A request that is not executed, and why.
#[must_use]
pub fn request(code: ErrorCode, why: impl Into<String>) -> Response {
    let mut problem = Problem::new(code);
    problem.correlation_id = correlation();
    let mut error = ServerError::new(why, None);
    error.extensions = Some(extensions(&problem));
    Response::from_errors(vec![error])
}

/// Whether nothing was executed: the request itself is at fault. What an operation refuses has its field's path.
#[must_use]
pub fn is_of_request(response: &Response) -> bool {
    let at_fault = |error: &ServerError| error.path.is_empty() && !is_ours(error);
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(at_fault)
}

/// Whether an error is a fault of the server, not of the caller.
fn is_ours(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|it| it.get("code"));
    let internal = Value::from(ErrorCode::Internal.as_str());
    code == Some(&internal) || error.message.starts_with("internal:")
}

/// Most errors in an answer: one for each operation of the API that it may ask for.
const ERRORS: usize = OPERATIONS;

/// Leaves out what nobody reads of many errors, and gives those of the executor their code: what it finds in a query is the caller's, what it finds in an answer is ours.
pub fn complete(response: &mut Response) {
    response.errors.truncate(ERRORS);
    for error in &mut response.errors {
        let coded = error.extensions.as_ref();
        if coded.is_some_and(|values| values.get("code").is_some()) {
            continue;
        }
        let code = match is_ours(error) {
            true => ErrorCode::Internal,
            false => ErrorCode::InvalidRequest,
        };
        if code == ErrorCode::Internal {
            tracing::error!(error = %error.message, "an answer is not of the schema");
            code.title().clone_into(&mut error.message);
        }
        let mut problem = Problem::new(code);
        problem.correlation_id = correlation();
        error.extensions = Some(extensions(&problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str, path: &[&str]) -> ServerError {
        let mut error = ServerError::new(message, None);
        error.path = path
            .iter()
            .map(|name| PathSegment::Field((*name).to_owned()))
            .collect();
        error
    }

    fn code(error: &ServerError) -> Option<&Value> {
        error.extensions.as_ref()?.get("code")
    }

    #[test]
    fn what_the_executor_finds_in_a_query_is_the_callers() {
        let mut response = Response::from_errors(vec![error("Unknown field", &[])]);
        assert!(is_of_request(&response));
        complete(&mut response);
        assert_eq!(
            code(&response.errors[0]),
            Some(&Value::from("invalid_request"))
        );
        assert_eq!(response.errors[0].message, "Unknown field");
        assert!(is_of_request(&response));
    }

    #[test]
    fn of_many_errors_the_first_are_told() {
        let many = (0..1_000).map(|at| error(&format!("Unknown field {at}"), &[]));
        let mut response = Response::from_errors(many.collect());
        complete(&mut response);
        assert_eq!(response.errors.len(), 20);
        assert_eq!(response.errors[19].message, "Unknown field 19");
    }

    #[test]
    fn what_it_finds_in_an_answer_is_ours_and_told_in_no_detail() {
        let mut response = Response::from_errors(vec![error("internal: secret", &[])]);
        assert!(!is_of_request(&response));
        complete(&mut response);
        assert_eq!(code(&response.errors[0]), Some(&Value::from("internal")));
        assert_eq!(response.errors[0].message, ErrorCode::Internal.title());
        assert!(!is_of_request(&response));
    }

    #[test]
    fn what_an_operation_refuses_is_of_its_field() {
        let mut refused = error("no", &["document"]);
        refused.extensions = of(&Problem::new(ErrorCode::NotFound)).extensions;
        let response = Response::from_errors(vec![refused]);
        assert!(!is_of_request(&response));
        assert_eq!(code(&response.errors[0]), Some(&Value::from("not_found")));
    }
}
