//! What a provider is to do, as words of the model's name: `crlf.chunks=3.cut=120`. Not how its bytes look.

/// How one request is answered. Words that are none are left out, so that any model's name is the usual answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Pieces of text.
    pub chunks: usize,
    /// One byte a piece of the transfer encoding.
    pub bytes: bool,
    /// The connection breaks after so many bytes of the body.
    pub cut: Option<usize>,
    /// The body ends in good order after so many bytes.
    pub short: Option<usize>,
    /// An error comes after so many pieces of text.
    pub fail: Option<usize>,
    /// A frame that is not JSON comes after the first piece.
    pub malformed: bool,
    /// Comments, or blank lines, between the frames.
    pub comments: bool,
    /// What the provider sends to keep a connection alive.
    pub pings: bool,
    /// Events that nobody knows.
    pub unknown: bool,
    /// Lines end with CRLF.
    pub crlf: bool,
    /// A byte order mark comes first.
    pub bom: bool,
    /// No usage.
    pub no_usage: bool,
    /// `choices: null` where there are none.
    pub null_choices: bool,
    /// One more piece, of a megabyte.
    pub large: bool,
    /// Reasoning before the text.
    pub reasoning: bool,
    /// A call of a tool after the text.
    pub tools: bool,
    /// The largest number of tokens was reached.
    pub length: bool,
    /// The prompt is refused for its content.
    pub blocked: bool,
    /// A refusal with this status.
    pub status: Option<u16>,
    /// Money is the reason of the refusal.
    pub quota: bool,
    /// Only so many requests of this name are refused; 0 for all.
    pub times: usize,
    /// `retry-after`, in seconds.
    pub retry: Option<u32>,
    /// Nothing is ever answered.
    pub hang: bool,
    /// Nothing follows after so many frames.
    pub stall: Option<usize>,
    /// Every frame waits for the gate.
    pub gate: bool,
    /// Milliseconds before the first byte.
    pub delay: u64,
    /// Milliseconds between one frame and the next, from the first word on.
    pub pause: u64,
    /// The first word says how long the request was held: see [`held`](super::held).
    pub held: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            chunks: 5,
            bytes: false,
            cut: None,
            short: None,
            fail: None,
            malformed: false,
            comments: false,
            pings: false,
            unknown: false,
            crlf: false,
            bom: false,
            no_usage: false,
            null_choices: false,
            large: false,
            reasoning: false,
            tools: false,
            length: false,
            blocked: false,
            status: None,
            quota: false,
            times: 0,
            retry: None,
            hang: false,
            stall: None,
            gate: false,
            delay: 0,
            pause: 0,
            held: false,
        }
    }
}

impl Script {
    /// The script of a model's name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let mut script = Self::default();
        // `-pro` is how a name asks for OpenAI's responses.
        for word in name.trim_end_matches("-pro").split('.') {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            let number = value.parse::<usize>().ok();
            match key {
                "chunks" => script.chunks = number.unwrap_or(script.chunks),
                "bytes" => script.bytes = true,
                "cut" => script.cut = number,
                "short" => script.short = number,
                "fail" => script.fail = number,
                "malformed" => script.malformed = true,
                "comments" => script.comments = true,
                "pings" => script.pings = true,
                "unknown" => script.unknown = true,
                "crlf" => script.crlf = true,
                "bom" => script.bom = true,
                "nousage" => script.no_usage = true,
                "nullchoices" => script.null_choices = true,
                "large" => script.large = true,
                "reasoning" => script.reasoning = true,
                "tools" => script.tools = true,
                "length" => script.length = true,
                "blocked" => script.blocked = true,
                "status" => script.status = value.parse().ok(),
                "quota" => script.quota = true,
                "times" => script.times = number.unwrap_or(0),
                "retry" => script.retry = value.parse().ok(),
                "hang" => script.hang = true,
                "stall" => script.stall = number,
                "gate" => script.gate = true,
                "delay" => script.delay = value.parse().unwrap_or(0),
                "pause" => script.pause = value.parse().unwrap_or(0),
                "held" => script.held = true,
                _ => {}
            }
        }
        script
    }

    /// The pieces of text.
    #[must_use]
    pub fn pieces(&self) -> Vec<String> {
        let mut pieces: Vec<String> = (0..self.chunks).map(|at| format!("słowo{at} ")).collect();
        if let Some(first) = pieces.first_mut().filter(|_| self.held) {
            first.push_str(&super::held::word());
        }
        if self.large {
            pieces.push("x".repeat(1 << 20));
        }
        pieces
    }

    /// The whole text of an answer that completes.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces().concat()
    }

    /// Tokens of the output: one a piece.
    #[must_use]
    pub fn output_tokens(&self) -> usize {
        self.pieces().len()
    }
}

/// Tokens of every input.
pub const INPUT_TOKENS: usize = 11;
/// The text of every reasoning.
pub const REASONING: &str = "hm, tak";
/// The arguments of every call of a tool.
pub const ARGUMENTS: &str = r#"{"city":"Łódź"}"#;
