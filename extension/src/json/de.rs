//! A tree into what is wanted. Not the reading of text.

use super::{Bad, Tree};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::vec::IntoIter;

impl Tree {
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
