//! Connections of the provider server: which answer a request gets, and its bytes in the pieces and at the times of its script.

use super::held;
use super::http::{Connection, LAST, Request, chunk, head};
use super::refusal::refusal;
use super::script::Script;
use super::wire::{self, Wire};
use super::{REMEMBERED, Seen, Shared, lock};
use krowoc_shared::execution::Provider;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// An answer that is ready to be sent.
pub(super) struct Ready {
    head: Vec<u8>,
    /// Each written by itself; of a body in chunks, with its frame.
    pieces: Vec<Vec<u8>>,
    /// The answer is complete after the last piece.
    ends: bool,
    script: Script,
}

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut connection = Connection::new(stream);
            while let Ok(Some(request)) = connection.request().await {
                match answer(&mut connection, &shared, request).await {
                    Ok(true) => {}
                    Ok(false) | Err(_) => return,
                }
            }
        });
    }
}

/// Answers one request; false when the connection must be closed.
async fn answer(
    connection: &mut Connection,
    shared: &Arc<Shared>,
    request: Request,
) -> io::Result<bool> {
    let arrived = Instant::now();
    if request.path.starts_with("/control/") {
        let body = control(shared, &request);
        return json_answer(connection, 200, &body).await;
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let Some((wire, model, streaming)) = route(path, &body) else {
        let known = list(path);
        let status = if known.is_some() { 200 } else { 404 };
        let (status, body) = guarded(
            &request,
            status,
            known.unwrap_or_else(|| json!({"error": {"message": "no such path"}})),
        );
        record(shared, request, Value::Null, true);
        return json_answer(connection, status, &body).await;
    };
    let number = record(shared, request, body, false);
    let ready = ready(shared, wire, &model, streaming);
    let sent = send(connection, shared, &ready, arrived).await;
    let ended = matches!(sent, Ok(Sent::Whole));
    let closed = matches!(sent, Err(_) | Ok(Sent::Gone));
    if let Some(number) = number {
        if let Some(seen) = lock(&shared.seen).get_mut(number) {
            seen.finished = ended;
            seen.closed = closed;
        }
        shared.changed.notify_waiters();
    }
    Ok(ended)
}

/// How sending came to its end.
enum Sent {
    /// To the end.
    Whole,
    /// The script broke it off.
    Cut,
    /// The client went away.
    Gone,
}

/// Waits as long as a script asks for. The runtime's timers go by whole milliseconds, and requests that come one after the other would
/// fall into step with them: a bench would measure the step.
async fn think(pause: Duration) {
    let _ = tokio::task::spawn_blocking(move || std::thread::sleep(pause)).await;
}

async fn send(
    connection: &mut Connection,
    shared: &Shared,
    ready: &Ready,
    arrived: Instant,
) -> io::Result<Sent> {
    let script = &ready.script;
    if script.hang {
        connection.gone().await;
        return Ok(Sent::Gone);
    }
    if script.delay > 0 {
        think(Duration::from_millis(script.delay)).await;
    }
    let mut held = script.held.then(|| arrived.elapsed());
    connection.write(&ready.head).await?;
    for (at, piece) in ready.pieces.iter().enumerate() {
        // What opens a stream and its first word come together, and the next request finds nobody asleep.
        if script.pause > 0 && at > 1 {
            tokio::time::sleep(Duration::from_millis(script.pause)).await;
        }
        if script.stall == Some(at) {
            connection.gone().await;
            return Ok(Sent::Gone);
        }
        if script.gate {
            tokio::select! {
                permit = shared.gate.acquire() => {
                    if let Ok(permit) = permit {
                        permit.forget();
                    }
                }
                () = connection.gone() => return Ok(Sent::Gone),
            }
        }
        match held.and_then(|held| held::stamped(piece, held)) {
            Some(stamped) => {
                held = None;
                connection.write(&stamped).await?;
            }
            None => connection.write(piece).await?,
        }
    }
    Ok(if ready.ends { Sent::Whole } else { Sent::Cut })
}

async fn json_answer(connection: &mut Connection, status: u16, body: &Value) -> io::Result<bool> {
    let body = body.to_string().into_bytes();
    let mut bytes = head(status, "application/json", &[], Some(body.len()));
    bytes.extend(body);
    connection.write(&bytes).await?;
    Ok(true)
}

/// Keeps a request, and gives its place.
fn record(shared: &Shared, request: Request, body: Value, finished: bool) -> Option<usize> {
    let mut seen = lock(&shared.seen);
    if !shared.records || seen.len() >= REMEMBERED {
        return None;
    }
    seen.push(Seen {
        method: request.method,
        path: request.path,
        headers: request.headers,
        body,
        finished,
        closed: false,
    });
    let place = seen.len() - 1;
    drop(seen);
    shared.changed.notify_waiters();
    Some(place)
}

/// `/control/script`, `/control/open`, `/control/requests`: what a test in another process can do.
fn control(shared: &Shared, request: &Request) -> Value {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    match request.path.as_str() {
        "/control/script" => {
            if let (Some(model), Some(script)) = (body["model"].as_str(), body["script"].as_str()) {
                shared.script(model, script);
            }
            json!({})
        }
        "/control/open" => {
            let frames = body["frames"].as_u64().unwrap_or(1);
            shared
                .gate
                .add_permits(usize::try_from(frames).unwrap_or(1));
            json!({})
        }
        _ => {
            let seen = lock(&shared.seen);
            let shown = seen.iter().map(|seen| {
                json!({"method": seen.method, "path": seen.path, "headers": seen.headers, "body": seen.body, "finished": seen.finished, "closed": seen.closed})
            });
            json!({"requests": shown.collect::<Vec<_>>()})
        }
    }
}

/// Wire format, model and streaming of a request to a model.
fn route(path: &str, body: &Value) -> Option<(Wire, String, bool)> {
    let model = || body["model"].as_str().unwrap_or_default().to_owned();
    let streams = body["stream"].as_bool();
    if let Some((_, last)) = path.rsplit_once("/models/") {
        let (model, verb) = last.rsplit_once(':')?;
        return Some((
            Wire::Gemini,
            model.to_owned(),
            verb == "streamGenerateContent",
        ));
    }
    if path.ends_with("/chat/completions") {
        let first = path.trim_start_matches('/').split('/').next()?;
        let provider = Provider::parse(first).unwrap_or(Provider::Openai);
        return Some((Wire::Chat(provider), model(), streams.unwrap_or(false)));
    }
    let wire = match path.rsplit('/').next()? {
        "responses" => Wire::Responses,
        "messages" => Wire::Anthropic,
        "chat" => return Some((Wire::Ollama, model(), streams.unwrap_or(true))),
        _ => return None,
    };
    Some((wire, model(), streams.unwrap_or(false)))
}

/// The answer to a list of models, or to what OpenRouter says of a key.
fn list(path: &str) -> Option<Value> {
    if path.ends_with("/key") {
        return Some(json!({"data": {"label": "k", "usage": 0, "limit": null}}));
    }
    if path.ends_with("/api/tags") {
        return Some(wire::models(Wire::Ollama));
    }
    let is_gemini = path.starts_with("/gemini/");
    path.ends_with("/models").then(|| {
        wire::models(if is_gemini {
            Wire::Gemini
        } else {
            Wire::Responses
        })
    })
}

/// A key that is called wrong is refused.
fn guarded(request: &Request, status: u16, body: Value) -> (u16, Value) {
    let names = ["authorization", "x-api-key", "x-goog-api-key"];
    let wrong = names
        .iter()
        .filter_map(|name| request.headers.get(*name))
        .any(|key| key.ends_with("wrong"));
    if wrong {
        (
            401,
            json!({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}}),
        )
    } else {
        (status, body)
    }
}

