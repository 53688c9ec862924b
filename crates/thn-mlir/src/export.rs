//! From `thn_ir::Func` to `func.func`.
//!
//! The inverse of `import.rs`. Types of values are spelled anew: a dim that is a number in `thn-ir` is one in
//! MLIR where inference from MLIR's own types finds it too. Where an op of another dialect, or the signature
//! of the function, insists on another spelling of a type, a `tensor.cast` stands between. Dim expressions are
//! written in normal form.

use crate::{
    attributes,
    context::capture_raw,
    dims::{self, Mark, Names},
    error::{Diagnostic, Error},
    import::Foreign,
    locations,
    names::{ARGUMENT_LOCATIONS, FOREIGN, NAME, NAMES, SHARED, UPDATES},
    raw::{self, NewOp},
    text::string_ref,
    types::{self, Anonymous},
};
use melior::{
    Context,
    ir::{Location, Module, Operation, OperationRef, operation::OperationLike},
};
use mlir_sys::{
    MlirAttribute, MlirBlock, MlirContext, MlirLocation, MlirOperation, MlirRegion, MlirType, MlirValue,
    mlirAttributeIsALocation, mlirContextGetOrLoadDialect, mlirFunctionTypeGet, mlirLocationFromAttribute,
    mlirModuleGetBody, mlirOperationDestroy, mlirOperationSetLocation, mlirRegionTakeBody, mlirUnitAttrGet,
};
use std::collections::HashMap;
use thn_ir::{
    Attr, Attrs, BlockId, Dim, Func, Loc, OpData, OpId, OpKind, RegionTypes, SymbolOrigin, TensorType, Type,
    Value,
};

/// Writes a function as an op of its own, which is verified.
pub fn export<'c>(context: &'c Context, func: &Func, foreign: &Foreign) -> Result<Operation<'c>, Error> {
    let operation = write(context.to_raw(), func, foreign, None)?;
    // SAFETY: the op was just made in this context and belongs to nobody else.
    let operation = unsafe { Operation::from_raw(operation) };
    let (valid, diagnostics) = crate::capture(context, || operation.verify());
    if valid { Ok(operation) } else { Err(invalid(func).with_diagnostics(diagnostics)) }
}

/// Writes functions as a module. They have no ops of other dialects.
pub fn export_module<'c>(context: &'c Context, funcs: &[&Func]) -> Result<Module<'c>, Error> {
    let module = Module::new(Location::unknown(context));
    for func in funcs {
        let operation = export(context, func, &Foreign::none())?;
        // SAFETY: the module is alive and takes the op.
        unsafe { raw::append(mlirModuleGetBody(module.to_raw()), operation.into_raw()) };
    }
    Ok(module)
}

/// Gives a `func.func` the content of another program, in place, as passes must.
pub fn replace(function: OperationRef, func: &Func, foreign: &Foreign) -> Result<(), Error> {
    let target = function.to_raw();
    let context = raw::context(target);
    let source = write(context, func, foreign, Some(target))?;
    let (Some(to), Some(from)) =
        (raw::regions(target).first().copied(), raw::regions(source).first().copied())
    else {
        return Err(Error::internal("a function has no region"));
    };
    // SAFETY: both ops are alive. The body moves before its former op is destroyed; the old body refers to
    // nothing in the new one, nor the other way round.
    unsafe {
        mlirRegionTakeBody(to, from);
        for (name, _) in raw::attributes(target) {
            if raw::attribute(source, &name).is_none() {
                raw::set_attribute(target, &name, None);
            }
        }
        for (name, attribute) in raw::attributes(source) {
            raw::set_attribute(target, &name, Some(attribute));
        }
        mlirOperationSetLocation(target, raw::location(source));
        mlirOperationDestroy(source);
    }
    Ok(())
}

fn invalid(func: &Func) -> Error {
    Error::internal(format!("the function {} as written in MLIR does not verify", func.name))
}

