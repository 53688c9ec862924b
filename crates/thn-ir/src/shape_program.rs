//! Everything about dims that a call must establish before it computes.
//!
//! Built from the program as the user wrote it, so that no rewrite can lose an error. [`ShapeProgram::run`] binds the
//! symbols to the lengths at hand, checks every constraint and gives the lengths of the results.

use crate::{
    Constraint, DType, Dim, Error, Func, Loc, OpId, Shape, Symbol, SymbolOrigin, Value,
    extents::Extents,
    infer::{Told, lengths},
};
use std::{collections::BTreeMap, fmt};

/// One check, with everything its message needs.
#[derive(Clone, Debug)]
struct Check {
    constraint: Constraint,
    op: &'static str,
    loc: Loc,
    /// Name and shape of each operand.
    operands: Vec<(String, Shape)>,
}

/// An entry argument as the program declares it.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    dtype: DType,
    shape: Shape,
}

/// The dims of a program: entry lengths in, errors or result lengths out.
#[derive(Clone, Debug)]
pub struct ShapeProgram {
    entries: Vec<Entry>,
    /// By symbol id.
    symbols: Vec<(Symbol, SymbolOrigin)>,
    checks: Vec<Check>,
    extents: Extents,
    results: Vec<Shape>,
}

/// A call whose lengths do not fit the program.
#[derive(Clone, PartialEq, Debug)]
pub struct ShapeFailure {
    /// The op whose rule is broken; empty if an argument itself is wrong.
    pub op: &'static str,
    /// The user's source line.
    pub loc: Loc,
    /// The rule, the values and their shapes.
    pub message: String,
}

