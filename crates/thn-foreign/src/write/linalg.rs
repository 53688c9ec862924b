//! New ops of `linalg` on tensors.
//!
//! Their results go to `tensor.empty` of the same dims, or to a fill with what a fold starts from. Unknown lengths are those
//! that the program has names for, else those of an operand.

use super::Writer;
use crate::linalg::usual_maps;
use mlir_sys::*;
use thn_ir::{
    Attr, DType, Iterate, Literal, Loc, OpData, OpKind, Scalar, Semantics, Shape, TensorType, Value,
};
use thn_mlir::{
    Error, attributes, locations, meaning,
    raw::{self, NewOp},
    types,
};

/// For each dim of a result that is a dim of a tensor: the tensor, and its axis.
type Like = Vec<Option<(MlirValue, usize)>>;

impl Writer<'_> {
    /// Whether a new op computes a whole tensor. What is arranged like a vector or a single element does not.
    pub(super) fn is_structured(&self, data: &OpData, like: Option<MlirType>) -> bool {
        let rank = self.program.func.tensor(data.result()).map_or(0, TensorType::rank);
        let moves = !data.kind.row().is_elementwise();
        self.program.structured
            && (moves
                || match like {
                    Some(like) => types::tensor(like).is_some(),
                    None => rank > 0,
                })
    }

    /// Makes such an op.
    pub(super) fn structured(&mut self, data: &OpData, like: Option<MlirType>) -> Result<MlirValue, Error> {
        match data.kind.row().semantics {
            _ if data.kind.row().is_elementwise() => self.elementwise(data, like),
            Semantics::Iterate(Iterate::Broadcast) => self.repeated(data),
            Semantics::Iterate(Iterate::Dimshuffle) => self.shuffled(data),
            Semantics::Iterate(Iterate::Reduce { combine, .. }) => self.reduced(data, combine),
            Semantics::Library(_) => self.product(data),
            _ => Err(Error::unsupported(format!("thn.{} has no name in linalg", data.kind.row().mnemonic))),
        }
    }

    /// A destination for the result of an op that is written again, where its own is not at hand.
    pub(super) fn destination(&mut self, data: &OpData, r#type: MlirType) -> Result<MlirValue, Error> {
        let tensor = self.tensor(data.result())?;
        // Elements of a product or a fold are added to what is there.
        let start = match data.kind.row().semantics {
            Semantics::Iterate(Iterate::Reduce { init, .. }) => Some(init),
            Semantics::Library(_) => Some("0"),
            _ => None,
        };
        match start {
            Some(start) => self.filled(start, tensor.dtype, r#type, &tensor.shape, &vec![], &data.loc),
            None => self.empty(r#type, &tensor.shape, &vec![], &data.loc),
        }
    }

    /// Remembers a destination that is there, to be used again.
    pub(super) fn note_destination(&mut self, operation: MlirOperation, data: &OpData) {
        let (name, results) = (raw::name(operation), raw::results(operation));
        let ([result], Some(value)) = (&results[..], data.results.first()) else { return };
        let Some(tensor) = self.program.func.tensor(*value) else { return };
        let (r#type, shape) = (raw::type_of(*result).ptr, tensor.shape.clone());
        match (name.as_str(), raw::operands(operation).first()) {
            ("tensor.empty", _) => {
                self.empties.entry((r#type, shape)).or_insert(*result);
            }
            ("linalg.fill", Some(one)) => {
                self.fills.entry((one.ptr, r#type, shape)).or_insert(*result);
            }
            _ => {}
        }
    }

    /// Whether a tensor is filled with one element, which is there or can be.
    pub(super) fn is_filled_with(
        &mut self,
        tensor: MlirValue,
        value: Value,
        loc: &Loc,
    ) -> Result<bool, Error> {
        let Some(of) = self.program.func.tensor(value).filter(|of| of.rank() == 0) else { return Ok(false) };
        let fill = raw::defining_op(tensor).filter(|op| raw::name(*op) == "linalg.fill");
        let Some(one) = fill.and_then(|op| raw::operands(op).first().copied()) else { return Ok(false) };
        let wanted = types::mlir_dtype(self.context, of.dtype);
        let new = self.spell_in(value, wanted, &Shape::scalar(), loc)?;
        Ok(new.ptr == one.ptr && self.bring(tensor))
    }

    /// One element everywhere.
    pub(super) fn fill(
        &mut self,
        one: MlirValue,
        r#type: MlirType,
        shape: &Shape,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        self.fill_like(one, r#type, shape, &vec![], loc)
    }

    fn fill_like(
        &mut self,
        one: MlirValue,
        r#type: MlirType,
        shape: &Shape,
        like: &Like,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let key = (one.ptr, r#type.ptr, shape.clone());
        if let Some(known) = self.fills.get(&key) {
            return Ok(*known);
        }
        let empty = self.empty(r#type, shape, like, loc)?;
        let region = self.yielding(&[raw::type_of(one)], r#type, loc, |_, arguments| Ok(arguments[0]))?;
        let made = self.whole("linalg.fill", &[one], empty, vec![], Some(region), loc)?;
        self.fills.insert(key, made);
        Ok(made)
    }

    fn filled(
        &mut self,
        start: &str,
        dtype: DType,
        r#type: MlirType,
        shape: &Shape,
        like: &Like,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let literal = Literal::scalar(dtype, Scalar::of_table(start, dtype));
        let one = self.constant(&literal, types::mlir_dtype(self.context, dtype), &Shape::scalar(), loc)?;
        self.fill_like(one, r#type, shape, like, loc)
    }

    fn tensor(&self, value: Value) -> Result<TensorType, Error> {
        let tensor = self.program.func.tensor(value).cloned();
        tensor.ok_or_else(|| Error::internal("an op on tensors has an operand that is none"))
    }

    /// A value as the tensor that it is.
    fn whole_operand(&mut self, value: Value, loc: &Loc) -> Result<MlirValue, Error> {
        match self.values.get(&value) {
            Some(known) if types::tensor(raw::type_of(*known)).is_some() => Ok(*known),
            _ => {
                let tensor = self.tensor(value)?;
                self.spell(value, types::mlir_tensor(self.context, &tensor), loc)
            }
        }
    }

    fn elementwise(&mut self, data: &OpData, like: Option<MlirType>) -> Result<MlirValue, Error> {
        let result = self.tensor(data.result())?;
        let arrangement = like.unwrap_or_else(|| types::mlir_tensor(self.context, &result));
        let mut operands = vec![];
        let mut dtypes = vec![];
        for value in &data.operands {
            let dtype = self.tensor(*value)?.dtype;
            let wanted = types::with_dtype(self.context, arrangement, dtype);
            operands.push(self.spell_in(*value, wanted, &result.shape, &data.loc)?);
            dtypes.push(dtype);
        }
        let of = dtypes.last().copied().unwrap_or(result.dtype);
        let r#type = types::with_dtype(self.context, arrangement, result.dtype);
        let same = (0..result.rank()).map(|axis| Some((*operands.first()?, axis))).collect();
        let empty = self.empty(r#type, &result.shape, &same, &data.loc)?;
        let row = data.kind.row();
        let ranks = vec![result.rank(); operands.len()];
        if let Some(name) = meaning::structured_name(row, of, &ranks) {
            return self.whole(name, &operands, empty, vec![], None, &data.loc);
        }
        let unnamed = || Error::unsupported(format!("thn.{} has no name in other dialects", row.mnemonic));
        let name = meaning::name(row, of).ok_or_else(unnamed)?;
        let entries = self.predicate(name, of)?;
        let elements: Vec<_> = dtypes.iter().map(|dtype| types::mlir_dtype(self.context, *dtype)).collect();
        let one = types::mlir_dtype(self.context, result.dtype);
        let count = elements.len();
        let region = self.yielding(&elements, r#type, &data.loc, |writer, arguments| {
            writer.inner(name.emit, &arguments[..count], one, &entries, &data.loc)
        })?;
        self.whole("linalg.map", &operands, empty, vec![], Some(region), &data.loc)
    }

    fn repeated(&mut self, data: &OpData) -> Result<MlirValue, Error> {
        let result = self.tensor(data.result())?;
        let x = self.whole_operand(data.operands[0], &data.loc)?;
        let axes = data.attrs.get_ints("axes");
        let like: Like = (0..result.rank() as i64)
            .map(|axis| axes.iter().position(|a| *a == axis).map(|of| (x, of)))
            .collect();
        self.repeat_along(x, &result.shape, &like, &data.loc)
    }

    /// A tensor repeated along the dims of a shape that are not its own.
    fn repeat_along(
        &mut self,
        x: MlirValue,
        shape: &Shape,
        like: &Like,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let r#type = self.type_like(x, shape, like)?;
        let empty = self.empty(r#type, shape, like, loc)?;
        let new: Vec<i64> =
            like.iter().zip(0..).filter(|(of, _)| of.is_none()).map(|(_, axis)| axis).collect();
        self.moved("linalg.broadcast", x, empty, "dimensions", &new, loc)
    }

    /// Dims of length 1 go, those that stay change places, and new ones of length 1 come.
    fn shuffled(&mut self, data: &OpData) -> Result<MlirValue, Error> {
        let of = self.tensor(data.operands[0])?;
        let result = self.tensor(data.result())?;
        let order = data.attrs.get_ints("order");
        let mut x = self.whole_operand(data.operands[0], &data.loc)?;
        let mut kept: Vec<i64> = order.iter().copied().filter(|axis| *axis >= 0).collect();
        let mut sorted = kept.clone();
        sorted.sort_unstable();
        if sorted.len() < of.rank() {
            x = self.without_others(x, &sorted, &data.loc)?;
        }
        for axis in &mut kept {
            *axis = sorted.iter().position(|other| other == axis).unwrap_or_default() as i64;
        }
        let dims = |rank: usize| (0..rank as i64).collect::<Vec<_>>();
        if kept != dims(kept.len()) {
            let like: Like = kept.iter().map(|axis| Some((x, *axis as usize))).collect();
            let shape = Shape(sorted_dims(&of.shape, order));
            let r#type = self.type_like(x, &shape, &like)?;
            let empty = self.empty(r#type, &shape, &like, &data.loc)?;
            x = self.moved("linalg.transpose", x, empty, "permutation", &kept, &data.loc)?;
        }
        if kept.len() < order.len() {
            let mut own = 0..;
            let like: Like = order
                .iter()
                .map(|axis| (*axis >= 0).then(|| own.next().map(|of| (x, of))).flatten())
                .collect();
            x = self.repeat_along(x, &result.shape, &like, &data.loc)?;
        }
        Ok(x)
    }

    /// A tensor without its dims but these; the others have length 1.
    fn without_others(&mut self, x: MlirValue, kept: &[i64], loc: &Loc) -> Result<MlirValue, Error> {
        let from = raw::type_of(x);
        let (dtype, lengths) = types::tensor(from).ok_or_else(|| Error::internal("no tensor"))?;
        // The type says so.
        let known: Vec<Option<i64>> = (0..)
            .zip(&lengths)
            .map(|(axis, length)| if kept.contains(&axis) { *length } else { Some(1) })
            .collect();
        let exact = types::ranked(self.context, dtype, &known);
        let x = match raw::same_type(from, exact) {
            true => x,
            false => self.create("tensor.cast", &[x], exact, &[], loc)?.1,
        };
        let mut groups: Vec<Vec<String>> = vec![];
        for axis in 0..lengths.len() as i64 {
            match groups.last_mut() {
                // A new group begins with a dim that stays, unless the last one waits for its first.
                Some(last)
                    if !kept.contains(&axis)
                        || !last.iter().any(|a| kept.iter().any(|k| k.to_string() == *a)) =>
                {
                    last.push(axis.to_string());
                }
                _ => groups.push(vec![axis.to_string()]),
            }
        }
        let groups: Vec<String> = match kept.is_empty() {
            true => vec![],
            false => groups.iter().map(|group| format!("[{}]", group.join(", "))).collect(),
        };
        let text = format!("[{}]", groups.join(", "));
        let reassociation = raw::parse_attribute(self.context, &text)
            .ok_or_else(|| Error::internal(format!("{text} is no attribute")))?;
        let left: Vec<Option<i64>> = kept.iter().map(|axis| known[*axis as usize]).collect();
        let r#type = types::ranked(self.context, dtype, &left);
        let entries = [("reassociation".to_owned(), reassociation)];
        Ok(self.create("tensor.collapse_shape", &[x], r#type, &entries, loc)?.1)
    }

    fn reduced(&mut self, data: &OpData, combine: OpKind) -> Result<MlirValue, Error> {
        let result = self.tensor(data.result())?;
        let axes = data.attrs.get_ints("axes");
        let x = self.whole_operand(data.operands[0], &data.loc)?;
        let rank = self.tensor(data.operands[0])?.rank();
        let like: Like =
            (0..rank).filter(|axis| !axes.contains(&(*axis as i64))).map(|axis| Some((x, axis))).collect();
        let r#type = self.type_like(x, &result.shape, &like)?;
        let (_, start) =
            data.kind.row().reduction().ok_or_else(|| Error::internal("folds without a start"))?;
        let init = self.filled(start, result.dtype, r#type, &result.shape, &like, &data.loc)?;
        let unnamed = || Error::unsupported(format!("thn.{} has no name", combine.row().mnemonic));
        let name = meaning::name(combine.row(), result.dtype).ok_or_else(unnamed)?;
        let one = types::mlir_dtype(self.context, result.dtype);
        let region = self.yielding(&[one], r#type, &data.loc, |writer, arguments| {
            // In this order the op is printed in its short form.
            writer.inner(name.emit, &[arguments[1], arguments[0]], one, &[], &data.loc)
        })?;
        self.whole("linalg.reduce", &[x], init, self.ints("dimensions", axes)?, Some(region), &data.loc)
    }

    fn product(&mut self, data: &OpData) -> Result<MlirValue, Error> {
        let result = self.tensor(data.result())?;
        let mut operands = vec![];
        let mut ranks = vec![];
        for value in &data.operands {
            operands.push(self.whole_operand(*value, &data.loc)?);
            ranks.push(self.tensor(*value)?.rank());
        }
        let row = data.kind.row();
        let name = meaning::structured_name(row, result.dtype, &ranks);
        let name = name.ok_or_else(|| Error::unsupported(format!("thn.{} of these ranks", row.mnemonic)))?;
        // The dims of the first but its last, then those of the second but the contracted one, which is the last but one,
        // or the only one. A batch is the first dim of both.
        let batch = usize::from(data.kind == OpKind::BatchedDot);
        let left = (0..ranks[0] - 1).map(|axis| Some((operands[0], axis)));
        let right = (batch + 1..ranks[1]).map(|axis| Some((operands[1], axis)));
        let like: Like = left.chain(right).collect();
        let r#type = self.type_like(operands[0], &result.shape, &like)?;
        let init = self.filled("0", result.dtype, r#type, &result.shape, &like, &data.loc)?;
        let mut entries = vec![];
        if let Some(maps) = usual_maps(name) {
            let maps = raw::parse_attribute(self.context, maps);
            entries.push((
                "indexing_maps".to_owned(),
                maps.ok_or_else(|| Error::internal("maps do not parse"))?,
            ));
        }
        self.whole(name, &operands, init, entries, None, &data.loc)
    }

    /// A tensor type with the elements of `of`, and the dims of other tensors, or else of a shape.
    fn type_like(&self, of: MlirValue, shape: &Shape, like: &Like) -> Result<MlirType, Error> {
        let lengths = |value: MlirValue| {
            types::tensor(raw::type_of(value)).ok_or_else(|| Error::internal("an operand that is no tensor"))
        };
        let (dtype, _) = lengths(of)?;
        let mut dims = vec![];
        for (dim, from) in shape.iter().zip(like) {
            dims.push(match from {
                Some((value, axis)) => lengths(*value)?.1.get(*axis).copied().flatten(),
                None => dim.as_const(),
            });
        }
        Ok(types::ranked(self.context, dtype, &dims))
    }

    /// A tensor of no particular elements.
    fn empty(&mut self, r#type: MlirType, shape: &Shape, like: &Like, loc: &Loc) -> Result<MlirValue, Error> {
        let key = (r#type.ptr, shape.clone());
        if let Some(known) = self.empties.get(&key) {
            return Ok(*known);
        }
        let (_, lengths) =
            types::tensor(r#type).ok_or_else(|| Error::internal("a destination of no tensor"))?;
        let mut operands = vec![];
        for (axis, _) in lengths.iter().enumerate().filter(|(_, length)| length.is_none()) {
            let named = self.length(shape, axis, loc);
            operands.push(match (named, like.get(axis).copied().flatten()) {
                (Ok(length), _) => length,
                (Err(_), Some((tensor, axis))) => self.length_of(tensor, axis, loc)?,
                (Err(error), None) => return Err(error),
            });
        }
        let made = self.create("tensor.empty", &operands, r#type, &[], loc)?.1;
        self.empties.insert(key, made);
        Ok(made)
    }

    fn ints(&self, name: &str, values: &[i64]) -> Result<Vec<(String, MlirAttribute)>, Error> {
        let value = attributes::write(self.context, &Attr::Ints(values.into()));
        Ok(vec![(name.to_owned(), value.ok_or_else(|| Error::internal("a list that is no attribute"))?)])
    }

    /// An op that moves elements.
    fn moved(
        &mut self,
        name: &str,
        x: MlirValue,
        empty: MlirValue,
        list: &str,
        values: &[i64],
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let (dtype, _) =
            types::tensor(raw::type_of(x)).ok_or_else(|| Error::internal("an operand that is no tensor"))?;
        let one = types::mlir_dtype(self.context, dtype);
        let region = self.yielding(&[one], raw::type_of(empty), loc, |_, arguments| Ok(arguments[0]))?;
        let entries = self.ints(list, values)?;
        self.whole(name, &[x], empty, entries, Some(region), loc)
    }

    /// An op on whole tensors with a destination. Without a region it gets the one that its name stands for.
    fn whole(
        &mut self,
        name: &str,
        operands: &[MlirValue],
        init: MlirValue,
        mut entries: Vec<(String, MlirAttribute)>,
        region: Option<MlirRegion>,
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        if region.is_none() || name == "linalg.fill" {
            let text = format!("array<i32: {}, 1>", operands.len());
            let sizes = raw::parse_attribute(self.context, &text);
            let sizes = sizes.ok_or_else(|| Error::internal(format!("{text} is no attribute")))?;
            entries.push(("operandSegmentSizes".to_owned(), sizes));
        }
        let all: Vec<_> = operands.iter().copied().chain([init]).collect();
        let given = region.unwrap_or_else(raw::empty_region);
        let made = self.create_with(name, &all, raw::type_of(init), &entries, &[given], loc)?;
        if region.is_none() {
            raw::fill_named_region(made.0);
        }
        Ok(made.1)
    }

    /// A region on elements of these types and of a destination, that yields what `make` makes.
    fn yielding(
        &mut self,
        elements: &[MlirType],
        destination: MlirType,
        loc: &Loc,
        make: impl FnOnce(&mut Inside, &[MlirValue]) -> Result<MlirValue, Error>,
    ) -> Result<MlirRegion, Error> {
        let (dtype, _) =
            types::tensor(destination).ok_or_else(|| Error::internal("a destination of no tensor"))?;
        let location = locations::write(self.context, loc);
        let mut arguments: Vec<_> = elements.iter().map(|element| (*element, location)).collect();
        arguments.push((types::mlir_dtype(self.context, dtype), location));
        let (region, block) = raw::new_region(&arguments);
        let mut inside = Inside { context: self.context, block, flags: self.program.flags.of_new_op() };
        let arguments = raw::arguments(block);
        let made = make(&mut inside, &arguments).and_then(|value| {
            let end = NewOp {
                name: "linalg.yield",
                location,
                operands: &[value],
                results: &[],
                attributes: &[],
                regions: &[],
            };
            raw::create(self.context, &end).ok_or_else(|| Error::internal("cannot make linalg.yield"))
        });
        match made {
            Ok(end) => {
                raw::append(block, end);
                Ok(region)
            }
            Err(error) => {
                raw::destroy_region(region);
                Err(error)
            }
        }
    }
}

/// The body of a new op.
struct Inside {
    context: MlirContext,
    block: MlirBlock,
    /// Of ops that can have flags.
    flags: String,
}

impl Inside {
    fn inner(
        &mut self,
        name: &str,
        operands: &[MlirValue],
        result: MlirType,
        attributes: &[(String, MlirAttribute)],
        loc: &Loc,
    ) -> Result<MlirValue, Error> {
        let location = locations::write(self.context, loc);
        let new = NewOp { name, location, operands, results: &[result], attributes, regions: &[] };
        let made =
            raw::create(self.context, &new).ok_or_else(|| Error::internal(format!("cannot make {name}")))?;
        raw::append(self.block, made);
        if raw::attribute(made, "fastmath").is_some() {
            raw::set_attribute(made, "fastmath", raw::parse_attribute(self.context, &self.flags));
        }
        let value = raw::results(made).first().copied();
        value.ok_or_else(|| Error::internal(format!("{name} has no result")))
    }
}

/// The dims of a shape that an order keeps, in that order.
fn sorted_dims(shape: &Shape, order: &[i64]) -> Vec<thn_ir::Dim> {
    order.iter().filter_map(|axis| shape.get(usize::try_from(*axis).ok()?).cloned()).collect()
}
