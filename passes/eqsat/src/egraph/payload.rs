//! What an op says beyond its operands, and tables of such things.

use crate::hash::FastMap;
use std::hash::Hash;
use thn_ir::{Attrs, Dim, TensorType};

/// An interned [`Payload`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PayloadId(pub(super) u32);

impl PayloadId {
    /// No attributes and an inferred type.
    pub const EMPTY: PayloadId = PayloadId(0);
}

/// An interned tensor type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TypeId(pub(super) u32);

/// What an op says beyond its operands: its declared attributes and, for shaped ops, its result type.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Payload {
    /// Declared attributes.
    pub attrs: Attrs,
    /// The result type, if the op states it.
    pub ty: Option<TensorType>,
}

impl Payload {
    /// Whether a dimshuffle only inserts and drops dims of length 1.
    pub(crate) fn keeps_order(&self) -> bool {
        self.attrs.get_ints("order").iter().filter(|axis| **axis >= 0).is_sorted()
    }

    /// Whether a slice begins at 0 and takes every element.
    pub(crate) fn takes_whole(&self) -> bool {
        self.attrs.get_dims("starts").iter().all(|d| d.is(0))
            && self.attrs.get_ints("steps").iter().all(|t| *t == 1)
    }

    /// The dimshuffle from one type to another, if dims of length 1 come and go and the others stay in order.
    pub(crate) fn squeeze(from: &TensorType, to: &TensorType) -> Option<Payload> {
        let mut order = vec![];
        let mut next = 0;
        for dim in to.shape.iter() {
            while !dim.is(1) && from.shape.get(next).is_some_and(|d| d.is(1)) {
                next += 1;
            }
            match from.shape.get(next) {
                Some(own) if own == dim => {
                    order.push(next as i64);
                    next += 1;
                }
                _ if dim.is(1) => order.push(-1),
                _ => return None,
            }
        }
        let rest = from.shape.iter().skip(next).all(|d| d.is(1));
        rest.then(|| Payload { attrs: Attrs::new().ints("order", &order), ty: None })
    }

    /// The dimshuffle that a broadcast is whose new dims have length 1.
    pub(crate) fn as_insertion(&self) -> Option<Payload> {
        let axes = self.attrs.get_ints("axes");
        let place = |(d, n): (usize, &Dim)| match axes.iter().position(|a| *a == d as i64) {
            Some(i) => Some(i as i64),
            None => n.is(1).then_some(-1),
        };
        let order: Vec<i64> = self.ty.as_ref()?.shape.iter().enumerate().map(place).collect::<Option<_>>()?;
        Some(Payload { attrs: Attrs::new().ints("order", &order), ty: None })
    }
}

/// Values stored once, by position.
#[derive(Clone, Debug)]
pub(super) struct Interner<T> {
    pub(super) items: Vec<T>,
    ids: FastMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Interner { items: vec![], ids: FastMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    pub(super) fn intern(&mut self, item: T) -> u32 {
        if let Some(id) = self.ids.get(&item) {
            return *id;
        }
        let id = self.items.len() as u32;
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }
}
