//! The arena: functions, blocks, ops and values.
//!
//! Everything is append-only: taking an op out of a program removes it from its block and leaves it in the arena;
//! [`Func::extract`] copies the live part. Ids are dense and follow creation order, so every walk is deterministic.
//! Regions are single blocks; a block may use the values of the blocks around it, unless it belongs to a
//! [`OpKind::Kernel`].

use crate::{Attrs, Dim, Literal, OpKind, Shape, Symbol, SymbolOrigin, TensorType, Type};
use smallvec::SmallVec;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

/// A value: an argument of a block or a result of an op.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub u32);

/// An op in its arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct OpId(pub u32);

/// A block in its arena. [`Func::BODY`] is the function's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BlockId(pub u32);

/// A place in the user's source.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Loc {
    /// Not known.
    #[default]
    Unknown,
    /// File, line and column, counted from 1.
    File(Arc<str>, u32, u32),
    /// A name, and the place it stands for.
    Name(Arc<str>, Arc<Loc>),
    /// Several places that one op came from.
    Fused(Arc<[Loc]>),
    /// Any other MLIR location, by its spelling inside `loc(...)`.
    Mlir(Arc<str>),
}

impl Loc {
    /// The caller of the function that calls this one; both carry `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Loc {
        let at = std::panic::Location::caller();
        Loc::File(at.file().into(), at.line(), at.column())
    }

    /// One location for something made from several; unknown and repeated places are left out.
    pub fn fuse(parts: impl IntoIterator<Item = Loc>) -> Loc {
        let mut all: Vec<Loc> = vec![];
        let mut seen = HashSet::new();
        for part in parts {
            let inner = match part {
                Loc::Fused(inner) => inner.to_vec(),
                Loc::Unknown => vec![],
                other => vec![other],
            };
            all.extend(inner.into_iter().filter(|loc| seen.insert(loc.clone())));
        }
        match all.len() {
            0 => Loc::Unknown,
            1 => all.remove(0),
            _ => Loc::Fused(all.into()),
        }
    }
}

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loc::Unknown => f.write_str("unknown"),
            Loc::File(file, line, column) => write!(f, "{file}:{line}:{column}"),
            Loc::Name(name, inner) if **inner == Loc::Unknown => write!(f, "{name}"),
            Loc::Name(name, inner) => write!(f, "{name} at {inner}"),
            Loc::Fused(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    write!(f, "{}{part}", if i > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Loc::Mlir(text) => f.write_str(text),
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueDef {
    /// Result `index` of an op.
    Result {
        /// The op.
        op: OpId,
        /// Which of its results.
        index: u32,
    },
    /// Argument `index` of a block.
    Arg {
        /// The block.
        block: BlockId,
        /// Which of its arguments.
        index: u32,
    },
}

/// A value's type, origin and name.
#[derive(Clone, Debug)]
pub struct ValueData {
    /// Its type.
    pub ty: Type,
    /// Where it comes from.
    pub def: ValueDef,
    /// The user's name for it.
    pub name: Option<Arc<str>>,
}

/// An op.
#[derive(Clone, Debug)]
pub struct OpData {
    /// Its row in the op table.
    pub kind: OpKind,
    /// Operands; for [`OpKind::Foreign`], followed by the values its regions capture.
    pub operands: SmallVec<[Value; 3]>,
    /// Results.
    pub results: SmallVec<[Value; 1]>,
    /// Attributes.
    pub attrs: Attrs,
    /// Regions, each a single block.
    pub regions: SmallVec<[BlockId; 0]>,
    /// The user's source line.
    pub loc: Loc,
}

impl OpData {
    /// The first result.
    pub fn result(&self) -> Value {
        self.results[0]
    }
}

/// A straight line of ops with arguments and results.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Arguments.
    pub args: Vec<Value>,
    /// Ops, in an order in which every value is defined before it is used.
    pub ops: Vec<OpId>,
    /// What the block gives: the operands of its terminator.
    pub results: Vec<Value>,
    /// The op that holds the block; `None` for the body of the function.
    pub parent: Option<OpId>,
    /// Location of the terminator.
    pub end: Loc,
}

impl Block {
    /// Results and terminator alone.
    pub(crate) fn ending(&self) -> Block {
        Block { results: self.results.clone(), end: self.end.clone(), ..Block::default() }
    }
}

/// What is known of an entry argument beyond its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arg {
    /// The user's name.
    pub name: Option<Arc<str>>,
    /// Whether it holds state that persists between calls.
    pub shared: bool,
    /// Discardable attributes.
    pub attrs: Attrs,
    /// Where the variable was made.
    pub loc: Loc,
}

