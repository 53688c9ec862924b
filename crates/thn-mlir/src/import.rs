//! From `func.func` to `thn_ir::Func`.
//!
//! Nothing is lost: names, locations and attributes come along, and ops of other dialects become opaque
//! leaves whose originals a [`Foreign`] table keeps for the way back. A leaf's operands are those of its
//! original, followed by the values that its regions use from outside.

use crate::{
    attributes::{self, strings},
    dims::{self, Names},
    error::Error,
    locations,
    meaning::{FastMathFlags, meaning},
    names::{ARGUMENT_LOCATIONS, FOREIGN, NAME, NAMES, SHARED, UPDATES},
    raw,
    text::type_text,
    types,
};
use melior::ir::OperationRef;
use mlir_sys::{MlirAttribute, MlirBlock, MlirOperation, MlirType, MlirValue};
use std::{collections::HashMap, ffi::c_void, marker::PhantomData, sync::Arc};
use thn_ir::{
    Arg, Attr, AttrKind, Attrs, BlockId, Dim, Func, Iterate, Loc, OpId, OpKind, RegionTypes, Res, Semantics,
    Shape, Symbol, SymbolOrigin, TensorType, Type, Value,
};

/// The ops of other dialects in an imported function.
#[derive(Default)]
pub struct Foreign<'c, 'a> {
    pub(crate) originals: Vec<MlirOperation>,
    lifetime: PhantomData<OperationRef<'c, 'a>>,
}

impl Foreign<'_, '_> {
    /// For functions that have none.
    pub fn none() -> Self {
        Self { originals: vec![], lifetime: PhantomData }
    }
}

/// A function and the ops of other dialects that it refers to.
pub struct Imported<'c, 'a> {
    /// The program.
    pub func: Func,
    /// The originals of its opaque leaves.
    pub foreign: Foreign<'c, 'a>,
}

/// What becomes of ops of other dialects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are opaque leaves.
    #[default]
    Keep,
    /// Those with an equivalent of thn, such as `arith.addf` on tensors, become that; see the field
    /// `foreign` of the op table.
    Raise,
}

/// Reads a `func.func` whose body is one block. Anything else is [`Error::Unsupported`].
pub fn import<'c, 'a>(function: OperationRef<'c, 'a>) -> Result<Imported<'c, 'a>, Error> {
    import_with(function, Others::Keep)
}

/// As [`import`], with a choice.
pub fn import_with<'c, 'a>(
    function: OperationRef<'c, 'a>,
    others: Others,
) -> Result<Imported<'c, 'a>, Error> {
    let function = function.to_raw();
    let body = body_of(function)?;
    let name = raw::attribute(function, "sym_name").and_then(raw::string).unwrap_or_default();
    let mut import = Import {
        func: Func::new(name),
        values: HashMap::new(),
        foreign: vec![],
        names: Names::default(),
        others,
        depth: 0,
    };
    import.func.loc = locations::read(raw::location(function));
    for (name, attribute) in raw::attributes(function) {
        if !matches!(name.as_str(), "sym_name" | "function_type" | "arg_attrs" | "res_attrs") {
            import.func.attrs.set(name, attributes::foreign(attribute));
        }
    }
    import.arguments(function, body)?;
    import.block(body, Func::BODY, "func.return")?;
    import.results(function)?;
    Ok(Imported { func: import.func, foreign: Foreign { originals: import.foreign, lifetime: PhantomData } })
}

/// The one block of a function.
fn body_of(function: MlirOperation) -> Result<MlirBlock, Error> {
    let name = raw::name(function);
    if name != "func.func" {
        return Err(Error::unsupported(format!("{name} is not a function of the func dialect")));
    }
    match raw::regions(function).first().map(|region| raw::blocks(*region)).as_deref() {
        Some([body]) => Ok(*body),
        Some([]) | None => Err(Error::unsupported("the function has no body")),
        Some(_) => Err(Error::unsupported("the function has several blocks; thn reads straight-line code")),
    }
}

struct Import {
    func: Func,
    /// By the address that identifies an MLIR value while its op is alive.
    values: HashMap<*const c_void, Value>,
    foreign: Vec<MlirOperation>,
    names: Names,
    others: Others,
    /// How many regions lie around what is read.
    depth: usize,
}

/// The dictionaries of `arg_attrs` or `res_attrs`, one per argument or result.
fn attribute_lists(function: MlirOperation, name: &str, count: usize) -> Vec<Vec<(String, MlirAttribute)>> {
    let lists = raw::attribute(function, name).and_then(raw::array).unwrap_or_default();
    let mut lists: Vec<_> = lists.into_iter().map(raw::dictionary).collect();
    lists.resize(count, vec![]);
    lists
}

