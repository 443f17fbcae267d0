//! Text into a tree. Not what a tree becomes.

use super::{Bad, Tree};

/// Levels that a tree may have.
const DEEPEST: usize = 128;

impl Tree {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON, or has more than 128 levels.
    pub fn of(text: &str) -> Result<Self, Bad> {
        let mut reader = Reader { text, at: 0 };
        let tree = reader.value(DEEPEST)?;
        reader.space();
        match reader.peek() {
            None => Ok(tree),
            Some(_) => Err(Bad),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(byte)
    }

    fn take(&mut self, word: &str) -> Result<(), Bad> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(Bad);
        }
        self.at = self.at.saturating_add(word.len());
        Ok(())
    }

    fn value(&mut self, levels: usize) -> Result<Tree, Bad> {
        let deeper = levels.checked_sub(1).ok_or(Bad)?;
        self.space();
        match self.peek().ok_or(Bad)? {
            b'n' => self.take("null").map(|()| Tree::Null),
            b't' => self.take("true").map(|()| Tree::Bool(true)),
            b'f' => self.take("false").map(|()| Tree::Bool(false)),
            b'"' => self.string().map(Tree::Text),
            b'[' => {
                let mut list = Vec::new();
                self.inside(b']', |reader| {
                    list.push(reader.value(deeper)?);
                    Ok(())
                })?;
                Ok(Tree::List(list))
            }
            b'{' => {
                let mut members = Vec::new();
                self.inside(b'}', |reader| {
                    reader.space();
                    let name = reader.string()?;
                    reader.space();
                    reader.take(":")?;
                    members.push((name, reader.value(deeper)?));
                    Ok(())
                })?;
                Ok(Tree::Object(members))
            }
            _ => self.number(),
        }
    }

    /// What stands between brackets, parted by commas.
    fn inside(
        &mut self,
        end: u8,
        mut one: impl FnMut(&mut Self) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.next();
        self.space();
        if self.peek() == Some(end) {
            self.next();
            return Ok(());
        }
        loop {
            one(self)?;
            self.space();
            match self.next() {
                Some(b',') => {}
                Some(byte) if byte == end => return Ok(()),
                _ => return Err(Bad),
            }
        }
    }

    fn string(&mut self) -> Result<String, Bad> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let begin = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
            {
                self.at = self.at.saturating_add(1);
            }
            text.push_str(self.text.get(begin..self.at).ok_or(Bad)?);
            match self.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.push(self.escaped()?),
                _ => return Err(Bad),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Bad> {
        Ok(match self.next().ok_or(Bad)? {
            same @ (b'"' | b'\\' | b'/') => char::from(same),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first).ok_or(Bad);
                }
                self.take("\\u")?;
                let second = self.unit()?.wrapping_sub(0xDC00);
                if second >= 0x400 {
                    return Err(Bad);
                }
                let high = first.wrapping_sub(0xD800) << 10;
                char::from_u32(high.wrapping_add(second).wrapping_add(0x1_0000)).ok_or(Bad)?
            }
            _ => return Err(Bad),
        })
    }

    fn unit(&mut self) -> Result<u32, Bad> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next().ok_or(Bad)?).to_digit(16);
            unit = (unit << 4) | digit.ok_or(Bad)?;
        }
        Ok(unit)
    }

    /// Digits, at least one; whether the first is a zero that others follow.
    fn digits(&mut self) -> Result<bool, Bad> {
        let begin = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
        let digits = self.text.get(begin..self.at).unwrap_or_default();
        match digits.len() {
            0 => Err(Bad),
            count => Ok(count > 1 && digits.starts_with('0')),
        }
    }

    fn number(&mut self) -> Result<Tree, Bad> {
        let begin = self.at;
        // A sign, or none.
        let _ = self.take("-");
        if self.digits()? {
            return Err(Bad);
        }
        let mut whole = true;
        if self.take(".").is_ok() {
            whole = false;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.next();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.next();
            }
            self.digits()?;
        }
        let text = self.text.get(begin..self.at).unwrap_or_default();
        if whole && let Ok(number) = text.parse() {
            return Ok(Tree::Whole(number));
        }
        if whole
            && let Ok(number) = text.parse()
            && number < 0
        {
            return Ok(Tree::Below(number));
        }
        match float(text) {
            number if number.is_finite() => Ok(Tree::Number(number)),
            _ => Err(Bad),
        }
    }
}

/// A number as the browser reads it: the tables for it are not in the page.
#[cfg(target_arch = "wasm32")]
fn float(text: &str) -> f64 {
    js_sys::parse_float(text)
}

#[cfg(not(target_arch = "wasm32"))]
fn float(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