/// What is known of a result beyond its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Res {
    /// The user's name.
    pub name: Option<Arc<str>>,
    /// The shared entry argument that takes this value after the call, by position.
    pub updates: Option<usize>,
    /// Discardable attributes.
    pub attrs: Attrs,
}

/// A program.
#[derive(Clone, Debug)]
pub struct Func {
    /// Its name.
    pub name: Arc<str>,
    /// Discardable attributes.
    pub attrs: Attrs,
    /// Where it comes from.
    pub loc: Loc,
    /// One per argument of the body.
    pub args: Vec<Arg>,
    /// One per result of the body.
    pub results: Vec<Res>,
    values: Vec<ValueData>,
    ops: Vec<OpData>,
    blocks: Vec<Block>,
    symbols: Vec<(Symbol, SymbolOrigin)>,
    /// Symbols by name.
    named: HashMap<Arc<str>, u32>,
    /// The last suffix that made a name unique.
    suffixes: HashMap<Arc<str>, usize>,
}

impl Func {
    /// The body.
    pub const BODY: BlockId = BlockId(0);

    /// An empty function.
    pub fn new(name: impl Into<Arc<str>>) -> Func {
        Func {
            name: name.into(),
            attrs: Attrs::new(),
            loc: Loc::Unknown,
            args: vec![],
            results: vec![],
            values: vec![],
            ops: vec![],
            blocks: vec![Block::default()],
            symbols: vec![],
            named: HashMap::new(),
            suffixes: HashMap::new(),
        }
    }

    /// A new symbol. Its name is made one that dim expressions can spell, and unique by a suffix where another symbol has
    /// it.
    pub fn new_symbol(&mut self, name: &str, origin: SymbolOrigin) -> Symbol {
        let name = Symbol::spellable(name);
        let mut unique: Arc<str> = name.as_str().into();
        if self.named.contains_key(&unique) {
            let last = self.suffixes.entry(unique.clone()).or_insert(0);
            while self.named.contains_key(&unique) {
                *last += 1;
                unique = format!("{name}_{last}").into();
            }
        }
        let symbol = Symbol { id: self.symbols.len() as u32, name: unique };
        self.named.insert(symbol.name.clone(), symbol.id);
        self.symbols.push((symbol.clone(), origin));
        symbol
    }

    /// All symbols with their origins; a symbol's id is its position.
    pub fn symbols(&self) -> &[(Symbol, SymbolOrigin)] {
        &self.symbols
    }

    /// The symbol with this name.
    pub fn symbol_named(&self, name: &str) -> Option<Symbol> {
        self.named.get(name).map(|id| self.symbols[*id as usize].0.clone())
    }

    /// Where a symbol comes from.
    pub fn origin(&self, symbol: &Symbol) -> SymbolOrigin {
        self.symbols.get(symbol.id as usize).map_or(SymbolOrigin::Opaque, |(_, o)| *o)
    }

    /// States where a symbol comes from.
    pub fn set_origin(&mut self, symbol: &Symbol, origin: SymbolOrigin) {
        if let Some(entry) = self.symbols.get_mut(symbol.id as usize) {
            entry.1 = origin;
        }
    }

    /// Adds an entry argument whose type is known.
    pub fn add_arg(&mut self, ty: impl Into<Type>, arg: Arg) -> Value {
        let value = self.add_block_arg(Func::BODY, ty);
        self.values[value.0 as usize].name = arg.name.clone();
        self.args.push(arg);
        value
    }

    /// Adds an entry argument with lengths given where they are known. An unknown length becomes a symbol named
    /// `<argument>.<dim>`; so does the value of a rank-0 integer argument, under the argument's own name.
    pub fn add_tensor_arg(&mut self, dtype: crate::DType, dims: &[Option<i64>], arg: Arg) -> Value {
        let position = self.args.len() as u32;
        let base = arg.name.clone().unwrap_or_else(|| format!("arg{position}").into());
        let shape = dims
            .iter()
            .enumerate()
            .map(|(axis, d)| match d {
                Some(length) => Dim::from(*length),
                None => {
                    let origin = SymbolOrigin::ArgDim { arg: position, axis: axis as u32 };
                    self.new_symbol(&format!("{base}.{axis}"), origin).into()
                }
            })
            .collect();
        self.add_arg(TensorType::new(dtype, Shape(shape)), arg)
    }

