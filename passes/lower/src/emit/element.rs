//! Elements: the scalar code for one element of a value at a place.
//!
//! A value that is in memory or in a register is read; any other is computed in place from its access, recursively.
//! Equal elements are computed once per scope ([`Text`]).

use crate::emit::scalar::{self, Calls};
use crate::emit::text::{Key, Text, Val};
use crate::emit::types::{memref, register};
use std::collections::{BTreeMap, HashMap};
use thn_ir::access::{Access, Cond, Elem};
use thn_ir::{DType, Dim, Error, Func, Literal, OpId, Scalar, TensorType, Value};
use thn_kernels::{Accesses, Atom, Place};

/// Where a value is that is not computed in place.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In memory, with all its dims.
    Memory {
        /// The memref.
        name: String,
        /// Its type.
        ty: String,
    },
    /// In memory, for the rows that run side by side: the first dim is the row among them, then come the dims inside
    /// a row.
    RowBuffer {
        /// The memref.
        name: String,
        /// Its type.
        ty: String,
    },
    /// In a register per row that runs side by side.
    Registers(BTreeMap<usize, Val>),
}

/// Literals of a module, as globals.
#[derive(Default)]
pub(crate) struct Globals {
    names: BTreeMap<Literal, String>,
}

impl Globals {
    fn name(&mut self, literal: &Literal) -> String {
        let next = self.names.len();
        self.names.entry(literal.clone()).or_insert_with(|| format!("@literal_{next}")).clone()
    }

    /// Their definitions.
    pub(crate) fn text(&self) -> String {
        let mut by_name: Vec<(&String, &Literal)> = self.names.iter().map(|(l, n)| (n, l)).collect();
        by_name.sort_by_key(|(n, _)| (n.len(), n.as_str()));
        by_name.iter().map(|(name, l)| global(name, l)).collect()
    }
}

fn global(name: &str, literal: &Literal) -> String {
    let ty = memref(&literal.ty());
    let tensor = ty.replacen("memref", "tensor", 1);
    let bytes: String = literal.to_bytes().iter().map(|b| format!("{b:02X}")).collect();
    format!("memref.global \"private\" constant {name} : {ty} = dense<\"0x{bytes}\"> : {tensor}\n")
        .replace(&format!(" : {tensor}\n"), " {alignment = 64}\n")
}

/// Operands of a `linalg.generic` that elements read through index maps.
pub(crate) struct Inputs {
    /// Lengths of the iterators. An operand must have exactly these, because they decide how far the loops run.
    pub(crate) lengths: Vec<Dim>,
    /// The operands so far.
    pub(crate) list: Vec<Input>,
}

/// An operand of a `linalg.generic`.
pub(crate) struct Input {
    /// The memref.
    pub(crate) memref: String,
    /// Its type.
    pub(crate) ty: String,
    /// The iterator of each dim; `None` is position 0.
    pub(crate) map: Vec<Option<usize>>,
    /// Its name in the body.
    pub(crate) argument: String,
    /// Its element type.
    pub(crate) dtype: DType,
}

/// Computes elements in one function.
pub(crate) struct Elements<'a> {
    pub(crate) func: &'a Func,
    pub(crate) accesses: &'a Accesses,
    pub(crate) text: Text,
    pub(crate) calls: &'a mut Calls,
    pub(crate) globals: &'a mut Globals,
    pub(crate) sources: HashMap<Value, Source>,
    /// Name and scope of each iterator of the kernel.
    pub(crate) iters: Vec<(String, usize)>,
    /// Which of the rows that run side by side is computed.
    pub(crate) row: usize,
    /// Number of row iterators.
    pub(crate) rows: usize,
    /// Present while the body of a `linalg.generic` is written.
    pub(crate) inputs: Option<Inputs>,
}

