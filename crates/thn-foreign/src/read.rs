//! From a block to a program of thn-ir.

use crate::linalg::{self, Reading, Source};
use mlir_sys::{MlirBlock, MlirOperation, MlirValue};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::c_void,
};
use thn_ir::{
    Arg, Attr, Attrs, Builder, Dim, Func, OpKind, Res, Shape, Symbol, SymbolOrigin, TensorType, Type, Value,
};
use thn_mlir::{Error, FastMathFlags, attributes, locations, meaning, names::FOREIGN, raw, types};

/// A block as a program.
///
/// The attribute `foreign` of an op is the position of its original, be it one that is known or an opaque one. An opaque op has
/// as operands what it, or what is inside it, uses of the known ones. The program knows nothing of destinations.
pub(super) struct Program {
    pub(super) func: Func,
    pub(super) originals: Vec<Original>,
    /// The values behind the arguments of the program.
    pub(super) arguments: Vec<MlirValue>,
    /// The values behind the results of the program.
    pub(super) exits: Vec<MlirValue>,
    /// What has the length that a name stands for, the best to use first.
    pub(super) lengths: HashMap<String, Vec<Length>>,
    /// What all ops on floats allow.
    pub(super) flags: FastMathFlags,
    /// Whether ops of linalg compute whole tensors.
    pub(super) structured: bool,
}

impl Program {
    /// The originals that are known.
    pub(super) fn known(&self) -> HashSet<*const c_void> {
        let known = self.originals.iter().filter(|original| matches!(original.role, Role::Known { .. }));
        known.map(|original| original.operation.ptr.cast_const()).collect()
    }
}

/// An op of the block, or a constant from outside.
pub(super) struct Original {
    pub(super) operation: MlirOperation,
    pub(super) role: Role,
}

pub(super) enum Role {
    /// One that is understood: where each operand of its row is among its own, unless it is a number inside, and the operand
    /// that it writes to.
    Known { operands: Vec<Option<usize>>, init: Option<usize> },
    /// One that is not: the values behind the operands of its leaf.
    Opaque { used: Vec<MlirValue> },
    /// One that asks a known op for a length of its result, without use of the elements.
    Length { is: Dim },
}

/// Where a length is found.
#[derive(Clone, Copy)]
pub(super) enum Length {
    /// It is this index.
    Index(MlirValue),
    /// It is that of a tensor along an axis.
    Of(MlirValue, usize),
}

/// Reads a block; `None` if nothing in it is known but constants.
pub(super) fn read(block: MlirBlock) -> Result<Option<Program>, Error> {
    let operations = raw::operations(block);
    let Some((terminator, operations)) = operations.split_last() else { return Ok(None) };
    let meanings: Vec<_> = operations.iter().map(|operation| known(*operation)).collect();
    let repeats = |reading: &Reading| matches!(reading.meaning.kind, OpKind::Constant | OpKind::Broadcast);
    if meanings.iter().flatten().all(repeats) {
        return Ok(None);
    }
    let structured = meanings.iter().flatten().any(|reading| reading.init.is_some());
    let mut reader = Reader {
        block,
        program: Program {
            func: Func::new("block"),
            originals: vec![],
            arguments: vec![],
            exits: vec![],
            lengths: HashMap::new(),
            flags: FastMathFlags::ALL,
            structured,
        },
        values: HashMap::new(),
        dims: HashMap::new(),
        made: HashSet::new(),
        users: HashMap::new(),
    };
    reader.find_users(operations, &meanings);
    for (operation, meaning) in operations.iter().zip(meanings) {
        match meaning {
            Some(meaning) => reader.known(*operation, meaning)?,
            None => reader.opaque(*operation)?,
        }
    }
    reader.exits(*terminator)?;
    reader.unify()?;
    if let Some(error) = thn_ir::verify::verify(&reader.program.func).into_iter().next() {
        return Err(error.into());
    }
    Ok(Some(reader.program))
}

/// What an op means, if it is understood completely: attributes that a user hung to it would be lost with it.
fn known(operation: MlirOperation) -> Option<Reading> {
    if linalg::has_own_attributes(operation) {
        return None;
    }
    linalg::read(operation).or_else(|| {
        let meaning = meaning::meaning(operation)?;
        let operands = (0..raw::operands(operation).len()).map(Source::Operand).collect();
        Some(Reading { meaning, operands, init: None })
    })
}

