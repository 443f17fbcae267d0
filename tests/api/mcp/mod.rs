//! The door of agents, message by message. That the official client takes it is the suite `sdk`.

mod batches;
mod published;
mod teams;

use krowoc_shared::ids::DocId;
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MODERN: &str = "2026-07-28";

struct Agent {
    app: TestApp,
    alice: Caller,
    program: Caller,
}

impl Agent {
    async fn connect() -> Self {
        let app = TestApp::start().await;
        let alice = app.sign_up("alice@example.org").await;
        let (program, _) = alice.program(&["library:read"]).await;
        Self {
            app,
            alice,
            program,
        }
    }

    async fn keep(&self, kind: &str, set: Value, text: &str) -> DocId {
        let id = krowoc_tests::ops::doc_id();
        let body = json!({"id": id, "kind": kind, "set": set, "tags": ["work"], "body": text});
        self.alice.post("/api/v1/library", body).await.ok();
        id
    }

    async fn prompt(&self, title: &str, text: &str) -> DocId {
        self.keep("prompt", json!({"title": title}), text).await
    }

    /// As a client with a handshake asks.
    async fn ask(&self, method: &str, params: Value) -> Answer {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.program.post("/mcp", body).await
    }

    async fn result(&self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params).await.ok().json::<Value>();
        assert_eq!(
            (&answer["jsonrpc"], &answer["id"]),
            (&json!("2.0"), &json!(1))
        );
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    async fn error(&self, method: &str, params: Value) -> (i64, String) {
        let answer = self.ask(method, params).await.ok().json::<Value>();
        let error = &answer["error"];
        let message = error["message"].as_str().unwrap_or_default();
        (
            error["code"].as_i64().unwrap_or_default(),
            message.to_owned(),
        )
    }

    async fn tool(&self, name: &str, arguments: Value) -> Value {
        let params = json!({"name": name, "arguments": arguments});
        let result = self.result("tools/call", params).await;
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }

    async fn refusal(&self, name: &str, arguments: Value) -> String {
        let params = json!({"name": name, "arguments": arguments});
        let result = self.result("tools/call", params).await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(result.get("structuredContent").is_none());
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// As a client without one asks.
    async fn modern(&self, method: &str, mut params: Value) -> Answer {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let body = json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params});
        let mut request = self
            .program
            .request(Method::POST, "/mcp")
            .header("mcp-protocol-version", MODERN)
            .header("mcp-method", method);
        if let Some(name) = params["name"].as_str() {
            request = request.header("mcp-name", name);
        }
        self.program.send(request.json(&body)).await
    }
}