    /// The value of a rank-0 integer entry argument as a dim; `None` for any other value.
    pub fn value_as_dim(&mut self, value: Value) -> Option<Dim> {
        if let Some(d) = self.known_dim(value) {
            return Some(d);
        }
        let ValueDef::Arg { block: Func::BODY, index } = self.def(value) else { return None };
        let ty = self.tensor(value)?;
        if ty.rank() != 0 || !ty.dtype.is_int() {
            return None;
        }
        let origin = SymbolOrigin::ArgValue { arg: index };
        let name = self.args[index as usize].name.clone().unwrap_or_else(|| format!("arg{index}").into());
        Some(self.new_symbol(&name, origin).into())
    }

    /// The dim that a rank-0 integer value certainly equals: that of a constant or of a `dim` op, and the symbol of an
    /// entry argument that has one.
    pub fn known_dim(&self, value: Value) -> Option<Dim> {
        let op = match self.def(value) {
            ValueDef::Result { op, .. } => self.op(op),
            ValueDef::Arg { block: Func::BODY, index } => {
                let origin = SymbolOrigin::ArgValue { arg: index };
                return self.symbols.iter().find(|(_, o)| *o == origin).map(|(s, _)| s.clone().into());
            }
            ValueDef::Arg { .. } => return None,
        };
        match op.kind {
            OpKind::Dim => op.attrs.get_dim("expr").cloned(),
            OpKind::Constant => {
                let l = op.attrs.get_literal("value")?;
                let whole = l.shape().is_empty() && l.dtype().is_int();
                whole.then(|| i64::try_from(l.get(0).to_i128()).ok().map(Dim::from)).flatten()
            }
            _ => None,
        }
    }

    /// Whether a dim is made of lengths and unsigned arguments in such a way that it is certainly at least 0.
    pub fn is_length(&self, dim: &Dim) -> bool {
        dim.is_at_least_zero(&|s| match self.origin(s) {
            SymbolOrigin::ArgDim { .. } => true,
            SymbolOrigin::ArgValue { arg } => {
                let value = self.body().args.get(arg as usize);
                value.and_then(|v| self.tensor(*v)).is_some_and(|t| !t.dtype.is_signed())
            }
            SymbolOrigin::Opaque => false,
        })
    }

    /// Whether two dims differ wherever no length is 0: `n` and `2*n`, or `n` and `n + 1`.
    pub fn differs_unless_empty(&self, a: &Dim, b: &Dim) -> bool {
        a != b && [a.clone() - b.clone(), b.clone() - a.clone()].iter().any(|d| self.is_length(d))
    }

    /// Adds an argument to a block.
    pub fn add_block_arg(&mut self, block: BlockId, ty: impl Into<Type>) -> Value {
        let index = self.blocks[block.0 as usize].args.len() as u32;
        let value = self.new_value(ty.into(), ValueDef::Arg { block, index });
        self.blocks[block.0 as usize].args.push(value);
        value
    }

    /// Adds a result of the function.
    pub fn add_result(&mut self, value: Value, res: Res) {
        self.blocks[0].results.push(value);
        self.results.push(res);
    }

    /// A new block without a place; give it to an op with [`Func::push`].
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    fn new_value(&mut self, ty: Type, def: ValueDef) -> Value {
        self.values.push(ValueData { ty, def, name: None });
        Value(self.values.len() as u32 - 1)
    }

    /// Appends an op whose result types are already known. [`crate::Builder`] infers and checks them.
    #[expect(clippy::too_many_arguments, reason = "an op has this many parts; Builder is the short way")]
    pub fn push(
        &mut self,
        block: BlockId,
        kind: OpKind,
        operands: &[Value],
        attrs: Attrs,
        regions: &[BlockId],
        results: impl IntoIterator<Item = Type>,
        loc: Loc,
    ) -> OpId {
        let id = OpId(self.ops.len() as u32);
        let results = results
            .into_iter()
            .enumerate()
            .map(|(i, ty)| self.new_value(ty, ValueDef::Result { op: id, index: i as u32 }))
            .collect();
        for r in regions {
            self.blocks[r.0 as usize].parent = Some(id);
        }
        self.ops.push(OpData {
            kind,
            operands: operands.into(),
            results,
            attrs,
            regions: regions.into(),
            loc,
        });
        self.blocks[block.0 as usize].ops.push(id);
        id
    }