impl Import {
    fn arguments(&mut self, function: MlirOperation, body: MlirBlock) -> Result<(), Error> {
        let values = raw::arguments(body);
        let lists = attribute_lists(function, "arg_attrs", values.len());
        let find = |list: &[(String, MlirAttribute)], name: &str| {
            list.iter().find(|(known, _)| known == name).map(|(_, attribute)| *attribute)
        };
        let names: Vec<Option<String>> =
            lists.iter().map(|list| find(list, NAME).and_then(raw::string)).collect();
        let bases: Vec<String> =
            names.iter().enumerate().map(|(i, name)| dims::base(name.as_deref(), i)).collect();
        self.names = Names::new(bases.iter().map(String::as_str));
        for (position, (value, list)) in values.iter().zip(&lists).enumerate() {
            let mut argument = Arg {
                name: names[position].as_deref().map(Arc::from),
                loc: locations::read(raw::location_of(*value)),
                ..Arg::default()
            };
            for (name, attribute) in list {
                match name.as_str() {
                    NAME | dims::DIMS | dims::VALUE => {}
                    SHARED => argument.shared = true,
                    _ => argument.attrs.set(name.clone(), attributes::foreign(*attribute)),
                }
            }
            let loc = argument.loc.clone();
            let told = |error: Error| {
                Error::input(format!("{}: {}", called(&names[position], position), error.failure().message))
                    .at(loc.clone())
            };
            let r#type = match types::tensor(raw::type_of(*value)) {
                None => Type::Foreign(type_text(raw::type_of(*value)).into()),
                Some((dtype, lengths)) => {
                    let given = find(list, dims::DIMS).map(|given| spelled(given, &lengths));
                    let given = given.transpose().map_err(told)?;
                    let shape = self.argument_shape(position, &bases[position], &lengths, given);
                    TensorType::new(dtype, shape.map_err(told)?).into()
                }
            };
            let made = self.func.add_arg(r#type, argument);
            self.values.insert(value.ptr, made);
            if let Some(name) = find(list, dims::VALUE).and_then(raw::string) {
                if !Symbol::is_name(&name) {
                    return Err(told(Error::input(format!("{name:?} cannot name a value"))));
                }
                self.names.declare(&name);
                dims::value_symbol(&mut self.func, position, &name);
            }
        }
        Ok(())
    }

    /// The shape of an entry argument whose unknown dims are called `given`, or by default names.
    fn argument_shape(
        &mut self,
        position: usize,
        base: &str,
        lengths: &[Option<i64>],
        given: Option<Vec<String>>,
    ) -> Result<Shape, Error> {
        let mut given = given.map(Vec::into_iter);
        let mut shape = vec![];
        for (axis, length) in lengths.iter().enumerate() {
            shape.push(match (length, &mut given) {
                (Some(length), _) => Dim::from(*length),
                (None, Some(given)) => {
                    let origin = SymbolOrigin::ArgDim { arg: position as u32, axis: axis as u32 };
                    self.declared(&given.next().unwrap_or_default(), origin)?
                }
                (None, None) => {
                    let name = self.names.argument_dim(base, axis);
                    let origin = SymbolOrigin::ArgDim { arg: position as u32, axis: axis as u32 };
                    self.func.new_symbol(&name, origin).into()
                }
            });
        }
        Ok(Shape(shape))
    }

    /// A dim that a string gives: a new name declares a symbol of this origin.
    fn declared(&mut self, text: &str, origin: SymbolOrigin) -> Result<Dim, Error> {
        if Symbol::is_name(text) && dims::lookup(&mut self.func, text).is_none() {
            self.names.declare(text);
            return Ok(self.func.new_symbol(text, origin).into());
        }
        self.dim(text)
    }

    fn dim(&mut self, text: &str) -> Result<Dim, Error> {
        Dim::parse(text, &mut |name| dims::lookup(&mut self.func, name)).map_err(Error::input)
    }

    /// Imports the ops of a block, which must end in `terminator`.
    fn block(&mut self, block: MlirBlock, into: BlockId, terminator: &str) -> Result<(), Error> {
        let operations = raw::operations(block);
        let Some((last, operations)) = operations.split_last() else {
            return Err(Error::unsupported("a block is empty"));
        };
        for operation in operations {
            self.operation(*operation, into)?;
        }
        let end = locations::read(raw::location(*last));
        let name = raw::name(*last);
        if name != terminator {
            let message = format!("a block ends in {name}; thn reads those that end in {terminator}");
            return Err(Error::unsupported(message).at(end));
        }
        if !raw::attributes(*last).is_empty() {
            return Err(Error::unsupported(format!("{name} has attributes")).at(end));
        }
        let results =
            raw::operands(*last).into_iter().map(|value| self.value(value)).collect::<Result<_, _>>()?;
        let block = self.func.block_mut(into);
        block.results = results;
        block.end = end;
        Ok(())
    }

