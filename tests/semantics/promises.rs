//! Whether promises are kept.

use crate::{
    call::{forward_errors, same, ulps},
    code::{Ready, Way},
    page::{Error, Page, Promise, Same},
    programs::{Lengths, Program},
};
use thn_ir::{DType, OpKind, Scalar, Semantics};
use thn_random::Random;
use thn_reference::{Value, exact};

/// Every op of the table is named once for each element type it takes, and for no other.
pub(crate) fn every_op_has_one_row(page: &Page) -> Result<(), String> {
    for kind in OpKind::ALL {
        let row = kind.row();
        if row.semantics == Semantics::Foreign {
            continue;
        }
        for dtype in DType::ALL {
            let named = page.promises.iter().filter(|p| p.is_about(kind, dtype)).count();
            if named != usize::from(row.dtypes.operands.contains(dtype)) {
                return Err(format!("thn.{} of {dtype} has {named} rows", row.mnemonic));
            }
        }
        // The op table may promise more than the page, not less. Where bits are the same everywhere, the reference says
        // which.
        let loose = page.promises.iter().find(|p| {
            let (Error::Ulps(n) | Error::Parts(n)) = p.error else { return false };
            p.ops.contains(&kind) && row.is_elementwise() && p.same != Same::Everywhere && n < row.max_ulp
        });
        if loose.is_some() {
            return Err(format!("thn.{} may err by {} ulp in the op table", row.mnemonic, row.max_ulp));
        }
    }
    Ok(())
}

impl Promise {
    pub(crate) fn is_about(&self, kind: OpKind, dtype: DType) -> bool {
        self.ops.contains(&kind) && self.types.contains(&dtype)
    }
}

/// What the ops of an element type give, in all ways.
pub(crate) struct Ran {
    dtype: DType,
    program: Program,
    /// For each call its operands, and its results in each way.
    calls: Vec<(Vec<Value>, Vec<Vec<Value>>)>,
}

impl Ran {
    /// Runs those ops that `keep` names.
    pub(crate) fn new(dtype: DType, keep: &dyn Fn(OpKind) -> bool) -> Result<Ran, String> {
        let program = Program::new(dtype, keep)?;
        let ways = Way::ALL.map(|way| Ready::new(way, &program.func));
        let ways = ways.into_iter().collect::<Result<Vec<_>, String>>()?;
        let mut random = Random::new(0x7468_6e00 + dtype as u64);
        let mut calls = vec![];
        for lengths in Lengths::ALL {
            let inputs = program.inputs(&mut random, lengths);
            let results = ways.iter().map(|w| w.call(&inputs)).collect::<Result<Vec<_>, String>>()?;
            calls.push((inputs, results));
        }
        drop(ways);
        Ok(Ran { dtype, program, calls })
    }

