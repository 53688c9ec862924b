//! Elementwise kernels: one `linalg.generic` over the whole space, with all results.
//!
//! What the schedule computes before other stages is there for all of them, in every branch.
//! Reads through projections of the iterators are its operands; any other read stands in its body.

use super::Writer;
use crate::emit::element::Inputs;
use crate::emit::types::memory;
use thn_ir::Error;
use thn_kernels::{Place, Schedule};

pub(super) fn emit(w: &mut Writer<'_>, schedule: &Schedule) -> Result<(), Error> {
    let rank = schedule.outer.len();
    w.e.inputs = Some(Inputs { lengths: schedule.outer.clone(), list: vec![] });
    w.e.text.open(false);
    let level = w.e.text.level();
    w.e.iters = (0..rank).map(|i| (format!("%i{i}"), level)).collect();
    for i in 0..rank {
        w.e.text.line(format!("%i{i} = linalg.index {i} : index"));
    }
    let mut results = vec![];
    for stage in &schedule.stages {
        let value = w.e.func.op(stage.op).result();
        let val = w.e.element(value, &Place::iters(0..rank))?;
        // What is no result is only computed before branches that read it.
        let Some((name, ty)) = w.output(value) else { continue };
        let stored = w.e.stored(&val);
        results.push((name, ty, stored, val.dtype));
    }
    let inputs = w.e.inputs.take().map(|i| i.list).unwrap_or_default();
    let iterators: Vec<String> = (0..rank).map(|i| format!("d{i}")).collect();
    let iterators = iterators.join(", ");
    let map = |dims: Vec<Option<usize>>| {
        let dims: Vec<String> =
            dims.into_iter().map(|d| d.map_or_else(|| "0".to_string(), |i| format!("d{i}"))).collect();
        format!("affine_map<({iterators}) -> ({})>", dims.join(", "))
    };
    let mut maps: Vec<String> = inputs.iter().map(|i| map(i.map.clone())).collect();
    maps.extend(results.iter().map(|_| map((0..rank).map(Some).collect())));
    let yields: Vec<&str> = results.iter().map(|r| r.2.as_str()).collect();
    let yield_types: Vec<&str> = results.iter().map(|r| memory(r.3)).collect();
    w.e.text.line(format!("linalg.yield {} : {}", yields.join(", "), yield_types.join(", ")));
    let body = w.e.text.close();
    let mut arguments: Vec<String> =
        inputs.iter().map(|i| format!("{}: {}", i.argument, memory(i.dtype))).collect();
    arguments.extend(results.iter().enumerate().map(|(i, r)| format!("%old{i}: {}", memory(r.3))));
    let list = |what: &str, items: Vec<(&str, &str)>| {
        if items.is_empty() {
            return String::new();
        }
        let names: Vec<&str> = items.iter().map(|i| i.0).collect();
        let types: Vec<&str> = items.iter().map(|i| i.1).collect();
        format!(" {what}({} : {})", names.join(", "), types.join(", "))
    };
    let ins = list("ins", inputs.iter().map(|i| (i.memref.as_str(), i.ty.as_str())).collect());
    let outs = list("outs", results.iter().map(|r| (r.0.as_str(), r.1.as_str())).collect());
    let parallel = vec!["\"parallel\""; rank].join(", ");
    w.e.text.line(format!(
        "linalg.generic {{indexing_maps = [{}], iterator_types = [{parallel}]}}{ins}{outs} {{",
        maps.join(", ")
    ));
    w.e.text.line(format!("^bb0({}):", arguments.join(", ")));
    w.e.text.line(format!("{}}}", body));
    Ok(())
}