/// The source and the axis that `tensor.dim` asks for.
fn asked_length(operation: MlirOperation) -> Option<(MlirValue, usize)> {
    let [source, axis] = raw::operands(operation)[..] else { return None };
    if raw::name(operation) != "tensor.dim" {
        return None;
    }
    Some((source, usize::try_from(number(axis)?).ok()?))
}

/// The index that a value is known to be.
fn number(value: MlirValue) -> Option<i64> {
    let op = raw::defining_op(value).filter(|op| raw::name(*op) == "arith.constant")?;
    attributes::index(raw::attribute(op, "value")?)
}

struct Reader {
    block: MlirBlock,
    program: Program,
    /// By the address that identifies an MLIR value while its op is alive.
    values: HashMap<*const c_void, Value>,
    /// Lengths that indices are known to be.
    dims: HashMap<*const c_void, Dim>,
    /// Results of the known ops of the block.
    made: HashSet<*const c_void>,
    /// For each op of the block, what it or what is inside it uses of them.
    users: HashMap<*const c_void, Vec<MlirValue>>,
}

impl Reader {
    /// Notes who uses the results of known ops. Uses in other blocks count as the terminator's: they come after it.
    fn find_users(&mut self, operations: &[MlirOperation], meanings: &[Option<Reading>]) {
        for (operation, _) in operations.iter().zip(meanings).filter(|(_, meaning)| meaning.is_some()) {
            for result in raw::results(*operation) {
                self.made.insert(result.ptr);
                for user in raw::users(result) {
                    if self.is_only_length(user) {
                        continue;
                    }
                    let at =
                        raw::ancestor_in(user, self.block).map_or(std::ptr::null(), |op| op.ptr.cast_const());
                    let used = self.users.entry(at).or_default();
                    if !used.iter().any(|value| value.ptr == result.ptr) {
                        used.push(result);
                    }
                }
            }
        }
    }

    /// Whether an op of the block asks for no more than a length, and there is such a dim.
    fn is_only_length(&self, operation: MlirOperation) -> bool {
        raw::ancestor_in(operation, self.block).is_some_and(|at| at.ptr == operation.ptr)
            && asked_length(operation).is_some_and(|(source, axis)| {
                types::tensor(raw::type_of(source)).is_some_and(|(_, dims)| axis < dims.len())
            })
    }

    fn position(&mut self, operation: MlirOperation, role: Role) -> Attrs {
        self.program.originals.push(Original { operation, role });
        Attrs::new().with(FOREIGN, Attr::Int(self.program.originals.len() as i64 - 1))
    }

    fn known(&mut self, operation: MlirOperation, reading: Reading) -> Result<(), Error> {
        if let Some(flags) = reading.meaning.flags {
            self.program.flags = self.program.flags.and(flags);
        }
        let value = self.push(operation, reading)?;
        for result in raw::results(operation) {
            self.values.insert(result.ptr, value);
        }
        Ok(())
    }

    fn push(&mut self, operation: MlirOperation, reading: Reading) -> Result<Value, Error> {
        let Reading { meaning, operands: sources, init } = reading;
        let loc = locations::read(raw::location(operation));
        let own = raw::operands(operation);
        let mut operands = vec![];
        let mut places = vec![];
        for source in sources {
            let (value, place) = match source {
                Source::Operand(i) => (self.value(own[i])?, Some(i)),
                Source::Number(literal) => {
                    (Builder::new(&mut self.program.func, Func::BODY, loc.clone()).literal(literal)?, None)
                }
            };
            operands.push(value);
            places.push(place);
        }
        if init.is_some() && meaning.kind.row().is_elementwise() {
            self.unrepeat(&mut operands);
        }
        let declared = match init.filter(|_| meaning.kind.row().shaped) {
            Some(init) => Some(self.repeated_type(own[init], &operands, meaning.attrs.get_ints("axes"))?),
            None => None,
        };
        let mut attrs = self.position(operation, Role::Known { operands: places, init });
        for (name, attribute) in meaning.attrs.iter() {
            attrs.set(name.to_owned(), attribute.clone());
        }
        let mut builder = Builder::new(&mut self.program.func, Func::BODY, loc);
        let op = builder.op(meaning.kind, &operands, attrs, declared.as_ref(), &[])?;
        Ok(self.program.func.op(op).result())
    }

