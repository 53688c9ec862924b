//! From a program of thn-ir back to its block.
//!
//! New ops are made beside the block first. Only when all of them exist is the block changed: ops move into the
//! program's order, uses change over, and what is left of the known ops goes.

mod linalg;

use crate::read::{Length, Program, Role};
use mlir_sys::*;
use std::{
    collections::{HashMap, HashSet},
    ffi::c_void,
};
use thn_ir::{DType, Literal, Loc, OpData, OpKind, Prim, Shape, Value};
use thn_mlir::{
    Error, attributes, locations,
    meaning::{self, predicate},
    names::FOREIGN,
    raw::{self, NewOp},
    types,
};

/// Gives the block what the program computes.
pub(super) fn write(block: MlirBlock, program: &Program) -> Result<(), Error> {
    let operations = raw::operations(block);
    let Some((terminator, operations)) = operations.split_last() else { return Ok(()) };
    let mut writer = Writer {
        context: raw::context(*terminator),
        block,
        program,
        values: HashMap::new(),
        spelled: HashMap::new(),
        constants: HashMap::new(),
        lengths: HashMap::new(),
        empties: HashMap::new(),
        fills: HashMap::new(),
        known: program.known(),
        order: vec![],
        placed: HashSet::new(),
        made: vec![],
        operands: vec![],
        replaced: vec![],
        settled: HashSet::new(),
        used_anew: vec![],
    };
    if let Err(error) = writer.program() {
        for made in writer.made.into_iter().rev() {
            raw::destroy(made);
        }
        return Err(error);
    }
    // The order alone is no reason to touch anything.
    let same = writer.made.is_empty() && writer.order.len() == operations.len();
    if same && writer.operands.is_empty() && writer.replaced.is_empty() {
        return Ok(());
    }
    writer.apply(*terminator, operations);
    Ok(())
}

struct Writer<'a> {
    context: MlirContext,
    block: MlirBlock,
    program: &'a Program,
    /// What the program's values are in the block.
    values: HashMap<Value, MlirValue>,
    /// The same values under other types, and repeated along other dims.
    spelled: HashMap<(Value, *const c_void, Shape), MlirValue>,
    /// By attribute and type, which MLIR has once each.
    constants: HashMap<(*const c_void, *const c_void), MlirValue>,
    /// By tensor and axis.
    lengths: HashMap<(*const c_void, usize), MlirValue>,
    /// Destinations, by type and shape.
    empties: HashMap<(*const c_void, Shape), MlirValue>,
    /// One element repeated, by that element, type and shape.
    fills: HashMap<(*const c_void, *const c_void, Shape), MlirValue>,
    /// The originals that are known.
    known: HashSet<*const c_void>,
    /// The ops of the block to be, but for the terminator.
    order: Vec<MlirOperation>,
    /// The same as a set.
    placed: HashSet<*const c_void>,
    /// Those that are new.
    made: Vec<MlirOperation>,
    /// Operands of known ops that change.
    operands: Vec<(MlirOperation, usize, MlirValue)>,
    /// Values of known ops whose users take another.
    replaced: Vec<(MlirValue, MlirValue)>,
    /// Those for which that is decided.
    settled: HashSet<*const c_void>,
    /// Values that something uses which did not.
    used_anew: Vec<MlirValue>,
}