/// The answer of a model's name; made once, for a bench asks for the same thing again and again.
fn ready(shared: &Shared, wire: Wire, model: &str, streaming: bool) -> Arc<Ready> {
    let named = lock(&shared.scripts).get(model).cloned();
    let mut script = Script::parse(named.as_deref().unwrap_or(model));
    if script.times > 0 {
        let mut counts = lock(&shared.counts);
        let count = counts.entry(model.to_owned()).or_default();
        *count += 1;
        if *count > script.times {
            (script.status, script.quota) = (None, false);
        }
        return Arc::new(make(wire, model, script, streaming));
    }
    let key = (wire, model.to_owned(), streaming);
    let mut answers = lock(&shared.answers);
    if let Some(ready) = answers.get(&key) {
        return Arc::clone(ready);
    }
    if answers.len() > 200 {
        answers.clear();
    }
    let ready = Arc::new(make(wire, model, script, streaming));
    answers.insert(key, Arc::clone(&ready));
    ready
}

fn make(wire: Wire, model: &str, script: Script, streaming: bool) -> Ready {
    if let Some(refusal) = refusal(wire, &script) {
        let body = refusal.body.to_string().into_bytes();
        return Ready {
            head: head(
                refusal.status,
                "application/json",
                &refusal.headers,
                Some(body.len()),
            ),
            pieces: vec![body],
            ends: true,
            script,
        };
    }
    let limits = [
        ("x-ratelimit-limit-requests", "60".to_owned()),
        ("x-ratelimit-remaining-requests", "59".to_owned()),
        ("x-ratelimit-reset-requests", "1s".to_owned()),
    ];
    if !streaming {
        let mut body = wire::whole(wire, model, &script);
        let head = head(200, "application/json", &limits, Some(body.len()));
        let cut = script.cut.filter(|cut| *cut < body.len());
        body.truncate(cut.unwrap_or(body.len()));
        return Ready {
            head,
            pieces: vec![body],
            ends: cut.is_none(),
            script,
        };
    }
    let stream = wire::stream(wire, model, &script);
    let mut frames = stream.frames;
    let all: usize = frames.iter().map(Vec::len).sum();
    let most = script.cut.or(script.short).filter(|most| *most < all);
    if let Some(most) = most {
        frames = shortened(frames, most);
    }
    if script.bytes {
        frames = frames.concat().into_iter().map(|byte| vec![byte]).collect();
    }
    let mut pieces: Vec<Vec<u8>> = frames.iter().map(|frame| chunk(frame)).collect();
    let ends = script.cut.is_none() || most.is_none();
    if ends {
        match pieces.last_mut() {
            // With the last frame, as servers write it.
            Some(last) => last.extend_from_slice(LAST),
            None => pieces.push(LAST.to_vec()),
        }
    }
    Ready {
        head: head(200, wire.stream_type(), &limits, None),
        pieces,
        ends,
        script,
    }
}

/// The first bytes of the frames.
fn shortened(frames: Vec<Vec<u8>>, most: usize) -> Vec<Vec<u8>> {
    let mut left = most;
    let mut out = Vec::new();
    for mut frame in frames {
        if left == 0 {
            break;
        }
        frame.truncate(left);
        left -= frame.len();
        out.push(frame);
    }
    out
}