    fn value(&self, value: MlirValue) -> Result<Value, Error> {
        let known = self.values.get(&value.ptr).copied();
        known.ok_or_else(|| Error::internal("an op uses a value from outside its function"))
    }

    fn operation(&mut self, operation: MlirOperation, into: BlockId) -> Result<(), Error> {
        let loc = locations::read(raw::location(operation));
        let name = raw::name(operation);
        let kind = match name.strip_prefix("thn.") {
            Some(mnemonic) => OpKind::from_mnemonic(mnemonic),
            None if self.others == Others::Raise => equivalent(operation),
            None => None,
        };
        let made = match kind {
            Some(kind) if readable(kind, operation) => self.own(kind, operation, into, &loc),
            _ => self.leaf(operation, into, &loc),
        };
        let made = made.map_err(|error| error.of(&name).at(loc))?;
        let results = self.func.op(made).results.clone();
        for (old, new) in raw::results(operation).into_iter().zip(&results) {
            self.values.insert(old.ptr, *new);
        }
        let names = match raw::attribute(operation, NAME).and_then(raw::string) {
            Some(name) => vec![name],
            None => raw::attribute(operation, NAMES).and_then(strings).unwrap_or_default(),
        };
        for (value, name) in results.iter().zip(names).filter(|(_, name)| !name.is_empty()) {
            self.func.value_mut(*value).name = Some(name.into());
        }
        Ok(())
    }

    /// An op of thn.
    fn own(
        &mut self,
        kind: OpKind,
        operation: MlirOperation,
        into: BlockId,
        loc: &Loc,
    ) -> Result<OpId, Error> {
        let row = kind.row();
        let operands =
            raw::operands(operation).into_iter().map(|v| self.value(v)).collect::<Result<Vec<_>, _>>()?;
        let mut attrs = Attrs::new();
        for spec in row.attrs {
            let Some(attribute) = raw::attribute(operation, spec.name) else {
                return Err(Error::input(format!("thn.{} has no attribute {}", row.mnemonic, spec.name)));
            };
            let func = &mut self.func;
            let read = attributes::read(spec.kind, attribute, &mut |name| dims::lookup(func, name));
            attrs.set(spec.name, read.map_err(Error::input)?);
        }
        for (name, attribute) in raw::discardable_attributes(operation) {
            if !matches!(name.as_str(), NAME | NAMES | dims::DIMS) {
                let func = &mut self.func;
                let read = attributes::undeclared(&name, attribute, &mut |name| dims::lookup(func, name));
                attrs.set(name, read);
            }
        }
        let declared = match row.shaped {
            true => Some(self.stated_type(operation)?),
            false => None,
        };
        let regions = match row.regions {
            0 => vec![],
            _ => self.regions(kind, operation, &operands, &mut attrs)?,
        };
        let types = operands.iter().map(|v| self.tensor(*v)).collect::<Result<Vec<_>, _>>()?;
        let region_types = regions.iter().map(|r| self.region_types(*r)).collect::<Result<Vec<_>, _>>()?;
        let inferred = thn_ir::infer(kind, &types, &attrs, declared.as_ref(), &region_types)?;
        let results = inferred.types.into_iter().map(Type::Tensor);
        Ok(self.func.push(into, kind, &operands, attrs, &regions, results, loc.clone()))
    }

    /// The type that an op states, with its `dims`.
    fn stated_type(&mut self, operation: MlirOperation) -> Result<TensorType, Error> {
        let results = raw::results(operation);
        let found = results.first().and_then(|result| types::tensor(raw::type_of(*result)));
        let Some((dtype, lengths)) = found else {
            return Err(Error::input("states no tensor type"));
        };
        let mut given = stated(operation, &lengths)?.into_iter();
        let shape = lengths
            .into_iter()
            .map(|length| match length {
                Some(length) => Ok(length.into()),
                None => self.dim(&given.next().unwrap_or_default()),
            })
            .collect::<Result<_, _>>()?;
        Ok(TensorType::new(dtype, Shape(shape)))
    }