impl Elements<'_> {
    /// A place as an index, and the scope it exists from.
    pub(crate) fn place(&mut self, place: &Place) -> Result<Val, Error> {
        let key = Key::Place(self.row, place.clone());
        if let Some(known) = self.text.recall(&key) {
            return Ok(known);
        }
        let index = |name, level| Val { name, dtype: DType::I64, level };
        let mut sum: Option<Val> = None;
        for (atom, factor) in place.terms() {
            let mut term = self.atom(atom)?;
            if !factor.is(1) {
                let factor = self.text.dim(factor);
                let rhs = format!("arith.muli {}, {factor} : index", term.name);
                term = index(self.text.bind_at(term.level, rhs), term.level);
            }
            sum = Some(match sum {
                None => term,
                Some(s) => {
                    let level = s.level.max(term.level);
                    let rhs = format!("arith.addi {}, {} : index", s.name, term.name);
                    index(self.text.bind_at(level, rhs), level)
                }
            });
        }
        let constant = place.constant();
        let val = match sum {
            None => index(self.text.dim(constant), 0),
            Some(s) if constant.is(0) => s,
            Some(s) => {
                let constant = self.text.dim(constant);
                let rhs = format!("arith.addi {}, {constant} : index", s.name);
                index(self.text.bind_at(s.level, rhs), s.level)
            }
        };
        self.text.remember(key, &val);
        Ok(val)
    }

    fn atom(&mut self, atom: &Atom) -> Result<Val, Error> {
        Ok(match atom {
            Atom::Iter(i) => {
                let (name, level) = self.iters[*i].clone();
                Val { name, dtype: DType::I64, level }
            }
            Atom::FloorDiv(p, d) => {
                let (p, d) = (self.place(p)?, self.divisor(d));
                Val { name: self.text.floor_div(p.level, &p.name, &d), ..p }
            }
            Atom::Mod(p, d) => {
                let (p, d) = (self.place(p)?, self.divisor(d));
                let quotient = self.text.floor_div(p.level, &p.name, &d);
                let whole = self.text.bind_at(p.level, format!("arith.muli {quotient}, {d} : index"));
                let name = self.text.bind_at(p.level, format!("arith.subi {}, {whole} : index", p.name));
                Val { name, ..p }
            }
            Atom::Load { value, at, bound } => {
                let v = self.element(*value, at)?;
                self.position(&v, bound)
            }
        })
    }

    /// A dim to divide by. One of length 0 makes the loops below empty, but a division may stand above them.
    fn divisor(&mut self, dim: &Dim) -> String {
        self.text.dim(&dim.max(&Dim::ONE))
    }

    /// An element of an index tensor as a position in a dim of length `bound`: negative ones count from the end.
    fn position(&mut self, v: &Val, bound: &Dim) -> Val {
        let ty = register(v.dtype);
        let level = v.level;
        if !v.dtype.is_signed() {
            let name = self.text.bind_at(level, format!("arith.index_castui {} : {ty} to index", v.name));
            return Val { name, dtype: DType::I64, level };
        }
        let i = self.text.bind_at(level, format!("arith.index_cast {} : {ty} to index", v.name));
        let (zero, bound) = (self.text.index(0), self.text.dim(bound));
        let negative = self.text.bind_at(level, format!("arith.cmpi slt, {i}, {zero} : index"));
        let wrapped = self.text.bind_at(level, format!("arith.addi {i}, {bound} : index"));
        let name = self.text.bind_at(level, format!("arith.select {negative}, {wrapped}, {i} : index"));
        Val { name, dtype: DType::I64, level }
    }

    /// The tensor type of a value.
    pub(crate) fn tensor(&self, value: Value) -> Result<TensorType, Error> {
        let missing =
            || Error::unsupported(format!("{} is {}", self.func.describe(value), self.func.ty(value)));
        self.func.tensor(value).cloned().ok_or_else(missing)
    }

    /// The element of a value at a place.
    pub(crate) fn element(&mut self, value: Value, at: &[Place]) -> Result<Val, Error> {
        let key = Key::Element(self.row, value, at.to_vec());
        if let Some(known) = self.text.recall(&key) {
            return Ok(known);
        }
        let dtype = self.tensor(value)?.dtype;
        let val = match self.sources.get(&value).cloned() {
            Some(Source::Registers(of)) => of.get(&self.row).cloned().ok_or_else(|| {
                Error::internal(format!("{} is read before its row makes it", self.func.describe(value)))
            })?,
            Some(Source::Memory { name, ty }) => match self.input(value, &name, &ty, dtype, at)? {
                Some(val) => self.truth(val),
                None => self.load(&name, &ty, dtype, at)?,
            },
            Some(Source::RowBuffer { name, ty }) => {
                let mut inner = vec![Place::from(Dim::from(self.row as i64))];
                inner.extend(at[self.rows..].iter().cloned());
                self.load(&name, &ty, dtype, &inner)?
            }
            None => {
                let op = self.func.def_op(value).ok_or_else(|| {
                    Error::internal(format!("{} has no place in its kernel", self.func.describe(value)))
                })?;
                self.body(op, at)?
            }
        };
        self.text.remember(key, &val);
        Ok(val)
    }

    fn load(&mut self, name: &str, ty: &str, dtype: DType, at: &[Place]) -> Result<Val, Error> {
        let places = at.iter().map(|p| self.place(p)).collect::<Result<Vec<_>, _>>()?;
        // A read moves out of loops only where it is certainly in bounds: at plain iterators.
        let plain = at.iter().all(|p| p.as_iter().is_some());
        let deepest = places.iter().map(|p| p.level).max().unwrap_or(0);
        let level = if plain { deepest.max(self.text.memory_level()) } else { self.text.level() };
        let indices: Vec<&str> = places.iter().map(|p| p.name.as_str()).collect();
        let rhs = format!("memref.load {name}[{}] : {ty}", indices.join(", "));
        let val = Val { name: self.text.bind_at(level, rhs), dtype, level };
        Ok(self.truth(val))
    }

    /// A read that stays where it is, because the memory is also written.
    pub(crate) fn load_here(
        &mut self,
        name: &str,
        ty: &str,
        dtype: DType,
        at: &[Place],
    ) -> Result<Val, Error> {
        let places = at.iter().map(|p| self.place(p)).collect::<Result<Vec<_>, _>>()?;
        let indices: Vec<&str> = places.iter().map(|p| p.name.as_str()).collect();
        let raw = self.text.bind(format!("memref.load {name}[{}] : {ty}", indices.join(", ")));
        let level = self.text.level();
        Ok(self.truth(Val { name: raw, dtype, level }))
    }

    /// A stored element in a register: a byte that is not 0 is true.
    fn truth(&mut self, raw: Val) -> Val {
        if raw.dtype != DType::Bool {
            return raw;
        }
        let zero = self.text.constant("0", "i8");
        let name = self.text.bind_at(raw.level, format!("arith.cmpi ne, {}, {zero} : i8", raw.name));
        Val { name, ..raw }
    }

    /// The operand of the open `linalg.generic` for a read through a projection of its iterators. A read that only
    /// some points make is none, since operands are read at every point.
    fn input(
        &mut self,
        value: Value,
        name: &str,
        ty: &str,
        dtype: DType,
        at: &[Place],
    ) -> Result<Option<Val>, Error> {
        let shape = self.tensor(value)?.shape;
        if self.text.memory_level() > 0 {
            return Ok(None);
        }
        let level = self.text.level();
        let Some(inputs) = self.inputs.as_mut() else { return Ok(None) };
        let zero = Place::from(Dim::from(0));
        let project = |(p, length): (&Place, &Dim)| match p.as_iter() {
            Some(i) => (inputs.lengths.get(i) == Some(length)).then_some(Some(i)),
            None => (*p == zero && length.is(1)).then_some(None),
        };
        let Some(map) = at.iter().zip(shape.iter()).map(project).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let known = inputs.list.iter().find(|i| i.memref == name && i.map == map);
        let known = known.map(|i| i.argument.clone());
        let argument = match known {
            Some(same) => same,
            None => {
                let argument = format!("%in{}", inputs.list.len());
                inputs.list.push(Input {
                    memref: name.to_string(),
                    ty: ty.to_string(),
                    map,
                    argument: argument.clone(),
                    dtype,
                });
                argument
            }
        };
        Ok(Some(Val { name: argument, dtype, level }))
    }

    /// The body of an op's access at the places of its iterators. For a fold this is what is folded.
    pub(crate) fn body(&mut self, op: OpId, iters: &[Place]) -> Result<Val, Error> {
        let accesses = self.accesses;
        let data = self.func.op(op);
        let access: &Access = accesses.get(op).ok_or_else(|| {
            Error::internal("cannot be computed in place").at(data.kind.row().mnemonic, &data.loc)
        })?;
        let dtype = self.tensor(data.result())?.dtype;
        self.elem(&access.body, op, iters, dtype).map_err(|e| e.at(data.kind.row().mnemonic, &data.loc))
    }

    fn elem(&mut self, elem: &Elem, op: OpId, iters: &[Place], dtype: DType) -> Result<Val, Error> {
        let operands = &self.func.op(op).operands;
        match elem {
            Elem::Load { operand, at } => {
                let at: Vec<Place> = at.iter().map(|i| Place::of(i, operands, iters)).collect();
                self.element(operands[*operand], &at)
            }
            Elem::Index(i) => {
                let index = self.place(&Place::of(i, operands, iters))?;
                let name =
                    self.text.bind_at(index.level, format!("arith.index_cast {} : index to i64", index.name));
                scalar::cast(&mut self.text, self.calls, &Val { name, ..index }, dtype)
            }
            Elem::Literal(l) => self.literal(l, iters),
            Elem::Op(kind, parts) => {
                let parts =
                    parts.iter().map(|p| self.elem(p, op, iters, dtype)).collect::<Result<Vec<_>, _>>()?;
                scalar::apply(&mut self.text, self.calls, *kind, &parts, dtype)
            }
            Elem::If(conds, a, b) => {
                let holds = self.holds(conds, op, iters)?;
                let ty = register(dtype);
                let mut branches = vec![];
                for part in [a, b] {
                    self.text.open(true);
                    let val = self.elem(part, op, iters, dtype)?;
                    self.text.line(format!("scf.yield {} : {ty}", val.name));
                    branches.push(self.text.close());
                }
                let head =
                    format!("scf.if {holds} -> ({ty}) {{\n{}}} else {{\n{}}}", branches[0], branches[1]);
                Ok(Val { name: self.text.bind(head), dtype, level: self.text.level() })
            }
        }
    }

    fn literal(&mut self, literal: &Literal, at: &[Place]) -> Result<Val, Error> {
        let dtype = literal.dtype();
        if let Some(value) = literal.splat_value() {
            return Ok(self.text.scalar(value, dtype));
        }
        if literal.is_empty() {
            // There is no element, so this is never reached.
            return Ok(self.text.scalar(Scalar::Int(0), dtype));
        }
        let ty = memref(&literal.ty());
        let symbol = self.globals.name(literal);
        let name = self.text.bind(format!("memref.get_global {symbol} : {ty}"));
        // The name exists only here, so the read stays here.
        self.load_here(&name, &ty, dtype, at)
    }

    /// Whether all tests hold, as an `i1`.
    fn holds(&mut self, conds: &[Cond], op: OpId, iters: &[Place]) -> Result<String, Error> {
        let operands = &self.func.op(op).operands;
        let mut all: Option<String> = None;
        for cond in conds {
            let (Cond::InRange(i, ..) | Cond::Multiple(i, _)) = cond;
            let place = Place::of(i, operands, iters);
            let index = self.place(&place)?.name;
            let tests = match cond {
                Cond::InRange(_, low, high) => {
                    let mut tests = vec![];
                    // An iterator is never below 0.
                    if !(low.is(0) && place.as_iter().is_some()) {
                        let low = self.text.dim(low);
                        tests.push(format!("arith.cmpi sge, {index}, {low} : index"));
                    }
                    let high = self.text.dim(high);
                    tests.push(format!("arith.cmpi slt, {index}, {high} : index"));
                    tests
                }
                Cond::Multiple(_, n) => {
                    let (n, zero) = (self.text.index(*n), self.text.index(0));
                    let rest = self.text.bind(format!("arith.remsi {index}, {n} : index"));
                    vec![format!("arith.cmpi eq, {rest}, {zero} : index")]
                }
            };
            for test in tests {
                let test = self.text.bind(test);
                all = Some(match all {
                    None => test,
                    Some(before) => self.text.bind(format!("arith.andi {before}, {test} : i1")),
                });
            }
        }
        Ok(match all {
            Some(name) => name,
            None => self.text.constant("true", "i1"),
        })
    }

    /// A register as it is stored: bool as a byte.
    pub(crate) fn stored(&mut self, val: &Val) -> String {
        match val.dtype {
            DType::Bool => self.text.bind(format!("arith.extui {} : i1 to i8", val.name)),
            _ => val.name.clone(),
        }
    }

    /// Writes an element.
    pub(crate) fn store(&mut self, val: &Val, name: &str, ty: &str, at: &[Place]) -> Result<(), Error> {
        let places = at.iter().map(|p| self.place(p)).collect::<Result<Vec<_>, _>>()?;
        let indices: Vec<&str> = places.iter().map(|p| p.name.as_str()).collect();
        let stored = self.stored(val);
        self.text.line(format!("memref.store {stored}, {name}[{}] : {ty}", indices.join(", ")));
        Ok(())
    }

    /// Opens `scf.for` over an iterator and gives the names of its carried values.
    pub(crate) fn open_loop(&mut self, iter: usize, carried: usize) -> Vec<String> {
        let name = self.text.fresh();
        self.text.open(false);
        let level = self.text.level();
        if self.iters.len() <= iter {
            self.iters.resize(iter + 1, (String::new(), 0));
        }
        self.iters[iter] = (name, level);
        (0..carried).map(|_| self.text.fresh()).collect()
    }

    /// Closes `scf.for` from `low` up to `high`; gives the names of the final values.
    pub(crate) fn close_loop(
        &mut self,
        iter: usize,
        [low, high, step]: [&str; 3],
        carried: &[Carried],
        next: &[String],
    ) -> Vec<String> {
        let induction = self.iters[iter].0.clone();
        if !next.is_empty() {
            let types: Vec<&str> = carried.iter().map(|c| c.ty).collect();
            self.text.line(format!("scf.yield {} : {}", next.join(", "), types.join(", ")));
        }
        let body = self.text.close();
        let head = format!("scf.for {induction} = {low} to {high} step {step}");
        if carried.is_empty() {
            self.text.line(format!("{head} {{\n{body}}}"));
            return vec![];
        }
        let inits: Vec<String> = carried.iter().map(|c| format!("{} = {}", c.name, c.init)).collect();
        let types: Vec<&str> = carried.iter().map(|c| c.ty).collect();
        let name = self.text.fresh();
        let count = carried.len();
        let packed = if count == 1 { name.clone() } else { format!("{name}:{count}") };
        self.text.line(format!(
            "{packed} = {head} iter_args({}) -> ({}) {{\n{body}}}",
            inits.join(", "),
            types.join(", ")
        ));
        if count == 1 { vec![name] } else { (0..count).map(|i| format!("{name}#{i}")).collect() }
    }
}

/// A value that a loop carries.
pub(crate) struct Carried {
    /// Its name inside.
    pub(crate) name: String,
    /// What it is at first.
    pub(crate) init: String,
    /// Its type.
    pub(crate) ty: &'static str,
}