impl Writer<'_> {
    fn program(&mut self) -> Result<(), Error> {
        let func = &self.program.func;
        for (value, behind) in func.body().args.iter().zip(&self.program.arguments) {
            self.values.insert(*value, *behind);
        }
        for op in &func.body().ops {
            let data = func.op(*op);
            match data.attrs.get_int(FOREIGN).and_then(|position| usize::try_from(position).ok()) {
                Some(position) => self.original(position, data)?,
                // Written where they are needed, in the type that is needed there.
                None if data.kind == OpKind::Constant || self.is_one_repeated(data) => {}
                None => self.new_op(data)?,
            }
        }
        for (old, new) in self.program.exits.iter().zip(&func.body().results) {
            self.replace(*old, *new)?;
        }
        Ok(())
    }

    fn original(&mut self, position: usize, data: &OpData) -> Result<(), Error> {
        let lost = || Error::internal("an op has lost its original");
        let program = self.program;
        let original = program.originals.get(position).ok_or_else(lost)?;
        let operation = original.operation;
        let results = raw::results(operation);
        match &original.role {
            // It is here already, because a destination had to be.
            Role::Known { .. } if self.placed.contains(&operation.ptr.cast_const()) => {}
            Role::Known { operands, init } => {
                let own = raw::operands(operation);
                let elementwise = data.kind.row().is_elementwise();
                for (place, new) in operands.iter().zip(&data.operands) {
                    let Some(place) = place else { continue };
                    if self.is_filled_with(own[*place], *new, &data.loc)? {
                        continue;
                    }
                    // One element is repeated to the shape of the result.
                    let of = if elementwise { data.result() } else { *new };
                    let shape =
                        program.func.tensor(of).map(|tensor| tensor.shape.clone()).unwrap_or_default();
                    let new = self.spell_in(*new, raw::type_of(own[*place]), &shape, &data.loc)?;
                    if new.ptr != own[*place].ptr {
                        self.operands.push((operation, *place, new));
                    }
                }
                if let Some(init) = init.filter(|init| !self.bring(own[*init])) {
                    let new = self.destination(data, raw::type_of(own[init]))?;
                    self.operands.push((operation, init, new));
                }
            }
            Role::Opaque { used } => {
                for (old, new) in used.iter().zip(&data.operands) {
                    self.replace(*old, *new)?;
                }
            }
            Role::Length { is } => {
                let source = raw::operands(operation).first().copied().ok_or_else(lost)?;
                if !self.is_there(source) {
                    let new = self.length(&Shape(vec![is.clone()]), 0, &data.loc)?;
                    self.replaced.extend(results.first().map(|old| (*old, new)));
                    return Ok(());
                }
            }
        }
        for (value, result) in data.results.iter().zip(&results) {
            self.values.insert(*value, *result);
        }
        if raw::ancestor_in(operation, self.block).is_some_and(|found| found.ptr == operation.ptr) {
            self.place(operation);
            self.note_destination(operation, data);
        }
        if let (OpKind::Constant, Some(value), [result]) =
            (data.kind, raw::attribute(operation, "value"), results.as_slice())
        {
            self.constants.insert((value.ptr, raw::type_of(*result).ptr), *result);
        }
        Ok(())
    }

    fn place(&mut self, operation: MlirOperation) {
        if self.placed.insert(operation.ptr.cast_const()) {
            self.order.push(operation);
        }
    }

    /// Whether a value exists before what is written next.
    fn is_there(&self, value: MlirValue) -> bool {
        let within = raw::defining_op(value).and_then(|op| raw::ancestor_in(op, self.block));
        within.is_none_or(|op| self.placed.contains(&op.ptr.cast_const()))
    }

    /// Whether a destination exists before what is written next, or can: the op that fills it may be one that the program
    /// has no other use for.
    fn bring(&mut self, value: MlirValue) -> bool {
        /// A fill and its number.
        const FAR: usize = 2;
        self.bring_from(value, FAR)
    }

    fn bring_from(&mut self, value: MlirValue, distance: usize) -> bool {
        if self.is_there(value) {
            return true;
        }
        let Some(op) = raw::defining_op(value).filter(|op| self.known.contains(&op.ptr.cast_const())) else {
            return false;
        };
        let there = distance > 0
            && raw::operands(op).into_iter().all(|operand| self.bring_from(operand, distance - 1));
        if there {
            self.place(op);
        }
        there
    }

    /// Makes the users of a value of the block use one of the program.
    fn replace(&mut self, old: MlirValue, new: Value) -> Result<(), Error> {
        if !self.is_there(old) && self.settled.insert(old.ptr) {
            let new = self.spell(new, raw::type_of(old), &Loc::Unknown)?;
            if new.ptr != old.ptr {
                self.replaced.push((old, new));
            }
        }
        Ok(())
    }

    fn new_op(&mut self, data: &OpData) -> Result<(), Error> {
        let func = &self.program.func;
        let row = data.kind.row();
        let unwritten = || Error::unsupported(format!("thn.{} has no name in other dialects", row.mnemonic));
        let result = func.tensor(data.result()).ok_or_else(unwritten)?;
        let of = data.operands.last().and_then(|value| func.tensor(*value)).ok_or_else(unwritten)?.dtype;
        let like = self.like(data, result.rank());
        // One bool for all elements stays one.
        let one = data.kind == OpKind::Select
            && data.operands.first().and_then(|c| func.tensor(*c)).is_some_and(|c| c.rank() == 0);
        if self.is_structured(data, like) && !(one && like.is_some()) {
            let made = self.structured(data, like)?;
            self.values.insert(data.result(), made);
            return Ok(());
        }
        let name = meaning::name(row, of).ok_or_else(unwritten)?;
        let mut operands = vec![];
        for value in &data.operands {
            let tensor = func.tensor(*value).ok_or_else(unwritten)?;
            let wanted = match like {
                Some(like) if !(one && operands.is_empty()) => {
                    types::with_dtype(self.context, like, tensor.dtype)
                }
                _ => types::mlir_dtype(self.context, tensor.dtype),
            };
            operands.push(self.spell_in(*value, wanted, &result.shape, &data.loc)?);
        }
        let r#type = match like {
            Some(like) => types::with_dtype(self.context, like, result.dtype),
            None => types::mlir_dtype(self.context, result.dtype),
        };
        let entries = self.predicate(name, of)?;
        let made = self.create(name.emit, &operands, r#type, &entries, &data.loc)?;
        self.set_flags(made.0);
        self.values.insert(data.result(), made.1);
        Ok(())
    }

    /// The attribute for the predicate of a name.
    fn predicate(&self, name: Prim, of: DType) -> Result<Vec<(String, MlirAttribute)>, Error> {
        let Some(text) = name.predicate else { return Ok(vec![]) };
        let number = predicate(of, text).map(thn_ir::Attr::Int);
        let number = number.and_then(|number| attributes::write(self.context, &number));
        let number = number.ok_or_else(|| Error::internal(format!("{text} is no predicate")))?;
        Ok(vec![("predicate".to_owned(), number)])
    }

    /// Gives a new op the flags of the program, if it can have flags.
    fn set_flags(&self, operation: MlirOperation) {
        if raw::attribute(operation, "fastmath").is_some() {
            let flags = raw::parse_attribute(self.context, &self.program.flags.of_new_op());
            raw::set_attribute(operation, "fastmath", flags);
        }
    }

    /// Whether an op repeats one element.
    fn is_one_repeated(&self, data: &OpData) -> bool {
        data.kind == OpKind::Broadcast
            && data.operands.first().and_then(|x| self.program.func.tensor(*x)).is_some_and(|x| x.rank() == 0)
    }

    /// The type after which the operands and the result of a new op are arranged: that of the first operand of the
    /// result's rank that has one.
    fn like(&self, data: &OpData, rank: usize) -> Option<MlirType> {
        let candidates = data
            .operands
            .iter()
            .filter(|value| self.program.func.tensor(**value).is_some_and(|tensor| tensor.rank() == rank));
        let known: Vec<_> =
            candidates.filter_map(|value| self.values.get(value).map(|found| (*value, *found))).collect();
        let fixed = known.iter().find(|(value, _)| !self.is_repeatable(*value));
        fixed.or(known.first()).map(|(_, found)| raw::type_of(*found))
    }

    /// Whether a value can be written anew in any arrangement.
    fn is_repeatable(&self, value: Value) -> bool {
        let func = &self.program.func;
        let data = func.def_op(value).map(|op| func.op(op));
        data.is_some_and(|data| data.kind == OpKind::Constant || self.is_one_repeated(data))
    }

    /// A value under a type of its own shape.
    fn spell(&mut self, value: Value, wanted: MlirType, loc: &Loc) -> Result<MlirValue, Error> {
        let shape = self.program.func.tensor(value).map(|tensor| tensor.shape.clone());
        self.spell_in(value, wanted, &shape.unwrap_or_default(), loc)
    }

    /// A value under a type, whose unknown lengths are those of a shape. One of rank 0 can be repeated.
    fn spell_in(
        &mut self,
        value: Value,
        wanted: MlirType,
        shape: &Shape,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let have = self.values.get(&value).copied();
        if let Some(have) = have.filter(|have| raw::same_type(raw::type_of(*have), wanted)) {
            return Ok(have);
        }
        let key = (value, wanted.ptr, shape.clone());
        if let Some(found) = self.spelled.get(&key) {
            return Ok(*found);
        }
        let func = &self.program.func;
        let op = func.def_op(value).map(|op| func.op(op));
        let made = match (op, have) {
            (Some(op), _) if op.kind == OpKind::Constant => {
                let literal = op
                    .attrs
                    .get_literal("value")
                    .ok_or_else(|| Error::internal("a constant without value"))?;
                self.constant(literal, wanted, shape, loc)?
            }
            (Some(op), _) if self.is_one_repeated(op) => self.spell_in(op.operands[0], wanted, shape, loc)?,
            (_, Some(have)) => self.convert(have, wanted, shape, loc)?,
            _ => return Err(Error::unsupported("a value has no form in other dialects")),
        };
        self.spelled.insert(key, made);
        Ok(made)
    }

    fn convert(
        &mut self,
        have: MlirValue,
        wanted: MlirType,
        shape: &Shape,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let from = raw::type_of(have);
        let cannot = || Error::unsupported("a value has two forms that do not convert");
        let (dtype, lengths) = types::shaped(from).ok_or_else(cannot)?;
        let rank = types::shaped(wanted).ok_or_else(cannot)?.1.len();
        let (is_tensor, to_tensor) = (types::tensor(from).is_some(), types::tensor(wanted).is_some());
        if is_tensor && to_tensor && rank == lengths.len() {
            return Ok(self.create("tensor.cast", &[have], wanted, &[], loc)?.1);
        }
        if !lengths.is_empty() {
            return Err(cannot());
        }
        let one = match is_tensor {
            true => {
                self.create("tensor.extract", &[have], types::mlir_dtype(self.context, dtype), &[], loc)?.1
            }
            false => have,
        };
        self.repeat(one, wanted, shape, loc)
    }

    /// One element as a scalar, vector or tensor.
    fn repeat(
        &mut self,
        one: MlirValue,
        wanted: MlirType,
        shape: &Shape,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        if raw::same_type(raw::type_of(one), wanted) {
            return Ok(one);
        }
        let Some((_, lengths)) = types::tensor(wanted) else {
            return Ok(self.create("vector.broadcast", &[one], wanted, &[], loc)?.1);
        };
        if self.program.structured {
            return self.fill(one, wanted, shape, loc);
        }
        let mut operands = vec![one];
        for (axis, _) in lengths.iter().enumerate().filter(|(_, length)| length.is_none()) {
            operands.push(self.length(shape, axis, loc)?);
        }
        Ok(self.create("tensor.splat", &operands, wanted, &[], loc)?.1)
    }

    /// The length of a dim of a shape, as an index.
    fn length(&mut self, shape: &Shape, axis: usize, loc: &Loc) -> Result<MlirValue, Error> {
        let unknown = || Error::unsupported("the length of a dim is not at hand");
        let dim = shape.get(axis).ok_or_else(unknown)?;
        if let Some(length) = dim.as_const() {
            return self.index(length, loc);
        }
        let symbol = dim.as_symbol().ok_or_else(unknown)?;
        let program = self.program;
        let known = program.lengths.get(&*symbol.name).map(Vec::as_slice).unwrap_or_default();
        // Later than here they may not exist yet.
        let there = known.iter().find(|length| match length {
            Length::Index(value) | Length::Of(value, _) => self.is_there(*value),
        });
        match there.copied().ok_or_else(unknown)? {
            Length::Index(value) => Ok(value),
            Length::Of(tensor, axis) => self.length_of(tensor, axis, loc),
        }
    }

    /// The length of a tensor along an axis, as an index.
    fn length_of(&mut self, tensor: MlirValue, axis: usize, loc: &Loc) -> Result<MlirValue, Error> {
        if let Some(known) = self.lengths.get(&(tensor.ptr, axis)) {
            return Ok(*known);
        }
        let position = self.index(axis as i64, loc)?;
        // SAFETY: the context is alive.
        let index = unsafe { mlirIndexTypeGet(self.context) };
        let made = self.create("tensor.dim", &[tensor, position], index, &[], loc)?.1;
        self.lengths.insert((tensor.ptr, axis), made);
        Ok(made)
    }

    fn index(&mut self, value: i64, loc: &Loc) -> Result<MlirValue, Error> {
        // SAFETY: the context is alive.
        let (r#type, attribute) = unsafe {
            let r#type = mlirIndexTypeGet(self.context);
            (r#type, mlirIntegerAttrGet(r#type, value))
        };
        self.constant_op(attribute, r#type, loc)
    }

    fn constant(
        &mut self,
        literal: &Literal,
        wanted: MlirType,
        shape: &Shape,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let (_, lengths) =
            types::shaped(wanted).ok_or_else(|| Error::internal("a constant of no elements"))?;
        let lengths: Option<Vec<usize>> =
            lengths.iter().map(|length| usize::try_from((*length)?).ok()).collect();
        let Some(lengths) = lengths else {
            let scalar = types::mlir_dtype(self.context, literal.dtype());
            let one =
                literal.with_shape(&[]).ok_or_else(|| Error::unsupported("a constant of unknown shape"))?;
            let one = self.constant(&one, scalar, &Shape::scalar(), loc)?;
            return self.repeat(one, wanted, shape, loc);
        };
        let fitting = match literal.shape() == lengths {
            true => literal.clone(),
            false => {
                literal.with_shape(&lengths).ok_or_else(|| Error::internal("a constant of another shape"))?
            }
        };
        // SAFETY: the type is alive.
        let attribute = match unsafe { mlirTypeIsAShaped(wanted) } {
            true => attributes::write_dense(wanted, &fitting),
            false => attributes::write_number(wanted, fitting.get(0)),
        };
        self.constant_op(attribute, wanted, loc)
    }

    fn constant_op(
        &mut self,
        attribute: MlirAttribute,
        r#type: MlirType,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        if let Some(known) = self.constants.get(&(attribute.ptr, r#type.ptr)) {
            return Ok(*known);
        }
        let made = self.create("arith.constant", &[], r#type, &[("value".to_owned(), attribute)], loc)?.1;
        self.constants.insert((attribute.ptr, r#type.ptr), made);
        Ok(made)
    }

    fn create(
        &mut self,
        name: &str,
        operands: &[MlirValue],
        result: MlirType,
        attributes: &[(String, MlirAttribute)],
        loc: &Loc,
    ) -> Result<(MlirOperation, MlirValue), Error> {
        self.create_with(name, operands, result, attributes, &[], loc)
    }

    /// As [`create`](Self::create), with regions.
    fn create_with(
        &mut self,
        name: &str,
        operands: &[MlirValue],
        result: MlirType,
        attributes: &[(String, MlirAttribute)],
        regions: &[MlirRegion],
        loc: &Loc,
    ) -> Result<(MlirOperation, MlirValue), Error> {
        let location = locations::write(self.context, loc);
        let new = NewOp { name, location, operands, results: &[result], attributes, regions };
        let made =
            raw::create(self.context, &new).ok_or_else(|| Error::internal(format!("cannot make {name}")))?;
        self.used_anew.extend(operands);
        self.made.push(made);
        self.place(made);
        let value = raw::results(made).first().copied();
        Ok((made, value.ok_or_else(|| Error::internal(format!("{name} has no result")))?))
    }

    /// Takes from the known ops behind values that are used anew what not all ops of the block promise or allow. One
    /// of two equal ops stays for the users of both, and may be the one that is poison on overflow, or for a NaN, or
    /// whose function may be approximated.
    fn weaken(&mut self) {
        let mut values = std::mem::take(&mut self.used_anew);
        values.extend(self.operands.iter().map(|(_, _, new)| *new));
        values.extend(self.replaced.iter().map(|(_, new)| *new));
        let mut seen = HashSet::new();
        while let Some(value) = values.pop() {
            let Some(op) = raw::defining_op(value).filter(|op| self.known.contains(&op.ptr.cast_const()))
            else {
                continue;
            };
            if !seen.insert(op.ptr) {
                continue;
            }
            // Ops on whole tensors have their flags inside.
            let inside = raw::regions(op).into_iter().flat_map(raw::blocks).flat_map(raw::operations);
            for op in std::iter::once(op).chain(inside) {
                if raw::attribute(op, "overflowFlags").is_some() {
                    let wraps = raw::parse_attribute(self.context, "#arith.overflow<none>");
                    raw::set_attribute(op, "overflowFlags", wraps);
                }
                self.set_flags(op);
            }
            values.extend(raw::operands(op));
        }
    }

    fn apply(mut self, terminator: MlirOperation, operations: &[MlirOperation]) {
        self.weaken();
        let made: HashSet<_> = self.made.iter().map(|op| op.ptr).collect();
        for operation in &self.order {
            match made.contains(&operation.ptr) {
                true => raw::insert_before(self.block, terminator, *operation),
                false => raw::move_before(*operation, terminator),
            }
        }
        let mut left = vec![];
        for (operation, position, value) in self.operands {
            left.extend(raw::operands(operation).get(position).and_then(|old| raw::defining_op(*old)));
            raw::set_operand(operation, position, value);
        }
        for (old, new) in self.replaced {
            raw::replace_uses(old, new);
        }
        let gone: HashSet<_> =
            operations.iter().map(|op| op.ptr).filter(|op| !self.placed.contains(&op.cast_const())).collect();
        // What uses another comes after it, and goes first.
        for old in operations.iter().rev().filter(|op| gone.contains(&op.ptr)) {
            left.extend(raw::operands(*old).into_iter().filter_map(raw::defining_op));
            raw::destroy(*old);
        }
        left.retain(|op| !gone.contains(&op.ptr));
        sweep(self.block, left);
    }
}

/// Takes destinations and lengths away that nothing uses any more.
fn sweep(block: MlirBlock, mut left: Vec<MlirOperation>) {
    let mut gone = HashSet::new();
    while let Some(op) = left.pop() {
        if gone.contains(&op.ptr) || raw::ancestor_in(op, block).is_none_or(|found| found.ptr != op.ptr) {
            continue;
        }
        let plain = matches!(raw::name(op).as_str(), "tensor.empty" | "tensor.dim" | "arith.constant");
        if plain && raw::results(op).into_iter().all(|result| raw::users(result).is_empty()) {
            left.extend(raw::operands(op).into_iter().filter_map(raw::defining_op));
            gone.insert(op.ptr);
            raw::destroy(op);
        }
    }
}
