//! Tells what a file is: by its content, then by its name. Not a validation: the reader does that.

use super::csv::looks_like_header;

/// A format that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportFormat {
    /// A table.
    Csv,
    /// Our own JSON export.
    Library,
    /// A zip of Markdown files.
    MarkdownZip,
    /// One Markdown or text file.
    Markdown,
    /// None of these.
    Unknown,
}

/// The format of a file. Reads no more than its beginning.
#[must_use]
pub fn detect(name: &str, bytes: &[u8]) -> ImportFormat {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return ImportFormat::MarkdownZip;
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head));
    let name = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let json = text.trim_start().starts_with('{');
    let binary = text.contains('\0');
    match () {
        () if binary => ImportFormat::Unknown,
        () if json && (text.contains("krowoc.library") || ends(&[".json"])) => {
            ImportFormat::Library
        }
        () if text.starts_with("---\n") || text.starts_with("---\r\n") => ImportFormat::Markdown,
        () if ends(&[".json"]) => ImportFormat::Library,
        () if ends(&[".csv", ".tsv"]) => ImportFormat::Csv,
        () if ends(&[".md", ".markdown"]) => ImportFormat::Markdown,
        () if text.lines().next().is_some_and(looks_like_header) => ImportFormat::Csv,
        () if ends(&[".txt"]) => ImportFormat::Markdown,
        () => ImportFormat::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_before_the_name() {
        let cases: [(&str, &[u8], ImportFormat); 11] = [
            ("a.csv", b"PK\x03\x04rest", ImportFormat::MarkdownZip),
            (
                "a.txt",
                b" {\"format\": \"krowoc.library\"",
                ImportFormat::Library,
            ),
            ("a.txt", b"---\ntitle: x\n---\n", ImportFormat::Markdown),
            ("a.txt", b"act,prompt\n1,2\n", ImportFormat::Csv),
            ("a.csv", b"x,y\n", ImportFormat::Csv),
            ("a.MD", b"hello", ImportFormat::Markdown),
            ("a.txt", b"hello, text\n", ImportFormat::Markdown),
            ("a.json", b"[]", ImportFormat::Library),
            ("a.md", b"{{name}} is a template", ImportFormat::Markdown),
            ("a", b"hello", ImportFormat::Unknown),
            ("a.md", b"\0\0", ImportFormat::Unknown),
        ];
        for (name, bytes, format) in cases {
            assert_eq!(detect(name, bytes), format, "{name} {bytes:?}");
        }
    }
}
