//! From a block to a program of thn-ir.

use super::rows::{Freedom, Meaning, meaning};
use crate::{error::Error, import::FOREIGN, locations, raw, types};
use mlir_sys::{MlirBlock, MlirOperation, MlirValue};
use std::{
    collections::{HashMap, HashSet},
    ffi::c_void,
};
use thn_ir::{
    Arg, Attr, Attrs, Builder, Dim, Func, OpKind, Res, Shape, SymbolOrigin, TensorType, Type, Value,
};

/// A block as a program.
///
/// The attribute `foreign` of an op is the position of its original, be it one that is known or an opaque one. An opaque op has
/// as operands what it, or what is inside it, uses of the known ones.
pub(super) struct Program {
    pub(super) func: Func,
    pub(super) originals: Vec<MlirOperation>,
    /// The values behind the arguments of the program.
    pub(super) arguments: Vec<MlirValue>,
    /// For each opaque original, the values behind its operands.
    pub(super) used: HashMap<usize, Vec<MlirValue>>,
    /// The values behind the results of the program.
    pub(super) exits: Vec<MlirValue>,
    /// A value and an axis for every name of an unknown length.
    pub(super) lengths: HashMap<String, (MlirValue, usize)>,
    /// What all ops on floats allow.
    pub(super) freedom: Freedom,
}

/// Reads a block; `None` if nothing in it is known but constants.
pub(super) fn read(block: MlirBlock) -> Result<Option<Program>, Error> {
    let operations = raw::operations(block);
    let Some((terminator, operations)) = operations.split_last() else { return Ok(None) };
    let meanings: Vec<_> = operations.iter().map(|operation| known(*operation)).collect();
    if meanings.iter().flatten().all(|meaning| meaning.kind == OpKind::Constant) {
        return Ok(None);
    }
    let mut reader = Reader {
        block,
        program: Program {
            func: Func::new("block"),
            originals: vec![],
            arguments: vec![],
            used: HashMap::new(),
            exits: vec![],
            lengths: HashMap::new(),
            freedom: Freedom::ALL,
        },
        values: HashMap::new(),
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
    if let Some(error) = thn_ir::verify::verify(&reader.program.func).into_iter().next() {
        return Err(error.into());
    }
    Ok(Some(reader.program))
}

/// What an op means, if it is understood completely: attributes that a user hung to it would be lost with it.
fn known(operation: MlirOperation) -> Option<Meaning> {
    if !raw::discardable_attributes(operation).is_empty() {
        return None;
    }
    meaning(operation)
}

struct Reader {
    block: MlirBlock,
    program: Program,
    /// By the address that identifies an MLIR value while its op is alive.
    values: HashMap<*const c_void, Value>,
    /// Results of the known ops of the block.
    made: HashSet<*const c_void>,
    /// For each op of the block, what it or what is inside it uses of them.
    users: HashMap<*const c_void, Vec<MlirValue>>,
}

impl Reader {
    /// Notes who uses the results of known ops. Uses in other blocks count as the terminator's: they come after it.
    fn find_users(&mut self, operations: &[MlirOperation], meanings: &[Option<Meaning>]) {
        for (operation, _) in operations.iter().zip(meanings).filter(|(_, meaning)| meaning.is_some()) {
            for result in raw::results(*operation) {
                self.made.insert(result.ptr);
                for user in raw::users(result) {
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

    fn position(&mut self, operation: MlirOperation) -> Attrs {
        self.program.originals.push(operation);
        Attrs::new().with(FOREIGN, Attr::Int(self.program.originals.len() as i64 - 1))
    }

    fn known(&mut self, operation: MlirOperation, meaning: Meaning) -> Result<(), Error> {
        if let Some(freedom) = meaning.freedom {
            self.program.freedom = self.program.freedom.and(freedom);
        }
        let operands: Vec<Value> =
            raw::operands(operation).into_iter().map(|value| self.value(value)).collect::<Result<_, _>>()?;
        let value = self.push(operation, meaning, &operands)?;
        for result in raw::results(operation) {
            self.values.insert(result.ptr, value);
        }
        Ok(())
    }

    fn push(
        &mut self,
        operation: MlirOperation,
        meaning: Meaning,
        operands: &[Value],
    ) -> Result<Value, Error> {
        let loc = locations::read(raw::location(operation));
        let mut attrs = self.position(operation);
        for (name, attribute) in meaning.attrs.iter() {
            attrs.set(name.to_owned(), attribute.clone());
        }
        Ok(Builder::new(&mut self.program.func, Func::BODY, loc).apply(meaning.kind, operands, attrs)?)
    }

    fn opaque(&mut self, operation: MlirOperation) -> Result<(), Error> {
        let used = self.users.get(&operation.ptr.cast_const()).cloned().unwrap_or_default();
        let operands = self.read_before(&used)?;
        let position = self.program.originals.len();
        let attrs = self.position(operation);
        self.program.used.insert(position, used);
        let results = raw::results(operation);
        let types: Vec<Type> = results.iter().map(|result| self.leaf_type(*result)).collect();
        let loc = locations::read(raw::location(operation));
        let func = &mut self.program.func;
        let op = func.push(Func::BODY, OpKind::Foreign, &operands, attrs, &[], types, loc);
        for (old, new) in results.iter().zip(func.op(op).results.clone()) {
            self.values.insert(old.ptr, new);
        }
        Ok(())
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
            Some((operation, meaning)) if meaning.kind == OpKind::Constant => {
                self.push(operation, meaning, &[])?
            }
            _ => {
                let r#type = self.leaf_type(value);
                self.program.arguments.push(value);
                self.program.func.add_arg(r#type, Arg::default())
            }
        };
        self.values.insert(value.ptr, made);
        Ok(made)
    }

    fn leaf_type(&mut self, value: MlirValue) -> Type {
        let Some((dtype, lengths)) = types::shaped(raw::type_of(value)) else {
            return Type::Foreign(crate::text::type_text(raw::type_of(value)).into());
        };
        let mut shape = vec![];
        for (axis, length) in lengths.into_iter().enumerate() {
            shape.push(match length {
                Some(length) => Dim::from(length),
                None => {
                    let wanted = format!("d{}", self.program.lengths.len());
                    let symbol = self.program.func.new_symbol(&wanted, SymbolOrigin::Opaque);
                    self.program.lengths.insert(symbol.name.to_string(), (value, axis));
                    symbol.into()
                }
            });
        }
        TensorType::new(dtype, Shape(shape)).into()
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
