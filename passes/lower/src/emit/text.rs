//! The text of one function while it is written.
//!
//! A [`Text`] is a stack of scopes, one per open loop or branch, above a prelude that holds constants and dims. A
//! line goes to the outermost scope in which its operands exist, so what does not depend on an iterator is computed
//! outside its loop; nothing that touches memory leaves a branch. What a scope computed is remembered as long as the
//! scope lasts.

use crate::emit::types::{float, integer};
use std::collections::{BTreeMap, HashMap};
use thn_ir::{DType, Dim, Scalar, Symbol};
use thn_kernels::Place;

/// An SSA value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Val {
    /// Its name, with `%`.
    pub(crate) name: String,
    /// The element type it has in `thn`; bool is `i1` in registers.
    pub(crate) dtype: DType,
    /// The scope from which on it exists.
    pub(crate) level: usize,
}

/// What a scope remembers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    /// An element of a value, for one of the rows that run side by side.
    Element(usize, thn_ir::Value, Vec<Place>),
    /// A place as an index.
    Place(usize, Place),
}

/// An open loop, branch or function.
#[derive(Default)]
struct Scope {
    lines: String,
    known: HashMap<Key, (String, DType, usize)>,
    /// Whether it runs only under a condition.
    branch: bool,
}

/// The text of one function.
pub(crate) struct Text {
    prelude: String,
    constants: HashMap<String, String>,
    /// Results of ops of the prelude by their right sides: dims that begin alike share what is alike.
    lengths: HashMap<String, String>,
    dims: HashMap<Dim, String>,
    symbols: BTreeMap<u32, String>,
    scopes: Vec<Scope>,
    next: usize,
}

impl Text {
    /// A function in which these symbols have these names, of type `index`.
    pub(crate) fn new(symbols: BTreeMap<u32, String>) -> Text {
        Text {
            prelude: String::new(),
            constants: HashMap::new(),
            lengths: HashMap::new(),
            dims: HashMap::new(),
            symbols,
            scopes: vec![Scope::default()],
            next: 0,
        }
    }

    /// A new name.
    pub(crate) fn fresh(&mut self) -> String {
        self.next += 1;
        format!("%{}", self.next - 1)
    }

    /// The innermost scope.
    pub(crate) fn level(&self) -> usize {
        self.scopes.len() - 1
    }

    /// The outermost scope that memory may be read in: inside every open branch.
    pub(crate) fn memory_level(&self) -> usize {
        self.scopes.iter().rposition(|s| s.branch).unwrap_or(0)
    }

    /// Appends a line to the innermost scope.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        self.line_at(self.level(), line);
    }

    /// Appends a line to a scope.
    pub(crate) fn line_at(&mut self, level: usize, line: impl AsRef<str>) {
        let lines = &mut self.scopes[level].lines;
        lines.push_str(line.as_ref());
        lines.push('\n');
    }

    /// Names the result of an op in the innermost scope.
    pub(crate) fn bind(&mut self, rhs: impl AsRef<str>) -> String {
        self.bind_at(self.level(), rhs)
    }

    /// Names the result of an op in a scope.
    pub(crate) fn bind_at(&mut self, level: usize, rhs: impl AsRef<str>) -> String {
        let name = self.fresh();
        self.line_at(level, format!("{name} = {}", rhs.as_ref()));
        name
    }

    /// `a / b` rounded down, as an index, for a positive `b`.
    pub(crate) fn floor_div(&mut self, level: usize, a: &str, b: &str) -> String {
        let [quotient, rest] =
            ["divsi", "remsi"].map(|op| self.bind_at(level, format!("arith.{op} {a}, {b} : index")));
        let (zero, minus_one) = (self.index(0), self.index(-1));
        let below = self.bind_at(level, format!("arith.cmpi slt, {rest}, {zero} : index"));
        let step = self.bind_at(level, format!("arith.select {below}, {minus_one}, {zero} : index"));
        self.bind_at(level, format!("arith.addi {quotient}, {step} : index"))
    }

    /// Opens a scope.
    pub(crate) fn open(&mut self, branch: bool) {
        self.scopes.push(Scope { branch, ..Scope::default() });
    }

    /// Closes the innermost scope and gives its lines.
    pub(crate) fn close(&mut self) -> String {
        self.scopes.pop().map(|s| s.lines).unwrap_or_default()
    }

    /// What was computed under `key` in a scope that is still open.
    pub(crate) fn recall(&self, key: &Key) -> Option<Val> {
        let found = self.scopes.iter().rev().find_map(|s| s.known.get(key))?;
        Some(Val { name: found.0.clone(), dtype: found.1, level: found.2 })
    }

    /// Remembers a value as long as the scope that it exists from lasts.
    pub(crate) fn remember(&mut self, key: Key, val: &Val) {
        self.scopes[val.level].known.insert(key, (val.name.clone(), val.dtype, val.level));
    }

    /// A constant of a type, once per function.
    pub(crate) fn constant(&mut self, literal: &str, ty: &str) -> String {
        let rhs = if ty == "i1" { literal.to_string() } else { format!("{literal} : {ty}") };
        if let Some(name) = self.constants.get(&rhs) {
            return name.clone();
        }
        let name = self.fresh();
        self.prelude.push_str(&format!("{name} = arith.constant {rhs}\n"));
        self.constants.insert(rhs, name.clone());
        name
    }

    /// An index constant.
    pub(crate) fn index(&mut self, value: i64) -> String {
        self.constant(&value.to_string(), "index")
    }

    /// Whether a name is that of a positive constant.
    fn is_positive(&self, name: &str) -> bool {
        let number =
            |rhs: &str| rhs.strip_suffix(" : index").and_then(|n| n.parse().ok()).is_some_and(|n: i64| n > 0);
        self.constants.iter().any(|(rhs, known)| known == name && number(rhs))
    }

    /// A scalar of an element type.
    pub(crate) fn scalar(&mut self, value: Scalar, dtype: DType) -> Val {
        let literal = match value.cast(dtype) {
            Scalar::Bool(b) => b.to_string(),
            Scalar::Int(i) => integer(i, dtype),
            Scalar::Float(x) => float(x, dtype),
        };
        let name = self.constant(&literal, crate::emit::types::register(dtype));
        Val { name, dtype, level: 0 }
    }

    /// A dim as an index, computed once per function.
    pub(crate) fn dim(&mut self, dim: &Dim) -> String {
        if let Some(name) = self.dims.get(dim) {
            return name.clone();
        }
        let name = dim.visit(&mut DimText(self));
        self.dims.insert(dim.clone(), name.clone());
        name
    }

    /// The whole body: prelude, then lines.
    pub(crate) fn finish(mut self) -> String {
        let body = self.close();
        format!("{}{body}", self.prelude)
    }

    fn prelude_bind(&mut self, rhs: &str) -> String {
        if let Some(name) = self.lengths.get(rhs) {
            return name.clone();
        }
        let name = self.fresh();
        self.prelude.push_str(&format!("{name} = {rhs}\n"));
        self.lengths.insert(rhs.to_string(), name.clone());
        name
    }
}