    /// Takes one element itself where it is repeated to the shape of the other operands: that is how it would be written.
    fn unrepeat(&self, operands: &mut [Value]) {
        let func = &self.program.func;
        let one = |value: Value| {
            let repeated =
                func.def_op(value).map(|op| func.op(op)).filter(|op| op.kind == OpKind::Broadcast)?;
            let of = *repeated.operands.first()?;
            func.tensor(of).filter(|tensor| tensor.rank() == 0).map(|_| of)
        };
        if operands.iter().any(|value| one(*value).is_none()) {
            operands.iter_mut().for_each(|value| *value = one(*value).unwrap_or(*value));
        }
    }

    /// The type of an operand repeated along the dims of a destination that `axes` does not name.
    fn repeated_type(
        &mut self,
        init: MlirValue,
        operands: &[Value],
        axes: &[i64],
    ) -> Result<TensorType, Error> {
        let untyped = || Error::internal("a repeated value or its destination is no tensor");
        let of = operands.first().and_then(|x| self.program.func.tensor(*x)).cloned().ok_or_else(untyped)?;
        let mut shape = self.shape(init)?.ok_or_else(untyped)?;
        for (dim, axis) in of.shape.iter().zip(axes) {
            *shape.0.get_mut(*axis as usize).ok_or_else(untyped)? = dim.clone();
        }
        Ok(of.with_shape(shape))
    }

    /// The shape of a value, which need not be used otherwise.
    fn shape(&mut self, value: MlirValue) -> Result<Option<Shape>, Error> {
        let made = match self.values.get(&value.ptr) {
            Some(known) => *known,
            None => match raw::defining_op(value).and_then(|op| self.empty_shape(op)) {
                Some(shape) => return Ok(Some(shape)),
                None => self.value(value)?,
            },
        };
        Ok(self.program.func.tensor(made).map(|tensor| tensor.shape.clone()))
    }

    /// The shape of the result of a `tensor.empty`.
    fn empty_shape(&mut self, operation: MlirOperation) -> Option<Shape> {
        if raw::name(operation) != "tensor.empty" {
            return None;
        }
        let (_, lengths) = types::tensor(raw::type_of(*raw::results(operation).first()?))?;
        let mut given = raw::operands(operation).into_iter();
        let dims = lengths.into_iter().map(|length| match length {
            Some(length) => Some(length.into()),
            None => Some(self.index(given.next()?)),
        });
        Some(Shape(dims.collect::<Option<_>>()?))
    }

    /// An index as a length.
    fn index(&mut self, value: MlirValue) -> Dim {
        if let Some(known) = self.dims.get(&value.ptr) {
            return known.clone();
        }
        let dim = number(value).map_or_else(|| self.length(Length::Index(value)), Dim::from);
        self.dims.insert(value.ptr, dim.clone());
        dim
    }

    /// A new name of a length.
    fn length(&mut self, found: Length) -> Dim {
        let wanted = format!("d{}", self.program.lengths.len());
        let symbol = self.program.func.new_symbol(&wanted, SymbolOrigin::Opaque);
        self.program.lengths.insert(symbol.name.to_string(), vec![found]);
        symbol.into()
    }

    fn opaque(&mut self, operation: MlirOperation) -> Result<(), Error> {
        let results = raw::results(operation);
        let role = match asked_length(operation).filter(|_| self.is_only_length(operation)) {
            Some((source, axis)) => self.asked(results.first().copied(), source, axis)?,
            None => None,
        };
        let used = match role {
            Some(_) => vec![],
            None => self.users.get(&operation.ptr.cast_const()).cloned().unwrap_or_default(),
        };
        let operands = self.read_before(&used)?;
        let attrs = self.position(operation, role.unwrap_or(Role::Opaque { used }));
        let empty = self.empty_shape(operation);
        let types: Vec<Type> = results.iter().map(|result| self.leaf_type(*result, empty.as_ref())).collect();
        let loc = locations::read(raw::location(operation));
        let func = &mut self.program.func;
        let op = func.push(Func::BODY, OpKind::Foreign, &operands, attrs, &[], types, loc);
        for (old, new) in results.iter().zip(func.op(op).results.clone()) {
            self.values.insert(old.ptr, new);
        }
        Ok(())
    }