    /// An op.
    pub fn op(&self, op: OpId) -> &OpData {
        &self.ops[op.0 as usize]
    }

    /// An op, to change.
    pub fn op_mut(&mut self, op: OpId) -> &mut OpData {
        &mut self.ops[op.0 as usize]
    }

    /// A block.
    pub fn block(&self, block: BlockId) -> &Block {
        &self.blocks[block.0 as usize]
    }

    /// A block, to change.
    pub fn block_mut(&mut self, block: BlockId) -> &mut Block {
        &mut self.blocks[block.0 as usize]
    }

    /// The body.
    pub fn body(&self) -> &Block {
        self.block(Func::BODY)
    }

    /// A value.
    pub fn value(&self, value: Value) -> &ValueData {
        &self.values[value.0 as usize]
    }

    /// A value, to change.
    pub fn value_mut(&mut self, value: Value) -> &mut ValueData {
        &mut self.values[value.0 as usize]
    }

    /// Where a value comes from.
    pub fn def(&self, value: Value) -> ValueDef {
        self.value(value).def
    }

    /// The op that makes a value; `None` for arguments.
    pub fn def_op(&self, value: Value) -> Option<OpId> {
        match self.def(value) {
            ValueDef::Result { op, .. } => Some(op),
            ValueDef::Arg { .. } => None,
        }
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> &Type {
        &self.value(value).ty
    }

    /// The tensor type of a value; `None` for foreign types.
    pub fn tensor(&self, value: Value) -> Option<&TensorType> {
        self.ty(value).tensor()
    }

    /// The literal of a constant.
    pub fn literal(&self, value: Value) -> Option<&Literal> {
        let op = self.op(self.def_op(value)?);
        op.attrs.get_literal("value").filter(|_| op.kind == OpKind::Constant)
    }

    /// The number of values ever made; ids are below it.
    pub fn value_count(&self) -> usize {
        self.values.len()
    }

    /// The number of ops ever made; ids are below it.
    pub fn op_count(&self) -> usize {
        self.ops.len()
    }

    /// Replaces every use of `old` by `new`; for many values at once there is [`Func::replace_all`].
    pub fn replace_uses(&mut self, old: Value, new: Value) {
        self.replace_all(&HashMap::from([(old, new)]));
    }

    /// Replaces the uses of values, in ops and block results, by others: once each, so that what replaces a value may be
    /// one that is replaced elsewhere.
    pub fn replace_all(&mut self, by: &HashMap<Value, Value>) {
        if by.is_empty() {
            return;
        }
        let operands = self.ops.iter_mut().flat_map(|op| &mut op.operands);
        for value in operands.chain(self.blocks.iter_mut().flat_map(|block| &mut block.results)) {
            if let Some(new) = by.get(value) {
                *value = *new;
            }
        }
    }

    /// The attribute in which an op of another dialect keeps its name.
    pub const FOREIGN_NAME: &str = "name";

    /// The full name of an op: `thn.add`, or that of an op of another dialect.
    pub fn op_name(&self, op: OpId) -> String {
        let data = self.op(op);
        let foreign = data.attrs.get_str(Func::FOREIGN_NAME).filter(|_| data.kind == OpKind::Foreign);
        foreign.map_or_else(|| format!("thn.{}", data.kind.row().mnemonic), str::to_string)
    }

    /// How messages name a value: the user's name, or the op that makes it, or its position.
    pub fn describe(&self, value: Value) -> String {
        match (&self.value(value).name, self.def(value)) {
            (Some(name), _) => name.to_string(),
            (None, ValueDef::Result { op, .. }) => {
                format!("the result of {}", self.op_name(op))
            }
            (None, ValueDef::Arg { index, .. }) => format!("arg{index}"),
        }
    }

    /// Rewrites every dim in types and attributes.
    pub fn map_dims(&mut self, f: &dyn Fn(&Dim) -> Dim) {
        for value in &mut self.values {
            if let Type::Tensor(t) = &mut value.ty {
                t.shape.0.iter_mut().for_each(|d| *d = f(d));
            }
        }
        for op in &mut self.ops {
            for attr in op.attrs.values_mut() {
                match attr {
                    crate::Attr::Dim(d) => *d = f(d),
                    crate::Attr::Dims(ds) => *ds = ds.iter().map(f).collect(),
                    _ => {}
                }
            }
        }
    }
}