struct DimText<'a>(&'a mut Text);

impl thn_ir::DimVisitor for DimText<'_> {
    type Out = String;

    fn constant(&mut self, value: i64) -> String {
        self.0.index(value)
    }

    fn symbol(&mut self, symbol: &Symbol) -> String {
        // Every symbol of a program has an entry; see `Entry::symbols`.
        self.0.symbols.get(&symbol.id).cloned().unwrap_or_else(|| format!("%unbound_{}", symbol.id))
    }

    fn add(&mut self, a: String, b: String) -> String {
        self.0.prelude_bind(&format!("arith.addi {a}, {b} : index"))
    }

    fn mul(&mut self, a: String, b: String) -> String {
        self.0.prelude_bind(&format!("arith.muli {a}, {b} : index"))
    }

    /// Neither a zero divisor, which the reference refuses and which stands for 1 here, nor the least number by -1 may
    /// trap.
    fn floor_div(&mut self, a: String, b: String) -> String {
        let (zero, one) = (self.0.index(0), self.0.index(1));
        if self.0.is_positive(&b) {
            let (quotient, rest) = self.divided(&a, &b);
            let below = self.0.prelude_bind(&format!("arith.cmpi slt, {rest}, {zero} : index"));
            let lower = self.0.prelude_bind(&format!("arith.subi {quotient}, {one} : index"));
            return self.0.prelude_bind(&format!("arith.select {below}, {lower}, {quotient} : index"));
        }
        let minus_one = self.0.index(-1);
        let none = self.0.prelude_bind(&format!("arith.cmpi eq, {b}, {zero} : index"));
        let negates = self.0.prelude_bind(&format!("arith.cmpi eq, {b}, {minus_one} : index"));
        let trivial = self.0.prelude_bind(&format!("arith.ori {none}, {negates} : i1"));
        let divisor = self.0.prelude_bind(&format!("arith.select {trivial}, {one}, {b} : index"));
        let (quotient, rest) = self.divided(&a, &divisor);
        let inexact = self.0.prelude_bind(&format!("arith.cmpi ne, {rest}, {zero} : index"));
        // Signs differ where the exclusive or of the bits is negative.
        let mixed = self.0.prelude_bind(&format!("arith.xori {rest}, {divisor} : index"));
        let opposite = self.0.prelude_bind(&format!("arith.cmpi slt, {mixed}, {zero} : index"));
        let below = self.0.prelude_bind(&format!("arith.andi {inexact}, {opposite} : i1"));
        let lower = self.0.prelude_bind(&format!("arith.subi {quotient}, {one} : index"));
        let floor = self.0.prelude_bind(&format!("arith.select {below}, {lower}, {quotient} : index"));
        let negated = self.0.prelude_bind(&format!("arith.subi {zero}, {a} : index"));
        self.0.prelude_bind(&format!("arith.select {negates}, {negated}, {floor} : index"))
    }

    fn modulo(&mut self, a: String, b: String) -> String {
        let quotient = self.floor_div(a.clone(), b.clone());
        let whole = self.mul(quotient, b);
        self.0.prelude_bind(&format!("arith.subi {a}, {whole} : index"))
    }

    fn max(&mut self, a: String, b: String) -> String {
        self.0.prelude_bind(&format!("arith.maxsi {a}, {b} : index"))
    }

    fn min(&mut self, a: String, b: String) -> String {
        self.0.prelude_bind(&format!("arith.minsi {a}, {b} : index"))
    }
}

impl DimText<'_> {
    /// The quotient that is rounded to zero, and what it leaves.
    fn divided(&mut self, a: &str, b: &str) -> (String, String) {
        let quotient = self.0.prelude_bind(&format!("arith.divsi {a}, {b} : index"));
        (quotient, self.0.prelude_bind(&format!("arith.remsi {a}, {b} : index")))
    }
}

/// Indents by the depth of braces; a module is written without regard to it.
pub(crate) fn indent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0usize;
    for line in text.lines() {
        let line = line.trim();
        let closing = line.starts_with('}');
        let label = line.starts_with('^');
        let shown = depth.saturating_sub(usize::from(closing) + usize::from(label));
        out.push_str(&"  ".repeat(shown));
        out.push_str(line);
        out.push('\n');
        let opens = line.matches('{').count();
        let closes = line.matches('}').count();
        depth = (depth + opens).saturating_sub(closes);
    }
    out
}