impl fmt::Display for ShapeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.loc != Loc::Unknown {
            write!(f, "{}: ", self.loc)?;
        }
        if !self.op.is_empty() {
            write!(f, "'thn.{}' op ", self.op)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ShapeFailure {}

impl ShapeProgram {
    /// Collects the checks of a whole program, regions included.
    ///
    /// # Errors
    ///
    /// If an argument or result is no tensor, or an op is certainly wrong.
    pub fn new(func: &Func) -> Result<ShapeProgram, Error> {
        let entry = |(value, _): (&Value, _)| {
            let ty = func.tensor(*value);
            let ty =
                ty.ok_or_else(|| Error::unsupported(format!("entry argument of type {}", func.ty(*value))))?;
            Ok(Entry { name: func.describe(*value), dtype: ty.dtype, shape: ty.shape.clone() })
        };
        let entries =
            func.body().args.iter().zip(&func.args).map(entry).collect::<Result<Vec<_>, Error>>()?;
        let mut program = ShapeProgram {
            entries,
            symbols: func.symbols().to_vec(),
            checks: vec![],
            extents: Extents::default(),
            results: vec![],
        };
        for entry in &program.entries {
            program.extents.skip(&entry.shape, entry.dtype.size());
        }
        for op in func.walk(Func::BODY) {
            program.add_checks(func, op)?;
            program.extents.add(func, op);
        }
        for (value, res) in func.body().results.iter().zip(&func.results) {
            let Some(ty) = func.tensor(*value) else {
                return Err(Error::unsupported(format!("result of type {}", func.ty(*value))));
            };
            program.results.push(ty.shape.clone());
            // State may change its length between calls only where its type leaves the length open; an update is
            // checked against the declaration, not against the old value.
            if let Some(target) = res.updates.and_then(|t| program.entries.get(t)) {
                for (axis, declared) in target.shape.iter().enumerate() {
                    if declared.as_const().is_some() && ty.shape[axis] != *declared {
                        program.checks.push(Check {
                            constraint: Constraint {
                                left: declared.clone(),
                                right: ty.shape[axis].clone(),
                                equal: true,
                                places: [None, None],
                                range: None,
                                rule: "an update must keep the declared lengths of its shared variable",
                            },
                            op: "",
                            loc: Loc::Unknown,
                            operands: vec![
                                (target.name.clone(), target.shape.clone()),
                                ("its new value".into(), ty.shape.clone()),
                            ],
                        });
                    }
                }
            }
        }
        Ok(program)
    }

    fn add_checks(&mut self, func: &Func, op: OpId) -> Result<(), Error> {
        let data = func.op(op);
        for constraint in func.constraints(op)? {
            let shape = |v: &Value| func.tensor(*v).map(|t| t.shape.clone()).unwrap_or_default();
            self.checks.push(Check {
                constraint,
                op: data.kind.row().mnemonic,
                loc: data.loc.clone(),
                operands: data.operands.iter().map(|v| (func.describe(*v), shape(v))).collect(),
            });
        }
        Ok(())
    }

    /// The number of checks a call makes.
    pub fn check_count(&self) -> usize {
        self.checks.len()
    }

    /// The values of the symbols by id, given the lengths of the entry arguments and the values of the rank-0 integer
    /// ones. Symbols that only running the program can tell have no value.
    ///
    /// # Errors
    ///
    /// If the number of arguments or of their dims is wrong.
    pub fn bind(
        &self,
        shapes: &[&[i64]],
        value_of: &dyn Fn(usize) -> Option<i64>,
    ) -> Result<Vec<Option<i64>>, ShapeFailure> {
        let wrong = |message: String| ShapeFailure { op: "", loc: Loc::Unknown, message };
        if shapes.len() != self.entries.len() {
            return Err(wrong(format!(
                "{} arguments are needed, {} are given",
                self.entries.len(),
                shapes.len()
            )));
        }
        for (entry, shape) in self.entries.iter().zip(shapes) {
            if shape.len() != entry.shape.rank() {
                let (given, needed) = (dims(shape.len()), dims(entry.shape.rank()));
                let shape = lengths(shape);
                return Err(wrong(format!(
                    "argument {} has shape {shape} with {given}, but a tensor with {needed} is needed",
                    entry.name
                )));
            }
        }
        Ok(self
            .symbols
            .iter()
            .map(|(_, origin)| match *origin {
                SymbolOrigin::ArgDim { arg, axis } => {
                    shapes.get(arg as usize).and_then(|s| s.get(axis as usize)).copied()
                }
                SymbolOrigin::ArgValue { arg } => value_of(arg as usize),
                SymbolOrigin::Opaque => None,
            })
            .collect())
    }

    /// Checks a call and gives the lengths of the results; a length that only running can tell is `None`.
    ///
    /// # Errors
    ///
    /// The first rule that the lengths break, with the op, its line, and the names and shapes at fault.
    pub fn run(
        &self,
        shapes: &[&[i64]],
        value_of: &dyn Fn(usize) -> Option<i64>,
    ) -> Result<Vec<Option<Vec<i64>>>, ShapeFailure> {
        let values = self.bind(shapes, value_of)?;
        let symbol = |s: &Symbol| values.get(s.id as usize).copied().flatten();
        for (entry, shape) in self.entries.iter().zip(shapes) {
            for (axis, declared) in entry.shape.iter().enumerate() {
                let Ok(length) = declared.eval(&symbol) else { continue };
                if length != shape[axis] {
                    let message = format!(
                        "argument {} has shape {}, but its declared shape is {}: dim {axis} is {} and {length}",
                        entry.name,
                        lengths(shape),
                        entry.shape,
                        shape[axis]
                    );
                    return Err(ShapeFailure { op: "", loc: Loc::Unknown, message });
                }
            }
        }
        for check in &self.checks {
            // A dim that only running can tell is checked there.
            let Constraint { left, right, equal, .. } = &check.constraint;
            let (Ok(left), Ok(right)) = (left.eval(&symbol), right.eval(&symbol)) else {
                continue;
            };
            if if *equal { left != right } else { left < right } {
                let (constraint, operands) = (&check.constraint, check.operands.as_slice());
                let message = Told { constraint, operands, value: &|dim| dim.eval(&symbol).ok() }.to_string();
                return Err(ShapeFailure { op: check.op, loc: check.loc.clone(), message });
            }
        }
        self.extents.check(&symbol)?;
        Ok(self.results.iter().map(|shape| shape.iter().map(|d| d.eval(&symbol).ok()).collect()).collect())
    }

    /// The rank-0 integer entry arguments whose values lengths depend on, in ascending order.
    pub fn value_args(&self) -> Vec<usize> {
        let value = |(_, origin): &(Symbol, SymbolOrigin)| match origin {
            SymbolOrigin::ArgValue { arg } => Some(*arg as usize),
            SymbolOrigin::ArgDim { .. } | SymbolOrigin::Opaque => None,
        };
        let mut args: Vec<usize> = self.symbols.iter().filter_map(value).collect();
        args.sort_unstable();
        args.dedup();
        args
    }

    /// Declared element type and name of each entry argument.
    pub fn entries(&self) -> impl Iterator<Item = (&str, DType, &Shape)> {
        self.entries.iter().map(|e| (e.name.as_str(), e.dtype, &e.shape))
    }
}

/// `1 dim`, `2 dims`.
fn dims(count: usize) -> String {
    format!("{count} dim{}", if count == 1 { "" } else { "s" })
}

impl Func {
    /// Dims that the checks of the shape program prove equal are made the same, so that types can be compared by
    /// value from here on. Symbols stand for the earliest dim they equal; constants win. Gives what replaced a symbol,
    /// in which symbols may be replaced again.
    ///
    /// # Errors
    ///
    /// If an op is certainly wrong.
    pub fn unify_dims(&mut self) -> Result<BTreeMap<Symbol, Dim>, Error> {
        let mut by: BTreeMap<Symbol, Dim> = BTreeMap::new();
        for op in self.walk(Func::BODY) {
            for c in self.constraints(op)?.into_iter().filter(|c| c.equal) {
                let (left, right) = (resolve(&c.left, &by), resolve(&c.right, &by));
                let replaced = match (left.as_symbol(), right.as_symbol()) {
                    (Some(a), Some(b)) if a.id < b.id => Some((b.clone(), left)),
                    (Some(a), _) if !right.symbols().contains(a) => Some((a.clone(), right)),
                    (_, Some(b)) if !left.symbols().contains(b) => Some((b.clone(), left)),
                    _ => None,
                };
                let replaced = replaced.filter(|(s, d)| d.as_symbol() != Some(s) && !d.is_too_large());
                if let Some((symbol, dim)) = replaced {
                    by.insert(symbol, dim);
                }
            }
        }
        if !by.is_empty() {
            // A dim that would become too large stays as it is: equal dims may look different.
            self.map_dims(&|d| {
                Some(resolve(d, &by)).filter(|new| !new.is_too_large()).unwrap_or_else(|| d.clone())
            });
        }
        Ok(by)
    }
}

/// A dim with every replaced symbol replaced, and what replaces it likewise. It ends because no replacement contains
/// a symbol that was already replaced when it was made.
fn resolve(dim: &Dim, by: &BTreeMap<Symbol, Dim>) -> Dim {
    let mut dim = dim.clone();
    loop {
        let next = dim.substitute(&|s| by.get(s).cloned().unwrap_or_else(|| s.clone().into()));
        if next == dim {
            return next;
        }
        dim = next;
    }
}
