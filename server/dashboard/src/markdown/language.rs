//! How languages mark comments and texts, and the words that they share. Not the colouring.

/// How a language marks what is not code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// What begins a comment that ends with its line.
    pub(super) line: &'static [&'static str],
    /// What begins and what ends a comment.
    pub(super) block: &'static [(&'static str, &'static str)],
    /// What a text of one line stands in.
    pub(super) quotes: &'static str,
    /// Quotes that go over lines.
    pub(super) long: &'static [&'static str],
    /// Words are the same in any case.
    pub(super) any_case: bool,
    /// Whether words of the language are drawn at all.
    pub(super) words: bool,
}

const C_BLOCK: &[(&str, &str)] = &[("/*", "*/")];
const BASE: Marks = Marks {
    line: &[],
    block: &[],
    quotes: "\"'",
    long: &[],
    any_case: false,
    words: true,
};

/// The marks of a language by the names that people give it behind a fence; `None` leaves the code plain.
pub(super) fn marks(language: &str) -> Option<Marks> {
    let name = language
        .split([' ', ',', '{', ':'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    Some(match name.as_str() {
        "js" | "javascript" | "ts" | "typescript" | "jsx" | "tsx" | "mjs" => Marks {
            line: &["//"],
            block: C_BLOCK,
            long: &["`"],
            ..BASE
        },
        "go" | "golang" => Marks {
            line: &["//"],
            block: C_BLOCK,
            long: &["`"],
            ..BASE
        },
        "rust" | "rs" | "c" | "h" | "cpp" | "c++" | "cs" | "csharp" | "c#" | "java" | "kotlin"
        | "kt" | "swift" | "scala" | "dart" | "zig" | "proto" | "groovy" | "objc" => Marks {
            line: &["//"],
            block: C_BLOCK,
            ..BASE
        },
        "php" => Marks {
            line: &["//", "#"],
            block: C_BLOCK,
            ..BASE
        },
        "css" | "scss" | "less" => Marks {
            block: C_BLOCK,
            words: false,
            ..BASE
        },
        "py" | "python" | "python3" => Marks {
            line: &["#"],
            long: &["\"\"\"", "'''"],
            ..BASE
        },
        "sh" | "bash" | "zsh" | "shell" | "console" | "fish" | "rb" | "ruby" | "pl" | "perl"
        | "r" | "yaml" | "yml" | "toml" | "ini" | "dockerfile" | "make" | "makefile" | "nix"
        | "elixir" | "ex" | "julia" | "powershell" | "ps1" | "tf" | "hcl" | "terraform"
        | "conf" => Marks {
            line: &["#"],
            ..BASE
        },
        "sql" | "postgres" | "postgresql" | "mysql" | "sqlite" => Marks {
            line: &["--"],
            block: C_BLOCK,
            any_case: true,
            ..BASE
        },
        "lua" | "haskell" | "hs" | "ada" | "elm" => Marks {
            line: &["--"],
            ..BASE
        },
        "lisp" | "clojure" | "clj" | "scheme" | "asm" => Marks {
            line: &[";"],
            quotes: "\"",
            ..BASE
        },
        "html" | "xml" | "svg" | "vue" | "svelte" => Marks {
            block: &[("<!--", "-->")],
            words: false,
            ..BASE
        },
        "json" | "jsonc" | "json5" | "ndjson" | "jsonl" => Marks {
            line: &["//"],
            ..BASE
        },
        _ => return None,
    })
}

/// Whether a word belongs to any of the common languages: which one it is written in hardly ever matters for a colour.
pub(super) fn is_known(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "alter"
            | "and"
            | "as"
            | "async"
            | "await"
            | "begin"
            | "bool"
            | "boolean"
            | "break"
            | "by"
            | "case"
            | "catch"
            | "char"
            | "class"
            | "const"
            | "continue"
            | "create"
            | "def"
            | "default"
            | "defer"
            | "del"
            | "delete"
            | "desc"
            | "distinct"
            | "do"
            | "done"
            | "double"
            | "drop"
            | "elif"
            | "else"
            | "elseif"
            | "end"
            | "enum"
            | "esac"
            | "except"
            | "export"
            | "extends"
            | "extern"
            | "false"
            | "fi"
            | "final"
            | "finally"
            | "float"
            | "fn"
            | "for"
            | "foreach"
            | "from"
            | "func"
            | "function"
            | "global"
            | "go"
            | "group"
            | "having"
            | "if"
            | "impl"
            | "implements"
            | "import"
            | "in"
            | "inner"
            | "insert"
            | "int"
            | "interface"
            | "into"
            | "is"
            | "join"
            | "key"
            | "lambda"
            | "left"
            | "let"
            | "limit"
            | "local"
            | "long"
            | "loop"
            | "match"
            | "mod"
            | "module"
            | "mut"
            | "namespace"
            | "new"
            | "nil"
            | "none"
            | "not"
            | "null"
            | "of"
            | "on"
            | "or"
            | "order"
            | "outer"
            | "override"
            | "package"
            | "pass"
            | "primary"
            | "private"
            | "protected"
            | "pub"
            | "public"
            | "raise"
            | "range"
            | "references"
            | "require"
            | "return"
            | "right"
            | "select"
            | "self"
            | "set"
            | "short"
            | "static"
            | "string"
            | "struct"
            | "super"
            | "switch"
            | "table"
            | "then"
            | "this"
            | "throw"
            | "throws"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "undefined"
            | "union"
            | "unless"
            | "unsigned"
            | "update"
            | "use"
            | "using"
            | "val"
            | "values"
            | "var"
            | "void"
            | "when"
            | "where"
            | "while"
            | "with"
            | "yield"
            | "False"
            | "None"
            | "Self"
            | "True"
    )
}