fn names(list: &Value, of: &str) -> Vec<String> {
    let items = list[of].as_array().unwrap().iter();
    items
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_handshake_agrees_on_a_version_that_both_speak() {
    let agent = Agent::connect().await;
    for (asked, spoken) in [
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2024-11-05", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
    ] {
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let result = agent.result("initialize", params).await;
        assert_eq!(result["protocolVersion"], spoken);
        assert_eq!(result["serverInfo"]["name"], "krowoc");
        assert!(result["capabilities"]["prompts"].is_object());
        assert!(result.get("resultType").is_none());
    }
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let answer = agent.program.post("/mcp", note).await;
    assert_eq!(
        (answer.status, answer.body.len()),
        (StatusCode::ACCEPTED, 0)
    );
    assert_eq!(agent.result("ping", json!({})).await, json!({}));
}

#[tokio::test]
async fn a_request_that_describes_itself_needs_no_handshake() {
    let agent = Agent::connect().await;
    let found = agent
        .modern("server/discover", json!({}))
        .await
        .ok()
        .json::<Value>();
    assert_eq!(found["id"], "a");
    assert_eq!(found["result"]["supportedVersions"][0], MODERN);
    assert_eq!(found["result"]["resultType"], "complete");
    let tools = agent
        .modern("tools/list", json!({}))
        .await
        .ok()
        .json::<Value>();
    assert_eq!(tools["result"]["cacheScope"], "public");
    assert_eq!(
        tools["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "krowoc"
    );
    let ping = agent.modern("ping", json!({})).await;
    assert_eq!(ping.status, StatusCode::NOT_FOUND);
    assert_eq!(ping.json::<Value>()["error"]["code"], -32601);
}

#[tokio::test]
async fn prompts_are_listed_by_name_page_by_page_with_what_they_ask_for() {
    let agent = Agent::connect().await;
    let tone = json!([{"name": "tone", "kind": "choice", "options": ["warm", "dry"], "required": true, "help": "How it sounds."}]);
    let set = json!({"title": "Release notes", "description": "For the blog", "variables": tone});
    agent
        .keep(
            "prompt",
            set,
            "On {{topic}} in a {{tone}} tone, {{length:short}}.",
        )
        .await;
    agent
        .keep("snippet", json!({"title": "No prompt"}), "x")
        .await;
    for at in 0..103 {
        agent.prompt(&format!("Many {at:03}"), "x").await;
    }
    let first = agent.result("prompts/list", json!({})).await;
    assert_eq!(names(&first, "prompts").len(), 100);
    assert_eq!(first["prompts"][0]["name"], "many-000");
    assert!(first.get("ttlMs").is_none());
    let rest = agent
        .result("prompts/list", json!({"cursor": first["nextCursor"]}))
        .await;
    assert_eq!(
        names(&rest, "prompts"),
        ["many-100", "many-101", "many-102", "release-notes"]
    );
    assert!(rest.get("nextCursor").is_none());
    let notes = &rest["prompts"][3];
    assert_eq!(
        (&notes["title"], &notes["description"]),
        (&json!("Release notes"), &json!("For the blog"))
    );
    let asked: Vec<(&Value, &Value)> = notes["arguments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["name"], &it["required"]))
        .collect();
    let expected = [("topic", true), ("tone", true), ("length", false)];
    let expected = expected.map(|(name, required)| (json!(name), json!(required)));
    assert!(
        asked
            .into_iter()
            .eq(expected.iter().map(|(name, required)| (name, required)))
    );
    assert_eq!(
        notes["arguments"][1]["description"],
        "How it sounds. One of: warm, dry."
    );
    let (code, _) = agent.error("prompts/list", json!({"cursor": "***"})).await;
    assert_eq!(code, -32602);
}

#[tokio::test]
async fn a_prompt_is_filled_and_what_does_not_fit_is_told() {
    let agent = Agent::connect().await;
    let set = json!({"title": "Release notes", "execution": {"system": "You write for {{reader:everybody}}."}});
    agent.keep("prompt", set, "Notes on {{topic}}.").await;
    let get = |arguments: Value| json!({"name": "release-notes", "arguments": arguments});
    let done = agent
        .result("prompts/get", get(json!({"topic": "sync {{x}}"})))
        .await;
    let texts: Vec<&str> = done["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["content"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["You write for everybody.", "Notes on sync {{x}}."]);
    let (code, message) = agent.error("prompts/get", get(json!({}))).await;
    assert_eq!(code, -32602);
    assert!(message.contains("topic"), "{message}");
    for (params, of) in [
        (json!({"name": "nothing"}), "prompts/list"),
        (json!({"name": "release-notes@9"}), "version 9"),
        (json!({"name": "release-notes@x"}), "@"),
        (json!({}), "name"),
        (get(json!({"topic": ["a"]})), "texts"),
    ] {
        let (code, message) = agent.error("prompts/get", params.clone()).await;
        assert_eq!(code, -32602, "{params}");
        assert!(message.contains(of), "{message}");
    }
}

#[tokio::test]
async fn an_earlier_version_is_read_by_its_number() {
    let agent = Agent::connect().await;
    let id = agent.prompt("Greeting", "Hello {{name}}").await;
    let before: Value = agent
        .alice
        .get(&format!("/api/v1/library/{id}"))
        .await
        .ok()
        .json();
    let edit = json!({"body": {"base_rev": before["document"]["body"]["rev"], "text": "Good day {{name}}"}});
    agent
        .alice
        .patch(&format!("/api/v1/library/{id}"), edit)
        .await
        .ok();
    let now = agent.tool("get_prompt", json!({"name": "greeting"})).await;
    assert_eq!(
        (&now["text"], &now["version"]),
        (&json!("Good day {{name}}"), &json!(2))
    );
    let then = agent
        .tool("get_prompt", json!({"name": "greeting@1"}))
        .await;
    assert_eq!(
        (&then["text"], &then["version"]),
        (&json!("Hello {{name}}"), &json!(1))
    );
    let by_id = agent
        .tool("get_prompt", json!({"name": id.to_string()}))
        .await;
    assert_eq!(by_id, now);
    let filled = json!({"name": "greeting@1", "variables": {"name": "Ada"}});
    assert_eq!(
        agent.tool("render_prompt", filled).await["text"],
        "Hello Ada"
    );
}

#[tokio::test]
async fn an_agent_searches_reads_and_fills() {
    let agent = Agent::connect().await;
    let set = json!({"title": "Release notes", "description": "For the blog"});
    agent
        .keep("prompt", set, "Notes on {{topic}} as {{count:3}} points")
        .await;
    agent.prompt("Unrelated", "Bake bread").await;
    let snippet = agent
        .keep("snippet", json!({"title": "Notes to self"}), "Buy flour")
        .await;
    let found = agent
        .tool("search_prompts", json!({"query": "notes"}))
        .await;
    assert_eq!(names(&found, "items"), ["release-notes"]);
    assert_eq!(
        (&found["total"], &found["items"][0]["tags"]),
        (&json!(1), &json!(["work"]))
    );
    let all = agent.tool("search_prompts", json!({"limit": 1})).await;
    let more = agent
        .tool("search_prompts", json!({"limit": 1, "cursor": all["next"]}))
        .await;
    assert_eq!(
        [names(&all, "items"), names(&more, "items")].concat(),
        ["unrelated", "release-notes"]
    );
    let snippets = agent
        .tool("search_prompts", json!({"kind": "snippet", "tag": "work"}))
        .await;
    assert_eq!(names(&snippets, "items"), [snippet.to_string()]);
    let read = agent
        .tool("get_prompt", json!({"name": "release-notes"}))
        .await;
    assert_eq!(read["description"], "For the blog");
    assert_eq!(
        read["variables"],
        json!([
            {"name": "topic", "kind": "text", "required": true},
            {"name": "count", "kind": "text", "required": false, "default": "3"},
        ])
    );
    let filled = json!({"name": "release-notes", "variables": {"topic": "sync", "count": 5}});
    assert_eq!(
        agent.tool("render_prompt", filled).await["text"],
        "Notes on sync as 5 points"
    );
}

#[tokio::test]
async fn what_an_agent_gets_wrong_is_a_result_that_says_so() {
    let agent = Agent::connect().await;
    agent.prompt("Greeting", "Hello {{name}}").await;
    for (tool, arguments, of) in [
        ("get_prompt", json!({"name": "nothing"}), "search_prompts"),
        ("get_prompt", json!({}), "name"),
        (
            "get_prompt",
            json!({"name": "greeting", "verison": 1}),
            "it knows name",
        ),
        (
            "render_prompt",
            json!({"name": "greeting"}),
            "name: give a value",
        ),
        ("search_prompts", json!({"limit": 51}), "1 to 50"),
        (
            "search_prompts",
            json!({"kind": "collection"}),
            "prompt or snippet",
        ),
        ("search_prompts", json!({"query": 3}), "text"),
        ("search_prompts", json!({"cursor": "nonsense"}), "next"),
    ] {
        let said = agent.refusal(tool, arguments.clone()).await;
        assert!(said.contains(of), "{tool} {arguments}: {said}");
    }
    let (code, _) = agent
        .error("tools/call", json!({"name": "drop_table"}))
        .await;
    assert_eq!(code, -32602);
    let (code, _) = agent.error("resources/list", json!({})).await;
    assert_eq!(code, -32601);
}

#[tokio::test]
async fn options_of_a_choice_are_completed() {
    let agent = Agent::connect().await;
    let tone = json!([{"name": "tone", "kind": "choice", "options": ["very dry", "dry", "warm"]}]);
    agent
        .keep(
            "prompt",
            json!({"title": "Letter", "variables": tone}),
            "{{tone}} {{to}}",
        )
        .await;
    let complete = |argument: &str, value: &str| {
        let reference = json!({"type": "ref/prompt", "name": "letter"});
        json!({"ref": reference, "argument": {"name": argument, "value": value}})
    };
    let found = agent
        .result("completion/complete", complete("tone", "DR"))
        .await;
    assert_eq!(
        found["completion"],
        json!({"values": ["dry", "very dry"], "total": 2, "hasMore": false})
    );
    let none = agent
        .result("completion/complete", complete("to", ""))
        .await;
    assert_eq!(none["completion"]["values"], json!([]));
    let resource = json!({"ref": {"type": "ref/resource", "uri": "x"}, "argument": {"name": "a", "value": ""}});
    assert_eq!(agent.error("completion/complete", resource).await.0, -32602);
}

#[tokio::test]
async fn nobody_reads_without_a_token_that_may_read_the_library() {
    let agent = Agent::connect().await;
    agent.prompt("Secret", "of Alice").await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list"});
    let anonymous = Caller::new(agent.app.address)
        .post("/mcp", list.clone())
        .await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
    assert_eq!(anonymous.header("www-authenticate"), "Bearer");
    assert_eq!(anonymous.problem().status, 401);
    let cookie = agent.alice.post("/mcp", list.clone()).await;
    assert_eq!(cookie.status, StatusCode::UNAUTHORIZED);
    let (runs, _) = agent.alice.program(&["executions"]).await;
    assert_eq!(
        runs.post("/mcp", list.clone()).await.status,
        StatusCode::FORBIDDEN
    );
    let bob = agent.app.sign_up("bob@example.org").await;
    let (other, _) = bob.program(&["library:read"]).await;
    let seen: Value = other.post("/mcp", list).await.ok().json();
    assert_eq!(seen["result"]["prompts"], json!([]));
}

#[tokio::test]
async fn a_prompt_of_somebody_else_or_in_the_trash_is_not_there() {
    let agent = Agent::connect().await;
    let id = agent.prompt("Mine", "x").await;
    let bob = agent.app.sign_up("bob@example.org").await;
    let theirs = krowoc_tests::ops::doc_id();
    let body = json!({"id": theirs, "kind": "prompt", "set": {"title": "Theirs"}, "body": "x"});
    bob.post("/api/v1/library", body).await.ok();
    let snippet = agent.keep("snippet", json!({"title": "Kept"}), "x").await;
    let edit = json!({"set": {"deleted_at": 1}});
    agent
        .alice
        .patch(&format!("/api/v1/library/{id}"), edit)
        .await
        .ok();
    for name in [theirs, id, snippet] {
        agent
            .refusal("get_prompt", json!({"name": name.to_string()}))
            .await;
    }
    agent.refusal("get_prompt", json!({"name": "mine"})).await;
}

#[tokio::test]
async fn a_page_of_somebody_else_and_what_is_no_message_are_refused() {
    let agent = Agent::connect().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list"});
    let request = agent
        .program
        .request(Method::POST, "/mcp")
        .header("origin", "https://evil.example");
    let answer = agent.program.send(request.json(&list)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    for body in ["{", "[]", "\"x\"", "{\"jsonrpc\":\"1.0\"}"] {
        let answer = agent.program.post_bytes("/mcp", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let error = answer.json::<Value>()["error"]["code"].as_i64().unwrap();
        assert!([-32700, -32600].contains(&error), "{body}: {error}");
    }
    let big = format!(
        "{{\"jsonrpc\":\"2.0\",\"x\":\"{}\"}}",
        "x".repeat(1024 * 1024)
    );
    let answer = agent.program.post_bytes("/mcp", big).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    for method in [Method::GET, Method::DELETE] {
        let request = agent.program.request(method, "/mcp");
        let answer = agent.program.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.header("allow"), "POST");
    }
}
