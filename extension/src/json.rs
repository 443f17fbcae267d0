//! Reads JSON with little code: into a tree first, and from that into what is wanted. The pages read with it, of which every kilobyte is waited
//! for; and the background reads what they ask. Not what is stored or comes from a server, and nothing writes with it. What a tree cannot become is refused without a word about why.

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt::{self, Display};
use std::vec::IntoIter;

/// Levels that a tree may have.
const DEEPEST: usize = 128;

/// It is no JSON, or not what was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad;

impl Display for Bad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not the JSON that was expected")
    }
}

impl std::error::Error for Bad {}

// Each of them would say what it found: that is formatting, and of no use to a person.
impl de::Error for Bad {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// A value of JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number below zero.
    Below(i64),
    /// A whole number from zero.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Members in their order.
    Object(Vec<(String, Tree)>),
}

/// Reads a value.
///
/// # Errors
/// The text is no JSON, or not of that shape.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Bad> {
    T::deserialize(Tree::of(text)?)
}

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

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        match self {
            Self::Below(number) => visitor.visit_i64(number),
            Self::Whole(number) => visitor.visit_u64(number),
            Self::Number(number) => visitor.visit_f64(number),
            _ => Err(Bad),
        }
    }

    fn text(self) -> Result<String, Bad> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(Bad),
        }
    }

    fn list(self) -> Result<List, Bad> {
        match self {
            Self::List(list) => Ok(List(list.into_iter())),
            _ => Err(Bad),
        }
    }

    fn object(self) -> Result<Object, Bad> {
        match self {
            Self::Object(members) => Ok(Object(members.into_iter(), None)),
            _ => Err(Bad),
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

struct List(IntoIter<Tree>);

impl<'de> SeqAccess<'de> for List {
    type Error = Bad;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Bad> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Object(IntoIter<(String, Tree)>, Option<Tree>);

impl<'de> MapAccess<'de> for Object {
    type Error = Bad;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Bad> {
        let Some((name, value)) = self.0.next() else {
            return Ok(None);
        };
        self.1 = Some(value);
        seed.deserialize(Tree::Text(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Bad> {
        seed.deserialize(self.1.take().ok_or(Bad)?)
    }
}

/// A variant by its name, with what it holds.
struct Variant(String, Option<Tree>);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Bad;
    type Variant = Held;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Held), Bad> {
        let name: StrDeserializer<'_, Bad> = self.0.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, Held(self.1)))
    }
}

/// What a variant holds.
struct Held(Option<Tree>);

impl Held {
    fn tree(self) -> Result<Tree, Bad> {
        self.0.ok_or(Bad)
    }
}

impl<'de> VariantAccess<'de> for Held {
    type Error = Bad;

    fn unit_variant(self) -> Result<(), Bad> {
        match self.0 {
            None | Some(Tree::Null) => Ok(()),
            Some(_) => Err(Bad),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Bad> {
        seed.deserialize(self.tree()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Bad> {
        visitor.visit_seq(self.tree()?.list()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Bad> {
        visitor.visit_map(self.tree()?.object()?)
    }
}

/// Numbers of any width.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
            self.number(visitor)
        })*
    };
}

/// Texts of any kind.
macro_rules! texts {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
            visitor.visit_string(self.text()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Bad;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Text(text) => visitor.visit_string(text),
            Self::List(_) => visitor.visit_seq(self.list()?),
            Self::Object(_) => visitor.visit_map(self.object()?),
            Self::Below(_) | Self::Whole(_) | Self::Number(_) => self.number(visitor),
        }
    }

    numbers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    deserialize_f32 deserialize_f64 }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        match self {
            Self::Bool(value) => visitor.visit_bool(value),
            _ => Err(Bad),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        match self {
            Self::Null => visitor.visit_unit(),
            _ => Err(Bad),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Bad> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Bad> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Bad> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Bad> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        visitor.visit_map(self.object()?)
    }

    // Of an object alone: that a structure could be written as a list as well is half of the code of each.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Bad> {
        visitor.visit_map(self.object()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Bad> {
        let variant = match self {
            Self::Text(name) => Variant(name, None),
            other => {
                let mut members = other.object()?;
                let (name, held) = members.0.next().ok_or(Bad)?;
                if members.0.next().is_some() {
                    return Err(Bad);
                }
                Variant(name, Some(held))
            }
        };
        visitor.visit_enum(variant)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Bad> {
        visitor.visit_unit()
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