    fn regions(
        &mut self,
        kind: OpKind,
        operation: MlirOperation,
        operands: &[Value],
        attrs: &mut Attrs,
    ) -> Result<Vec<BlockId>, Error> {
        let mut made = vec![];
        let mut places = vec![];
        // A planned kernel is the last of the regions, as in `Func::check_nesting`.
        let deeper = usize::from(kind != OpKind::Kernel);
        self.depth += deeper;
        if self.depth > Func::MAX_NESTING {
            return Err(Func::nests_too_deep(self.depth).into());
        }
        for region in raw::regions(operation) {
            let blocks = raw::blocks(region);
            let [block] = blocks.as_slice() else {
                return Err(Error::unsupported("a region of thn has one block"));
            };
            let into = self.func.new_block();
            for (position, value) in raw::arguments(*block).into_iter().enumerate() {
                let like = operands.get(position).and_then(|operand| self.func.tensor(*operand)).cloned();
                let r#type = self.region_argument(kind, raw::type_of(value), like.as_ref())?;
                let new = self.func.add_block_arg(into, r#type);
                self.values.insert(value.ptr, new);
                let loc = locations::read(raw::location_of(value));
                if let Loc::Name(name, _) = &loc {
                    self.func.value_mut(new).name = Some(name.clone());
                }
                places.push(loc);
            }
            self.block(*block, into, "thn.yield")?;
            made.push(into);
        }
        self.depth -= deeper;
        if places.iter().any(|loc| *loc != Loc::Unknown) {
            let context = raw::context(operation);
            let list: Vec<_> = places.iter().map(|loc| locations::write_attribute(context, loc)).collect();
            attrs.set(ARGUMENT_LOCATIONS, attributes::foreign(raw::make_array(context, &list)));
        }
        Ok(made)
    }

    /// The type of an argument of a region. Its `?` are the dims of the operand at the same position, which
    /// it starts out as.
    fn region_argument(
        &self,
        kind: OpKind,
        r#type: MlirType,
        like: Option<&TensorType>,
    ) -> Result<TensorType, Error> {
        let mnemonic = kind.row().mnemonic;
        let Some((dtype, lengths)) = types::tensor(r#type) else {
            let text = type_text(r#type);
            return Err(Error::unsupported(format!("thn.{mnemonic} has an argument of type {text}")));
        };
        let like = like.filter(|like| like.rank() == lengths.len());
        let shape = lengths.iter().enumerate().map(|(axis, length)| match (length, like) {
            (Some(length), _) => Ok(Dim::from(*length)),
            (None, Some(like)) => Ok(like.shape[axis].clone()),
            (None, None) => {
                Err(Error::input(format!("an argument of thn.{mnemonic} has an unknown dim {axis}")))
            }
        });
        Ok(TensorType::new(dtype, Shape(shape.collect::<Result<_, _>>()?)))
    }

    fn tensor(&self, value: Value) -> Result<TensorType, Error> {
        let known = self.func.tensor(value).cloned();
        known.ok_or_else(|| Error::unsupported(format!("a value of type {} in thn", self.func.ty(value))))
    }

    fn region_types(&self, region: BlockId) -> Result<RegionTypes, Error> {
        let block = self.func.block(region);
        let all = |values: &[Value]| values.iter().map(|value| self.tensor(*value)).collect::<Result<_, _>>();
        Ok(RegionTypes { args: all(&block.args)?, results: all(&block.results)? })
    }

    /// An op of another dialect.
    fn leaf(&mut self, operation: MlirOperation, into: BlockId, loc: &Loc) -> Result<OpId, Error> {
        if raw::successor_count(operation) > 0 {
            return Err(Error::unsupported(format!("{} leads to other blocks", raw::name(operation))));
        }
        let mut operands = vec![];
        for value in raw::operands(operation).into_iter().chain(raw::captures(operation)) {
            operands.push(self.value(value)?);
        }
        let results = raw::results(operation);
        let tensors: Vec<_> = results.iter().map(|result| types::tensor(raw::type_of(*result))).collect();
        let all: Vec<Option<i64>> =
            tensors.iter().flatten().flat_map(|(_, lengths)| lengths.clone()).collect();
        let mut given = match raw::attribute(operation, dims::DIMS) {
            Some(given) => Some(spelled(given, &all)?.into_iter()),
            None => None,
        };
        let mut types = vec![];
        for (result, tensor) in results.iter().zip(tensors) {
            let Some((dtype, lengths)) = tensor else {
                types.push(Type::Foreign(type_text(raw::type_of(*result)).into()));
                continue;
            };
            let known: Vec<_> = operands.iter().filter_map(|value| self.func.tensor(*value)).collect();
            let mut kept = dims::kept(&raw::name(operation), &known, &lengths).map(Vec::into_iter);
            let mut shape = vec![];
            for length in lengths {
                shape.push(match (length, &mut given, &mut kept) {
                    (Some(length), _, _) => Dim::from(length),
                    (None, Some(given), _) => {
                        self.declared(&given.next().unwrap_or_default(), SymbolOrigin::Opaque)?
                    }
                    (None, None, Some(kept)) => kept.next().unwrap_or(Dim::ONE),
                    (None, None, None) => {
                        let name = self.names.opaque_dim();
                        self.func.new_symbol(&name, SymbolOrigin::Opaque).into()
                    }
                });
            }
            types.push(TensorType::new(dtype, Shape(shape)).into());
        }
        let attrs = Attrs::new()
            .with(FOREIGN, Attr::Int(self.foreign.len() as i64))
            .with(Func::FOREIGN_NAME, Attr::Str(raw::name(operation).into()));
        self.foreign.push(operation);
        Ok(self.func.push(into, OpKind::Foreign, &operands, attrs, &[], types, loc.clone()))
    }

    fn results(&mut self, function: MlirOperation) -> Result<(), Error> {
        let count = self.func.body().results.len();
        for list in attribute_lists(function, "res_attrs", count) {
            let mut result = Res::default();
            for (name, attribute) in list {
                match name.as_str() {
                    NAME => result.name = raw::string(attribute).map(Arc::from),
                    UPDATES => {
                        let position = attributes::integer(attribute).and_then(|n| usize::try_from(n).ok());
                        result.updates = Some(position.ok_or_else(|| {
                            Error::input(format!("{UPDATES} is the position of an argument, as an i64"))
                        })?);
                    }
                    _ => result.attrs.set(name, attributes::foreign(attribute)),
                }
            }
            self.func.results.push(result);
        }
        Ok(())
    }
}

/// How messages call an argument.
fn called(name: &Option<String>, position: usize) -> String {
    name.clone().unwrap_or_else(|| format!("arg{position}"))
}

/// The op of thn that means the same as one of another dialect on tensors. Flags that loosen the meaning would be lost,
/// so that an op that has any stays as it is; so does one whose row has attributes that other dialects lack.
fn equivalent(operation: MlirOperation) -> Option<OpKind> {
    let meaning = meaning(operation)?;
    let values = raw::operands(operation).into_iter().chain(raw::results(operation));
    let on_tensors = values.into_iter().all(|value| types::tensor(raw::type_of(value)).is_some());
    let strict = meaning.wraps && meaning.flags.is_none_or(|flags| flags == FastMathFlags::NONE);
    (on_tensors && strict).then_some(meaning.kind)
}

/// Whether an op can be read as a row of the op table. A literal that MLIR keeps outside the IR cannot.
fn readable(kind: OpKind, operation: MlirOperation) -> bool {
    let literal = kind.row().attrs.iter().find(|spec| spec.kind == AttrKind::Literal);
    literal.is_none_or(|spec| {
        raw::attribute(operation, spec.name)
            .is_some_and(|value| attributes::read(spec.kind, value, &mut |_| None).is_ok())
    }) && kind.row().semantics != Semantics::Iterate(Iterate::Terminator)
}

/// The strings of a `dims` attribute, one for each `?`.
pub(crate) fn spelled(given: MlirAttribute, lengths: &[Option<i64>]) -> Result<Vec<String>, Error> {
    let unknown = lengths.iter().filter(|length| length.is_none()).count();
    let Some(texts) = strings(given) else {
        return Err(Error::input("dims are a list of strings"));
    };
    if texts.len() != unknown {
        let message = format!("dims spells {} lengths, the type has {unknown} `?`", texts.len());
        return Err(Error::input(message));
    }
    Ok(texts)
}

/// The strings of the `dims` of an op that states its type, which are there if the type has a `?`.
pub(crate) fn stated(operation: MlirOperation, lengths: &[Option<i64>]) -> Result<Vec<String>, Error> {
    if let Some(given) = raw::attribute(operation, "dims") {
        let texts = spelled(given, lengths)?;
        return match texts.iter().find(|text| text.parse::<i64>().is_ok()) {
            Some(number) => {
                Err(Error::input(format!("dims spells the number {number}, which belongs into the type")))
            }
            None => Ok(texts),
        };
    }
    match lengths.iter().filter(|length| length.is_none()).count() {
        0 => Ok(vec![]),
        unknown => {
            Err(Error::input(format!("states a type with {unknown} `?` and has no dims that spell them")))
        }
    }
}