/// The new `func.func`, detached. Arguments and results keep the types that `like` has, where they can.
fn write(
    context: MlirContext,
    func: &Func,
    foreign: &Foreign,
    like: Option<MlirOperation>,
) -> Result<MlirOperation, Error> {
    for dialect in ["thn", "func", "tensor"] {
        // SAFETY: the context is alive. In a running pass these are loaded, as every pass depends on them.
        unsafe { mlirContextGetOrLoadDialect(context, string_ref(dialect)) };
    }
    let mut export = Export {
        context,
        func,
        foreign,
        values: HashMap::new(),
        names: Names::default(),
        anonymous: Anonymous::beside(func),
    };
    let (result, diagnostics) = capture_raw(context, || export.function(like));
    result.map_err(|error| said(error, diagnostics))
}

fn said(error: Error, diagnostics: Vec<Diagnostic>) -> Error {
    if diagnostics.is_empty() { error } else { error.with_diagnostics(diagnostics) }
}

struct Export<'a> {
    context: MlirContext,
    func: &'a Func,
    foreign: &'a Foreign<'a, 'a>,
    values: HashMap<Value, MlirValue>,
    names: Names,
    /// What the `?` of MLIR's types stand for in inference, which also sees the function's own dims.
    anonymous: Anonymous,
}

type Entries = Vec<(String, MlirAttribute)>;

