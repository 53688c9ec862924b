//! Names of symbolic dims in text.
//!
//! MLIR spells an unknown length `?`. What it is called stands beside it:
//!
//! - an entry argument has `thn.dims`, one string for each `?` of its type, in order. A new name declares a
//!   symbol; a known one says that two lengths are equal; an expression over known names is allowed.
//! - an op of thn that states its result type has `dims`, of the same form, over known names.
//! - an op of another dialect has `thn.dims` for the `?` of all its tensor results, in order; a new name
//!   declares a length that is known only while the program runs, and a number a length that MLIR's type hides.
//! - a rank-0 integer argument is a symbol under the argument's own name, or under `thn.value`.
//!
//! `thn.dims` is left out where it would say what its absence says: `<argument>.<axis>` for arguments; for ops of
//! other dialects the dims of an operand, where they are known to keep them, else `d0`, `d1`, …; with a suffix
//! where a name is taken. Import and export walk a
//! program in the same order and give out the same names, so that what is absent stays absent.

use std::collections::BTreeSet;
use thn_ir::{Dim, Func, Symbol, SymbolOrigin, TensorType, Value, ValueDef};

/// The attribute that names the dims of an argument or of the results of a foreign op.
pub(crate) const DIMS: &str = "thn.dims";
/// The attribute that names the value of a rank-0 integer argument.
pub(crate) const VALUE: &str = "thn.value";

/// The names that are taken at a point of a program.
#[derive(Clone, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
    /// Those that are taken, in order.
    given: Vec<String>,
    opaque: usize,
}

/// What was taken at some time.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    given: usize,
    opaque: usize,
}

impl Names {
    /// At the head of a function whose arguments have these names.
    pub(crate) fn new<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        arguments.into_iter().for_each(|name| names.declare(name));
        names
    }

    /// Takes a name.
    pub(crate) fn declare(&mut self, name: &str) {
        if self.taken.insert(name.to_owned()) {
            self.given.push(name.to_owned());
        }
    }

    /// This time, for [`Names::back_to`].
    pub(crate) fn mark(&self) -> Mark {
        Mark { given: self.given.len(), opaque: self.opaque }
    }

    /// Gives back what was taken since.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        for name in self.given.drain(mark.given..) {
            self.taken.remove(&name);
        }
        self.opaque = mark.opaque;
    }

    /// The name of a dim of an argument that does not say.
    pub(crate) fn argument_dim(&mut self, base: &str, axis: usize) -> String {
        self.fresh(&format!("{base}.{axis}"))
    }

    /// The name of a dim of a foreign result that does not say.
    pub(crate) fn opaque_dim(&mut self) -> String {
        let name = self.fresh(&format!("d{}", self.opaque));
        self.opaque += 1;
        name
    }

    fn fresh(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut suffix = 1;
        while self.taken.contains(&name) {
            name = format!("{wanted}_{suffix}");
            suffix += 1;
        }
        self.declare(&name);
        name
    }
}

/// The dims behind the `?` of a result that has the shape of an operand, for the ops that are known to keep
/// it: those of arith and math, which work element by element, and `tensor.cast`.
pub(crate) fn kept(name: &str, operands: &[&TensorType], lengths: &[Option<i64>]) -> Option<Vec<Dim>> {
    if !(name.starts_with("arith.") || name.starts_with("math.") || name == "tensor.cast") {
        return None;
    }
    let fits = |dim: &Dim, length: &Option<i64>| {
        length.is_none_or(|length| dim.as_const().is_none_or(|d| d == length))
    };
    let like = operands.iter().find(|tensor| {
        tensor.rank() == lengths.len()
            && tensor.shape.iter().zip(lengths).all(|(dim, length)| fits(dim, length))
    })?;
    let unknown = like.shape.iter().zip(lengths).filter(|(_, length)| length.is_none());
    Some(unknown.map(|(dim, _)| dim.clone()).collect())
}

/// The name under which expressions know an argument.
pub(crate) fn base(name: Option<&str>, position: usize) -> String {
    match name {
        Some(name) if Symbol::is_name(name) => name.to_owned(),
        _ => format!("arg{position}"),
    }
}

/// The symbol of a name: one that is declared, or the value of a rank-0 integer argument of that name which
/// goes by no other.
pub(crate) fn lookup(func: &mut Func, name: &str) -> Option<Symbol> {
    func.symbol_named(name).or_else(|| {
        let argument = argument_named(func, name)?;
        let position = func.body().args.iter().position(|value| *value == argument)?;
        let symbol = value_symbol(func, position, name);
        (*symbol.name == *name).then_some(symbol)
    })
}

/// The symbol of the value of a rank-0 integer argument, which is made under this name if there is none.
pub(crate) fn value_symbol(func: &mut Func, position: usize, name: &str) -> Symbol {
    let origin = SymbolOrigin::ArgValue { arg: position as u32 };
    let known = func.symbols().iter().find(|(_, other)| *other == origin).map(|(symbol, _)| symbol.clone());
    known.unwrap_or_else(|| func.new_symbol(name, origin))
}

/// The first rank-0 integer entry argument that expressions know under this name.
pub(crate) fn argument_named(func: &Func, name: &str) -> Option<Value> {
    func.body().args.iter().copied().find(|value| {
        let ValueDef::Arg { index, .. } = func.def(*value) else { return false };
        let own = func.args.get(index as usize).and_then(|argument| argument.name.as_deref());
        let is_scalar = func.tensor(*value).is_some_and(|tensor| tensor.rank() == 0 && tensor.dtype.is_int());
        is_scalar && base(own, index as usize) == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_names_get_suffixes() {
        let mut names = Names::new(["x.0", "d0"]);
        assert_eq!(names.argument_dim("x", 0), "x.0_1");
        assert_eq!(names.argument_dim("x", 0), "x.0_2");
        assert_eq!(names.opaque_dim(), "d0_1");
        let mark = names.mark();
        assert_eq!(names.opaque_dim(), "d1");
        assert_eq!(names.opaque_dim(), "d2");
        names.back_to(mark);
        assert_eq!(names.opaque_dim(), "d1");
    }
}
