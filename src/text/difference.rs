//! Placeholder until it is there.

use crate::model::Changed;

pub fn difference(_old: &[u8], _new: &[u8]) -> Vec<Changed> {
    Vec::new()
}