impl Export<'_> {
    fn function(&mut self, like: Option<MlirOperation>) -> Result<MlirOperation, Error> {
        let func = self.func;
        let bases: Vec<String> =
            func.args.iter().enumerate().map(|(i, arg)| dims::base(arg.name.as_deref(), i)).collect();
        self.names = Names::new(bases.iter().map(String::as_str));
        let mut arguments = vec![];
        let mut argument_attributes = vec![];
        let former = like.and_then(entry).map(raw::arguments).unwrap_or_default();
        for (position, (value, base)) in func.body().args.iter().zip(&bases).enumerate() {
            let own = self.spelled_type(func.ty(*value))?;
            let former = former.get(position).map(|value| raw::type_of(*value));
            let r#type = former.filter(|former| compatible(*former, own)).unwrap_or(own);
            arguments.push((r#type, locations::write(self.context, &func.args[position].loc)));
            let entries = self.argument_attributes(position, *value, base, r#type)?;
            argument_attributes.push(raw::make_dictionary(self.context, &entries));
        }
        let (region, block) = raw::new_region(&arguments);
        let region = Owned(region);
        for (value, made) in func.body().args.iter().zip(raw::arguments(block)) {
            self.values.insert(*value, made);
        }
        self.operations(Func::BODY, block)?;
        let mut results = self.all(&func.body().results)?;
        if let Some(like) = like {
            self.keep_types(like, &mut results, block);
        }
        self.terminate("func.return", &results, &func.body().end, block)?;

        let inputs: Vec<_> = arguments.iter().map(|argument| argument.0).collect();
        let outputs: Vec<_> = results.iter().map(|value| raw::type_of(*value)).collect();
        let result_attributes = func
            .results
            .iter()
            .map(|result| self.result_attributes(result))
            .collect::<Result<Vec<_>, _>>()?;
        // SAFETY: both arrays have the stated lengths and are copied.
        let r#type = unsafe {
            mlirFunctionTypeGet(
                self.context,
                inputs.len() as isize,
                inputs.as_ptr(),
                outputs.len() as isize,
                outputs.as_ptr(),
            )
        };
        let mut entries = vec![
            ("sym_name".to_owned(), raw::make_string(self.context, &func.name)),
            ("function_type".to_owned(), raw::make_type_attribute(r#type)),
        ];
        for (name, list) in [("arg_attrs", argument_attributes), ("res_attrs", result_attributes)] {
            if list.iter().any(|entries| !raw::dictionary(*entries).is_empty()) {
                entries.push((name.to_owned(), raw::make_array(self.context, &list)));
            }
        }
        self.discardable(&func.attrs, &[], &mut entries)?;
        self.create("func.func", &func.loc, &[], &[], &entries, vec![region])
    }

    fn argument_attributes(
        &mut self,
        position: usize,
        value: Value,
        base: &str,
        r#type: MlirType,
    ) -> Result<Entries, Error> {
        let func = self.func;
        let argument = &func.args[position];
        let mut entries = vec![];
        if let Some(name) = &argument.name {
            entries.push((NAME.to_owned(), raw::make_string(self.context, name)));
        }
        if argument.shared {
            // SAFETY: the context is alive.
            entries.push((SHARED.to_owned(), unsafe { mlirUnitAttrGet(self.context) }));
        }
        if let (Some(tensor), Some((_, lengths))) = (func.tensor(value), types::tensor(r#type)) {
            let unknown: Vec<(usize, &Dim)> =
                tensor.shape.iter().enumerate().filter(|(axis, _)| lengths[*axis].is_none()).collect();
            let mark = self.names.mark();
            let mut as_expected = true;
            for (axis, dim) in &unknown {
                let expected = self.names.argument_dim(base, *axis);
                as_expected &= dim.as_symbol().is_some_and(|symbol| *symbol.name == *expected);
            }
            let spelled: Vec<&Dim> = unknown.into_iter().map(|(_, dim)| dim).collect();
            if let Some(attribute) = self.dims(&spelled, as_expected, mark) {
                entries.push((dims::DIMS.to_owned(), attribute));
            }
        }
        let origin = SymbolOrigin::ArgValue { arg: position as u32 };
        if let Some((symbol, _)) = func.symbols().iter().find(|(_, other)| *other == origin)
            && (&*symbol.name != base || dims::argument_named(func, base) != Some(value))
        {
            self.names.declare(&symbol.name);
            entries.push((dims::VALUE.to_owned(), raw::make_string(self.context, &symbol.name)));
        }
        self.discardable(&argument.attrs, &[], &mut entries)?;
        Ok(entries)
    }

    /// The attribute that names dims, unless they are those that are expected where it is absent. Then the names taken
    /// since `mark` stay taken.
    fn dims(&mut self, dims: &[&Dim], as_expected: bool, mark: Mark) -> Option<MlirAttribute> {
        if as_expected {
            return None;
        }
        self.names.back_to(mark);
        dims.iter().filter_map(|dim| dim.as_symbol()).for_each(|symbol| self.names.declare(&symbol.name));
        Some(attributes::write_dims(self.context, dims.iter().copied()))
    }

    fn result_attributes(&self, result: &thn_ir::Res) -> Result<MlirAttribute, Error> {
        let mut entries = vec![];
        if let Some(name) = &result.name {
            entries.push((NAME.to_owned(), raw::make_string(self.context, name)));
        }
        if let Some(position) = result.updates {
            let position = self.attribute(&Attr::Int(position as i64))?;
            entries.push((UPDATES.to_owned(), position));
        }
        self.discardable(&result.attrs, &[], &mut entries)?;
        Ok(raw::make_dictionary(self.context, &entries))
    }

    fn operations(&mut self, from: BlockId, block: MlirBlock) -> Result<(), Error> {
        let func = self.func;
        for id in &func.block(from).ops {
            let data = func.op(*id);
            let made = match data.kind {
                OpKind::Foreign => self.leaf(data, block),
                _ => self.own(*id, block),
            };
            let made = made.map_err(|error| error.at(data.loc.clone()))?;
            for (value, result) in data.results.iter().zip(raw::results(made)) {
                self.values.insert(*value, result);
            }
        }
        Ok(())
    }

    fn own(&mut self, id: OpId, block: MlirBlock) -> Result<MlirOperation, Error> {
        let data = self.func.op(id);
        let row = data.kind.row();
        let operands = self.all(&data.operands)?;
        let mut regions = vec![];
        let mut region_types = vec![];
        let mut places = self.argument_locations(&data.attrs).into_iter();
        for region in &data.regions {
            let (made, types) = self.region(*region, &operands, &mut places)?;
            regions.push(made);
            region_types.push(types);
        }
        let operand_types: Vec<TensorType> =
            operands.iter().filter_map(|value| self.anonymous.tensor(raw::type_of(*value))).collect();
        let declared = data.results.first().and_then(|value| self.func.tensor(*value));
        let declared = declared.filter(|_| row.shaped);
        let inferred = thn_ir::infer(data.kind, &operand_types, &data.attrs, declared, &region_types)?;
        let results: Vec<_> =
            inferred.types.iter().map(|tensor| types::mlir_tensor(self.context, tensor)).collect();

        let mut entries = vec![];
        for spec in row.attrs {
            if let Some(attribute) = data.attrs.get(spec.name) {
                entries.push((spec.name.to_owned(), self.attribute(attribute)?));
            }
        }
        if let Some(declared) = declared {
            let unknown: Vec<&Dim> = declared.shape.iter().filter(|dim| dim.as_const().is_none()).collect();
            if !unknown.is_empty() {
                entries.push(("dims".to_owned(), attributes::write_dims(self.context, unknown)));
            }
        }
        self.value_names(data, &mut entries);
        let declared_names: Vec<_> = row.attrs.iter().map(|spec| spec.name).collect();
        self.discardable(&data.attrs, &declared_names, &mut entries)?;
        let name = format!("thn.{}", row.mnemonic);
        let made = self.create(&name, &data.loc, &operands, &results, &entries, regions)?;
        raw::append(block, made);
        Ok(made)
    }

    fn value_names(&self, data: &OpData, entries: &mut Entries) {
        let names: Vec<_> =
            data.results.iter().map(|value| self.func.value(*value).name.as_deref()).collect();
        match names.as_slice() {
            [Some(name)] => entries.push((NAME.to_owned(), raw::make_string(self.context, name))),
            names if names.iter().any(Option::is_some) => {
                let list: Vec<_> = names
                    .iter()
                    .map(|name| raw::make_string(self.context, name.unwrap_or_default()))
                    .collect();
                entries.push((NAMES.to_owned(), raw::make_array(self.context, &list)));
            }
            _ => {}
        }
    }

    /// A region with its MLIR types. An argument that starts out as an operand is spelled as that is.
    fn region(
        &mut self,
        from: BlockId,
        operands: &[MlirValue],
        places: &mut dyn Iterator<Item = MlirLocation>,
    ) -> Result<(Owned, RegionTypes), Error> {
        let func = self.func;
        let source = func.block(from);
        let mut arguments = vec![];
        for (position, value) in source.args.iter().enumerate() {
            let own = self.spelled_type(func.ty(*value))?;
            let like = operands.get(position).map(|operand| raw::type_of(*operand));
            let spelling = like.filter(|like| compatible(*like, own)).unwrap_or(own);
            let location = places.next().unwrap_or_else(|| {
                let name = func.value(*value).name.clone();
                let loc = name.map_or(Loc::Unknown, |name| Loc::Name(name, Loc::Unknown.into()));
                locations::write(self.context, &loc)
            });
            arguments.push((spelling, location));
        }
        let (region, block) = raw::new_region(&arguments);
        let region = Owned(region);
        for (value, made) in source.args.iter().zip(raw::arguments(block)) {
            self.values.insert(*value, made);
        }
        self.operations(from, block)?;
        let results = self.all(&source.results)?;
        self.terminate("thn.yield", &results, &source.end, block)?;
        let mut tensors = |types: &mut dyn Iterator<Item = MlirType>| {
            types.filter_map(|r#type| self.anonymous.tensor(r#type)).collect::<Vec<_>>()
        };
        let args = tensors(&mut arguments.iter().map(|argument| argument.0));
        let results = tensors(&mut results.iter().map(|value| raw::type_of(*value)));
        Ok((region, RegionTypes { args, results }))
    }

    fn argument_locations(&self, attrs: &Attrs) -> Vec<MlirLocation> {
        let Some(Attr::Mlir(text)) = attrs.get(ARGUMENT_LOCATIONS) else { return vec![] };
        let list = raw::parse_attribute(self.context, text).and_then(raw::array).unwrap_or_default();
        // SAFETY: each attribute is alive and checked to be a location.
        unsafe {
            list.into_iter()
                .filter(|attribute| mlirAttributeIsALocation(*attribute))
                .map(|attribute| mlirLocationFromAttribute(attribute))
                .collect()
        }
    }

    /// A copy of the original of a leaf, with the operands that it has now.
    fn leaf(&mut self, data: &OpData, block: MlirBlock) -> Result<MlirOperation, Error> {
        let position = data.attrs.get_int(FOREIGN).and_then(|position| usize::try_from(position).ok());
        let original = position.and_then(|position| self.foreign.originals.get(position).copied());
        let Some(original) = original else {
            return Err(Error::internal("an op of another dialect has lost its original"));
        };
        let wanted: Vec<_> = raw::operands(original).into_iter().chain(raw::captures(original)).collect();
        if wanted.len() != data.operands.len() {
            return Err(Error::internal(format!("{} has lost operands", raw::name(original))));
        }
        let mut given = self.all(&data.operands)?;
        for (value, like) in given.iter_mut().zip(&wanted) {
            *value = self.cast(*value, raw::type_of(*like), &data.loc, block)?;
        }
        let made = raw::clone_operation(original);
        raw::append(block, made);
        let direct = raw::operands(original).len();
        for (position, value) in given.iter().take(direct).enumerate() {
            raw::set_operand(made, position, *value);
        }
        let captured: HashMap<_, _> =
            wanted[direct..].iter().map(|value| value.ptr).zip(&given[direct..]).collect();
        for inner in raw::nested(made) {
            for (position, operand) in raw::operands(inner).into_iter().enumerate() {
                if let Some(value) = captured.get(&operand.ptr) {
                    raw::set_operand(inner, position, **value);
                }
            }
        }
        let attribute = self.leaf_dims(data, made);
        if attribute.is_some() || raw::attribute(made, dims::DIMS).is_some() {
            raw::set_attribute(made, dims::DIMS, attribute);
        }
        let location = locations::write(self.context, &data.loc);
        // SAFETY: the op is alive and was made here.
        unsafe { mlirOperationSetLocation(made, location) };
        Ok(made)
    }

    /// The attribute that names what is behind the `?` of a leaf's results, where its absence would not.
    fn leaf_dims(&mut self, data: &OpData, made: MlirOperation) -> Option<MlirAttribute> {
        let name = raw::name(made);
        let operands: Vec<_> = data.operands.iter().filter_map(|value| self.func.tensor(*value)).collect();
        let mark = self.names.mark();
        let mut unknown = vec![];
        let mut as_expected = true;
        for (value, result) in data.results.iter().zip(raw::results(made)) {
            let (Some(tensor), Some((_, lengths))) =
                (self.func.tensor(*value), types::tensor(raw::type_of(result)))
            else {
                continue;
            };
            let mut kept = dims::kept(&name, &operands, &lengths).map(Vec::into_iter);
            for (dim, _) in tensor.shape.iter().zip(&lengths).filter(|(_, length)| length.is_none()) {
                as_expected &= match &mut kept {
                    Some(kept) => kept.next().as_ref() == Some(dim),
                    None => {
                        let expected = self.names.opaque_dim();
                        dim.as_symbol().is_some_and(|symbol| *symbol.name == *expected)
                    }
                };
                unknown.push(dim);
            }
        }
        self.dims(&unknown, as_expected, mark)
    }

    /// A value under another spelling of its tensor type.
    fn cast(
        &self,
        value: MlirValue,
        wanted: MlirType,
        loc: &Loc,
        block: MlirBlock,
    ) -> Result<MlirValue, Error> {
        if raw::same_type(raw::type_of(value), wanted) {
            return Ok(value);
        }
        let made = self.create("tensor.cast", loc, &[value], &[wanted], &vec![], vec![])?;
        raw::append(block, made);
        raw::results(made).first().copied().ok_or_else(|| Error::internal("tensor.cast has no result"))
    }

    /// Casts the results to the types that a function had, so that its callers stay valid.
    fn keep_types(&self, like: MlirOperation, results: &mut [MlirValue], block: MlirBlock) {
        let end = entry(like).and_then(|block| raw::operations(block).last().copied());
        let former = end.map(raw::operands).unwrap_or_default();
        if former.len() != results.len() {
            return;
        }
        for (value, old) in results.iter_mut().zip(former) {
            let wanted = raw::type_of(old);
            if compatible(raw::type_of(*value), wanted)
                && let Ok(cast) = self.cast(*value, wanted, &self.func.body().end, block)
            {
                *value = cast;
            }
        }
    }

    fn terminate(&self, name: &str, values: &[MlirValue], loc: &Loc, block: MlirBlock) -> Result<(), Error> {
        let made = self.create(name, loc, values, &[], &vec![], vec![])?;
        raw::append(block, made);
        Ok(())
    }

    fn create(
        &self,
        name: &str,
        loc: &Loc,
        operands: &[MlirValue],
        results: &[MlirType],
        attributes: &Entries,
        regions: Vec<Owned>,
    ) -> Result<MlirOperation, Error> {
        let location = locations::write(self.context, loc);
        let regions: Vec<MlirRegion> = regions.into_iter().map(Owned::release).collect();
        let new = NewOp { name, location, operands, results, attributes, regions: &regions };
        raw::create(self.context, &new).ok_or_else(|| Error::internal(format!("cannot make {name}")))
    }

    fn all(&self, values: &[Value]) -> Result<Vec<MlirValue>, Error> {
        let find = |value: &Value| {
            let known = self.values.get(value).copied();
            known.ok_or_else(|| {
                Error::internal(format!("{} is used before it is made", self.func.describe(*value)))
            })
        };
        values.iter().map(find).collect()
    }

    fn spelled_type(&self, r#type: &Type) -> Result<MlirType, Error> {
        let spelled = types::mlir_type(self.context, r#type);
        spelled.ok_or_else(|| Error::internal(format!("type {} is unknown here", r#type)))
    }

    fn attribute(&self, attribute: &Attr) -> Result<MlirAttribute, Error> {
        let written = attributes::write(self.context, attribute);
        written.ok_or_else(|| Error::internal(format!("attribute {attribute} is unknown here")))
    }

    /// Adds all attributes but those named and those that only `thn-ir` has.
    fn discardable(&self, attrs: &Attrs, others: &[&str], entries: &mut Entries) -> Result<(), Error> {
        for (name, attribute) in attrs.iter() {
            if name != ARGUMENT_LOCATIONS && !others.contains(&name) {
                entries.push((name.to_owned(), self.attribute(attribute)?));
            }
        }
        Ok(())
    }
}

/// The block of a function that was imported.
fn entry(function: MlirOperation) -> Option<MlirBlock> {
    raw::blocks(raw::regions(function).first().copied()?).first().copied()
}

/// Whether two types are tensors that differ at most in dims of which one is `?`.
fn compatible(left: MlirType, right: MlirType) -> bool {
    match (types::tensor(left), types::tensor(right)) {
        (Some((left, left_dims)), Some((right, right_dims))) => {
            left == right
                && left_dims.len() == right_dims.len()
                && left_dims.iter().zip(&right_dims).all(|(a, b)| a.is_none() || b.is_none() || a == b)
        }
        _ => false,
    }
}

/// A region that no op holds yet; destroyed if none ever does.
struct Owned(MlirRegion);

impl Owned {
    fn release(self) -> MlirRegion {
        let region = self.0;
        std::mem::forget(self);
        region
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the region was made here and given to no op.
        unsafe { mlir_sys::mlirRegionDestroy(self.0) }
    }
}