    /// Compares the results with what the page promises.
    pub(crate) fn check(&self, page: &Page) -> Result<(), String> {
        let mut wrong = vec![];
        for (inputs, results) in &self.calls {
            for (i, used) in self.program.uses.iter().enumerate() {
                let promise = page.promises.iter().find(|p| p.is_about(used.kind, self.dtype));
                let promise = promise.ok_or_else(|| format!("{} has no row", used.label))?;
                let given: Vec<(Way, &Value)> =
                    Way::ALL.into_iter().zip(results).map(|(way, r)| (way, &r[i])).collect();
                let own = &inputs[used.args.clone()];
                same_bits(promise.same, &given, own)
                    .unwrap_or_else(|why| wrong.push(format!("{}: {why}", used.label)));
            }
            for promise in &page.promises {
                for kind in promise.ops.iter().filter(|k| promise.is_about(**k, self.dtype)) {
                    self.near(promise.error, *kind, inputs, results).unwrap_or_else(|why| wrong.push(why));
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    /// Whether float results are as near to the truth as is promised, in all ways.
    fn near(
        &self,
        promised: Error,
        kind: OpKind,
        inputs: &[Value],
        results: &[Vec<Value>],
    ) -> Result<(), String> {
        let program = &self.program;
        let places: Vec<usize> = (0..program.uses.len()).filter(|i| program.uses[*i].kind == kind).collect();
        if !places.iter().any(|i| results[0][*i].dtype.is_float()) {
            return Ok(());
        }
        // The op alone: high precision takes its time.
        let alone = Program::new(self.dtype, &|k| k == kind)?;
        let args = places.iter().flat_map(|i| program.uses[*i].args.clone());
        let inputs: Vec<Value> = (0..Program::DECLARED).chain(args).map(|i| inputs[i].clone()).collect();
        let truth = exact::evaluate(&alone.func, &inputs).map_err(|e| e.to_string())?.values;
        let allowed = match promised {
            Error::Ulps(n) | Error::Parts(n) => u128::from(n),
            Error::AnyOrder => 0,
        };
        let elementwise = kind.row().is_elementwise();
        let mut bounds = None;
        for (nth, i) in places.iter().enumerate().filter(|(nth, _)| truth[*nth].dtype.is_float()) {
            for (way, results) in Way::ALL.into_iter().zip(results) {
                for (at, (x, t)) in results[*i].elements().zip(truth[nth].elements()).enumerate() {
                    // What is computed while compiling is the truth, rounded: its zeros must be those of the op.
                    if elementwise && zeros_differ(*x, *t) {
                        let shown = shown(&inputs[alone.uses[nth].args.clone()], at);
                        let label = &program.uses[*i].label;
                        return Err(format!("{label}: {way:?} gives {x:?}, a constant {t:?}{shown}"));
                    }
                    let distance = ulps(*x, *t, truth[nth].dtype);
                    if distance <= allowed {
                        continue;
                    }
                    if !matches!(promised, Error::Ulps(_)) {
                        if bounds.is_none() {
                            bounds = Some(forward_errors(&alone.func, &inputs)?);
                        }
                        let bound = bounds.as_ref().and_then(|b| b[nth].elements().nth(at)).copied();
                        if bound.is_some_and(|b| b == f64::INFINITY || (x.to_f64() - t.to_f64()).abs() <= b) {
                            continue;
                        }
                    }
                    let shown = shown(&inputs[alone.uses[nth].args.clone()], at);
                    let label = &program.uses[*i].label;
                    return Err(format!(
                        "{label}: {way:?} gives {x:?}, the truth is {t:?}, {distance} numbers away{shown}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether results have the same bits where that is promised.
fn same_bits(promised: Same, given: &[(Way, &Value)], inputs: &[Value]) -> Result<(), String> {
    let concerned = |way: Way| match promised {
        Same::Everywhere => true,
        Same::Code => way != Way::Reference,
        Same::Cpu => matches!(way, Way::Written | Way::Optimized),
    };
    let mut all = given.iter().filter(|(way, _)| concerned(*way));
    let Some((first, a)) = all.next() else { return Ok(()) };
    for (way, b) in all {
        if a.dtype != b.dtype || a.shape() != b.shape() {
            return Err(format!("{first:?} gives {:?} and {way:?} {:?}", a.shape(), b.shape()));
        }
        if let Some((at, (x, y))) =
            a.elements().zip(b.elements()).enumerate().find(|(_, (x, y))| !same(**x, **y))
        {
            return Err(format!("{first:?} gives {x:?} and {way:?} {y:?} at {at}{}", shown(inputs, at)));
        }
    }
    Ok(())
}

/// Whether both are zeros, of other signs.
fn zeros_differ(a: Scalar, b: Scalar) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    a == 0.0 && b == 0.0 && a.is_sign_negative() != b.is_sign_negative()
}

/// The elements at a place, for messages.
fn shown(inputs: &[Value], at: usize) -> String {
    let elements = inputs.iter().filter_map(|v| v.elements().nth(if v.data.len() == 1 { 0 } else { at }));
    let text: Vec<String> = elements.map(|x| format!("{x:?}")).collect();
    format!("; operands there: {}", text.join(", "))
}
