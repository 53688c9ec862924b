//! What functions are declared with, and what calls are made with.

use thn_graph::{Datum, Tensor};

/// An input of a function, and its value where a call gives none.
#[derive(Debug)]
pub struct In {
    pub(crate) variable: Tensor,
    pub(crate) default: Option<Datum<'static>>,
}

impl In {
    /// An input that every call gives.
    pub fn new(variable: &Tensor) -> In {
        In { variable: variable.clone(), default: None }
    }

    /// The value in calls that give none. A call that gives another one does not change it.
    #[must_use]
    pub fn value(self, default: impl Into<Datum<'static>>) -> In {
        In { default: Some(default.into()), ..self }
    }
}

impl From<&Tensor> for In {
    fn from(variable: &Tensor) -> In {
        In::new(variable)
    }
}

impl From<Tensor> for In {
    fn from(variable: Tensor) -> In {
        In { variable, default: None }
    }
}

/// The inputs of a function: an array, a vector or a tuple of variables and [`In`]s; `()` for none.
pub trait Inputs {
    /// The inputs in order.
    fn inputs(self) -> Vec<In>;
}

/// The outputs of a function: one tensor, or an array or a vector of tensors or of names and tensors; `()` for none.
pub trait Outputs {
    /// The outputs in order, with their names.
    fn outputs(self) -> Vec<(Tensor, Option<String>)>;
}

/// The arguments of a call: an array, a vector or a tuple of data; `()` for none.
pub trait Args<'a> {
    /// The arguments in order.
    fn args(self) -> Vec<Datum<'a>>;
}

impl Inputs for () {
    fn inputs(self) -> Vec<In> {
        vec![]
    }
}

impl Args<'_> for () {
    fn args(self) -> Vec<Datum<'static>> {
        vec![]
    }
}

impl Outputs for () {
    fn outputs(self) -> Vec<(Tensor, Option<String>)> {
        vec![]
    }
}

impl<T: Into<In>, const N: usize> Inputs for [T; N] {
    fn inputs(self) -> Vec<In> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<In>> Inputs for Vec<T> {
    fn inputs(self) -> Vec<In> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<'a, T: Into<Datum<'a>>, const N: usize> Args<'a> for [T; N] {
    fn args(self) -> Vec<Datum<'a>> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<'a, T: Into<Datum<'a>>> Args<'a> for Vec<T> {
    fn args(self) -> Vec<Datum<'a>> {
        self.into_iter().map(Into::into).collect()
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {
        $(
            #[expect(non_snake_case, reason = "each value has the name of its type")]
            impl<$($name: Into<In>),*> Inputs for ($($name,)*) {
                fn inputs(self) -> Vec<In> {
                    let ($($name,)*) = self;
                    vec![$($name.into()),*]
                }
            }
            #[expect(non_snake_case, reason = "each value has the name of its type")]
            impl<'a, $($name: Into<Datum<'a>>),*> Args<'a> for ($($name,)*) {
                fn args(self) -> Vec<Datum<'a>> {
                    let ($($name,)*) = self;
                    vec![$($name.into()),*]
                }
            }
        )*
    };
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

/// One output, with or without a name.
pub trait Output {
    /// The tensor and its name.
    fn output(self) -> (Tensor, Option<String>);
}

impl Output for &Tensor {
    fn output(self) -> (Tensor, Option<String>) {
        (self.clone(), None)
    }
}

impl Output for Tensor {
    fn output(self) -> (Tensor, Option<String>) {
        (self, None)
    }
}

impl Output for (&str, &Tensor) {
    fn output(self) -> (Tensor, Option<String>) {
        (self.1.clone(), Some(self.0.to_string()))
    }
}

impl Outputs for &Tensor {
    fn outputs(self) -> Vec<(Tensor, Option<String>)> {
        vec![self.output()]
    }
}

impl Outputs for Tensor {
    fn outputs(self) -> Vec<(Tensor, Option<String>)> {
        vec![self.output()]
    }
}

impl<T: Output, const N: usize> Outputs for [T; N] {
    fn outputs(self) -> Vec<(Tensor, Option<String>)> {
        self.into_iter().map(Output::output).collect()
    }
}

impl<T: Output> Outputs for Vec<T> {
    fn outputs(self) -> Vec<(Tensor, Option<String>)> {
        self.into_iter().map(Output::output).collect()
    }
}