    /// Notes what a `tensor.dim` of a value with a known shape asks for.
    fn asked(
        &mut self,
        result: Option<MlirValue>,
        source: MlirValue,
        axis: usize,
    ) -> Result<Option<Role>, Error> {
        let Some(result) = result else { return Ok(None) };
        let Some(dim) = self.shape(source)?.and_then(|shape| shape.get(axis).cloned()) else {
            return Ok(None);
        };
        if let Some(known) = dim.as_symbol().and_then(|symbol| self.program.lengths.get_mut(&*symbol.name)) {
            // An index that exists is better than to ask once more.
            let first = known.iter().position(|l| matches!(l, Length::Of(..))).unwrap_or(known.len());
            known.insert(first, Length::Index(result));
        }
        self.dims.insert(result.ptr, dim.clone());
        Ok(self.made.contains(&source.ptr).then_some(Role::Length { is: dim }))
    }

    /// Values of this block that an op uses.
    fn read_before(&self, used: &[MlirValue]) -> Result<Vec<Value>, Error> {
        let find = |value: &MlirValue| self.values.get(&value.ptr).copied();
        let all: Option<Vec<_>> = used.iter().map(find).collect();
        all.ok_or_else(|| Error::unsupported("an op uses a value that is made after it"))
    }

    /// A value: of this block if it has been read, else from outside.
    fn value(&mut self, value: MlirValue) -> Result<Value, Error> {
        if let Some(known) = self.values.get(&value.ptr) {
            return Ok(*known);
        }
        let made = match raw::defining_op(value).and_then(|op| Some((op, known(op)?))) {
            Some((operation, reading)) if reading.meaning.kind == OpKind::Constant => {
                self.push(operation, reading)?
            }
            _ => {
                let r#type = self.leaf_type(value, None);
                self.program.arguments.push(value);
                self.program.func.add_arg(r#type, Arg::default())
            }
        };
        self.values.insert(value.ptr, made);
        Ok(made)
    }

    /// The type of a value that is not computed here, of this shape if that is known.
    fn leaf_type(&mut self, value: MlirValue, shape: Option<&Shape>) -> Type {
        let Some((dtype, lengths)) = types::shaped(raw::type_of(value)) else {
            return Type::Foreign(thn_mlir::text::type_text(raw::type_of(value)).into());
        };
        if let Some(shape) = shape {
            return TensorType::new(dtype, shape.clone()).into();
        }
        let mut dims = vec![];
        for (axis, length) in lengths.into_iter().enumerate() {
            dims.push(match length {
                Some(length) => Dim::from(length),
                None => self.length(Length::Of(value, axis)),
            });
        }
        TensorType::new(dtype, Shape(dims)).into()
    }

    /// Makes dims that must be equal the same.
    fn unify(&mut self) -> Result<(), Error> {
        let replaced: BTreeMap<Symbol, Dim> = self.program.func.unify_dims()?;
        let resolved = |dim: &Dim| {
            let mut last = dim.clone();
            while let Some(next) = last.as_symbol().and_then(|symbol| replaced.get(symbol)) {
                last = next.clone();
            }
            last
        };
        for original in &mut self.program.originals {
            if let Role::Length { is } = &mut original.role {
                *is = resolved(is);
            }
        }
        for symbol in replaced.keys() {
            let Some(last) = resolved(&symbol.clone().into()).as_symbol().cloned() else { continue };
            let others = self.program.lengths.remove(&*symbol.name).unwrap_or_default();
            self.program.lengths.entry(last.name.to_string()).or_default().extend(others);
        }
        Ok(())
    }

    fn exits(&mut self, terminator: MlirOperation) -> Result<(), Error> {
        let mut used = self.users.remove(&terminator.ptr.cast_const()).unwrap_or_default();
        for value in self.users.remove(&std::ptr::null()).unwrap_or_default() {
            if !used.iter().any(|other| other.ptr == value.ptr) {
                used.push(value);
            }
        }
        for value in self.read_before(&used)? {
            self.program.func.add_result(value, Res::default());
        }
        self.program.exits = used;
        Ok(())
    }
}
