//! The three shapes that payloads are made of: numbered fields, one of several, and codes.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// A map key while reading; negative ones are nobody's field.
#[doc(hidden)]
pub struct Key(pub Option<u64>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field number")
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<Key, E> {
        Ok(Key(Some(key)))
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Key, E> {
        Ok(Key(u64::try_from(key).ok()))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Key, E> {
        Ok(Key(None))
    }
}

/// The error of a field that may not be left out.
#[doc(hidden)]
pub fn missing<E: Error>(field: &'static str) -> E {
    E::missing_field(field)
}

/// Structs whose fields have numbers: a CBOR map with ascending integer keys.
///
/// Unknown keys are skipped when reading, for they come from newer software; they stay in the bytes that are stored.
#[macro_export]
macro_rules! wire {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $key:literal => $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::codec::Wire for $name {
            fn to_cbor<S: $crate::codec::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::codec::serde::ser::SerializeMap;
                let len = 0 $(+ usize::from(!self.$field.is_absent()))*;
                let mut map = serializer.serialize_map(Some(len))?;
                $(if !self.$field.is_absent() {
                    map.serialize_entry::<u64, _>(&$key, &$crate::codec::ToCbor(&self.$field))?;
                })*
                map.end()
            }

            fn from_cbor<'de, D: $crate::codec::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> $crate::codec::serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("the fields of ", stringify!($name)))
                    }

                    fn visit_map<A: $crate::codec::serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        while let Some($crate::codec::Key(key)) = map.next_key()? {
                            match key {
                                $(Some($key) => $field = Some(map.next_value::<$crate::codec::FromCbor<$type>>()?.0),)*
                                _ => { map.next_value::<$crate::codec::serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok($name {$(
                            $field: match $field.or_else(<$type as $crate::codec::Wire>::absent) {
                                Some(value) => value,
                                None => return Err($crate::codec::missing(stringify!($field))),
                            },
                        )*})
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    )*};
}

/// Enums that hold a value: a CBOR map with exactly one key, which says which.
#[macro_export]
macro_rules! choice {
    ($($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $key:literal => $variant:ident($type:ty),)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant($type),)*
        }

        impl $crate::codec::Wire for $name {
            fn to_cbor<S: $crate::codec::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::codec::serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(1))?;
                match self {
                    $(Self::$variant(value) => map.serialize_entry::<u64, _>(&$key, &$crate::codec::ToCbor(value))?,)*
                }
                map.end()
            }

            fn from_cbor<'de, D: $crate::codec::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct OneOf;
                impl<'de> $crate::codec::serde::de::Visitor<'de> for OneOf {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("one of ", stringify!($name)))
                    }

                    fn visit_map<A: $crate::codec::serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        use $crate::codec::serde::de::Error;
                        let chosen = match map.next_key()? {
                            $(Some($crate::codec::Key(Some($key))) => {
                                $name::$variant(map.next_value::<$crate::codec::FromCbor<$type>>()?.0)
                            })*
                            _ => return Err(A::Error::custom(concat!("unknown kind of ", stringify!($name)))),
                        };
                        match map.next_key::<$crate::codec::Key>()? {
                            None => Ok(chosen),
                            Some(_) => Err(A::Error::custom(concat!("more than one ", stringify!($name)))),
                        }
                    }
                }
                deserializer.deserialize_map(OneOf)
            }
        }
    )*};
}

/// Enums that are a number on the wire. A number that this version does not know is kept as `Other`.
#[macro_export]
macro_rules! codes {
    ($($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $code:literal => $variant:ident,)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "a code says by its name what it is; some have more to say")]
        $vis enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A code of a newer version.
            Other(u16),
        }

        impl $name {
            /// All that this version knows.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number on the wire.
            $vis const fn code(self) -> u16 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Other(code) => code,
                }
            }

            /// What a number means.
            $vis const fn from_code(code: u16) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Other(other),
                }
            }
        }

        impl $crate::codec::Wire for $name {
            fn to_cbor<S: $crate::codec::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codec::Wire::to_cbor(&self.code(), serializer)
            }

            fn from_cbor<'de, D: $crate::codec::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <u16 as $crate::codec::Wire>::from_cbor(deserializer).map(Self::from_code)
            }
        }
    )*};
}
