//! Elementwise ops on registers: a row's `prim` as an op of `arith` or `math`, or as a call of the math library.

use crate::emit::text::{Text, Val};
use crate::emit::types::{register, suffix};
use crate::math::library;
use std::collections::BTreeMap;
use thn_ir::{DType, Error, OpKind, Scalar};

/// Library functions that a module calls, and how often.
pub(crate) type Calls = BTreeMap<String, usize>;

/// One elementwise op. `result` is the element type of its result.
pub(crate) fn apply(
    text: &mut Text,
    calls: &mut Calls,
    kind: OpKind,
    args: &[Val],
    result: DType,
) -> Result<Val, Error> {
    let row = kind.row();
    let fault = |what: String| Error::internal(what).at(row.mnemonic, &thn_ir::Loc::Unknown);
    let data = args.last().ok_or_else(|| fault("has no operands".into()))?.dtype;
    let prim = row.prim(data).ok_or_else(|| fault(format!("has no scalar code for {data}")))?;
    let level = args.iter().map(|a| a.level).max().unwrap_or(0);
    if prim.emit == "identity" {
        return Ok(args[0].clone());
    }
    if prim.emit == "cast" {
        return cast(text, calls, &args[0], result);
    }
    let names: Vec<&str> = args.iter().map(|a| a.name.as_str()).collect();
    let ty = register(data);
    let rhs = if let Some(function) = prim.emit.strip_prefix("thn_") {
        let name = format!("thn_{function}_{}", suffix(data));
        if library::function(&name).is_none() {
            return Err(fault(format!("has no library function {name}")));
        }
        *calls.entry(name.clone()).or_default() += 1;
        let types = vec![ty; args.len()].join(", ");
        format!("func.call @{name}({}) : ({types}) -> {}", names.join(", "), register(result))
    } else {
        match prim.predicate {
            Some(predicate) => format!("{} {predicate}, {} : {ty}", prim.emit, names.join(", ")),
            None => format!("{} {} : {ty}", prim.emit, names.join(", ")),
        }
    };
    Ok(Val { name: text.bind_at(level, rhs), dtype: result, level })
}

/// Conversion as the `cast` op defines it: float to integer truncates and saturates, integers wrap around, to bool
/// is `x != 0`.
pub(crate) fn cast(text: &mut Text, calls: &mut Calls, x: &Val, to: DType) -> Result<Val, Error> {
    let from = x.dtype;
    let (a, b) = (register(from), register(to));
    let val = |name: String| Val { name, dtype: to, level: x.level };
    if from == to || (from.is_int() && to.is_int() && from.size() == to.size()) {
        return Ok(val(x.name.clone()));
    }
    let rhs = if to == DType::Bool {
        let zero = text.scalar(Scalar::Int(0), from).name;
        let compare = if from.is_float() { "arith.cmpf une" } else { "arith.cmpi ne" };
        format!("{compare}, {}, {zero} : {a}", x.name)
    } else if from.is_float() && to.is_int() {
        let name = format!("thn_cast_{a}_{}", suffix(to));
        if library::function(&name).is_none() {
            return Err(Error::internal(format!("no library function {name}")));
        }
        *calls.entry(name.clone()).or_default() += 1;
        format!("func.call @{name}({}) : ({a}) -> {b}", x.name)
    } else {
        let signed = from.is_signed();
        let op = match (from.is_float(), to.is_float()) {
            (true, true) if to.size() > from.size() => "arith.extf",
            (true, true) => "arith.truncf",
            (_, true) if signed => "arith.sitofp",
            (_, true) => "arith.uitofp",
            _ if from != DType::Bool && to.size() < from.size() => "arith.trunci",
            _ if signed => "arith.extsi",
            _ => "arith.extui",
        };
        format!("{op} {} : {a} to {b}", x.name)
    };
    let name = text.bind_at(x.level, rhs);
    Ok(val(name))
}
