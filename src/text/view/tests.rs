//! Views, by what they say in English.
