//! What is promised of a case, and where that is broken.

use crate::{found::Breach, instance::Instance};
use thn_eqsat::{Class, rule::Rule};
use thn_ir::Scalar;
use thn_reference::Value;

/// What is promised of the right side of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    pub(crate) class: Class,
    /// Whether the right side may have its own forward error where it is finite more often.
    pub(crate) better: bool,
    /// A part of the promise that is not checked, so that tests can show what it is for.
    pub(crate) waived: Option<Breach>,
}

impl Promise {
    pub(crate) fn of(rule: &Rule) -> Promise {
        Promise { class: rule.class, better: rule.better, waived: None }
    }

    /// The class that holds for a case: what is reordered rounds otherwise, whatever else is promised.
    pub(crate) fn class_of(&self, case: &Instance) -> Class {
        match self.class {
            Class::Fast | Class::Real => self.class,
            _ if case.reordered => Class::Reassoc,
            own => own,
        }
    }
}

/// A place at which a promise is broken.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The element of the result.
    pub(crate) index: usize,
    /// The lengths of the result.
    pub(crate) shape: Vec<usize>,
    pub(crate) breach: Breach,
    /// Details of the breach.
    pub(crate) detail: String,
    /// The left side's, the right side's and the true value.
    pub(crate) values: [f64; 3],
}

/// What was found at the points of one run.
#[derive(Default)]
pub(crate) struct Found {
    /// Elements that met the conditions.
    pub(crate) points: usize,
    /// Whether the right side was finite where the left side was not.
    pub(crate) wider: bool,
    /// The first element whose error only the right side's own bound allows.
    pub(crate) leaning: Option<Fault>,
    /// The first element at which the promise is broken.
    pub(crate) broken: Option<Fault>,
}

/// The elements of a tensor that an element of the result may depend on.
pub(crate) fn relevant<'a>(tensor: &'a Value, i: usize, case: &Instance, shape: &[usize]) -> &'a [Scalar] {
    let all = tensor.data.as_slice().unwrap_or(&[]);
    match all.get(i..=i) {
        Some(own) if case.elementwise && tensor.shape() == shape => own,
        _ => all,
    }
}
