//! Elementwise ops: all numbers at the edges, many inside the domain, all combinations of ranks.

use crate::{
    call::call,
    judge::{Judge, compiled, judge},
    samples::number,
};
use thn_ir::{Arg, Attr, AttrKind, Attrs, Builder, DType, Func, Loc, OpKind, Res, Scalar, Semantics, Value};
use thn_random::Random;
use thn_reference::Value as Tensor;
use thn_tests::numbers::specials;

/// One use of the op in the program.
struct Use {
    /// Rank of each operand.
    ranks: Vec<usize>,
    /// Element type of each operand.
    dtypes: Vec<DType>,
}

/// A program that applies an op to operands of several ranks.
struct Program {
    func: Func,
    uses: Vec<Use>,
    labels: Vec<String>,
}

fn program(kind: OpKind, dtype: DType) -> Result<Program, String> {
    let row = kind.row();
    let count = row.operands.len();
    // All of one rank; then each in turn as a scalar against a matrix.
    let mut forms: Vec<Vec<usize>> = (0..4).map(|rank| vec![rank; count]).collect();
    if count > 1 {
        forms.extend((0..count).map(|i| (0..count).map(|j| if i == j { 0 } else { 2 }).collect()));
    }
    let converts = row.attrs.iter().any(|a| a.kind == AttrKind::DType);
    let targets: Vec<Option<DType>> = match converts {
        true => DType::ALL.into_iter().map(Some).collect(),
        false => vec![None],
    };
    let mut p = Program { func: Func::new(row.mnemonic), uses: vec![], labels: vec![] };
    for form in forms {
        let mut operands: Vec<Value> = vec![];
        let mut dtypes = vec![];
        for (spec, rank) in row.operands.iter().zip(&form) {
            let dtype = if spec.name == "c" { DType::Bool } else { dtype };
            let name = format!("{}{}", spec.name, p.labels.len());
            let arg = Arg { name: Some(name.as_str().into()), ..Arg::default() };
            operands.push(p.func.add_tensor_arg(dtype, &vec![None; *rank], arg));
            dtypes.push(dtype);
        }
        for target in &targets {
            let attrs = target.map_or(Attrs::new(), |d| Attrs::new().with("dtype", Attr::DType(d)));
            let mut b = Builder::new(&mut p.func, Func::BODY, Loc::Unknown);
            let result = b.apply(kind, &operands, attrs).map_err(|e| e.to_string())?;
            p.func.add_result(result, Res::default());
            let to = target.map_or(String::new(), |d| format!(" to {d}"));
            p.labels.push(format!("{} of {dtype}{to}, ranks {form:?}", row.mnemonic));
        }
        p.uses.push(Use { ranks: form, dtypes });
    }
    Ok(p)
}

/// Lengths by rank: ordinary ones, single ones, empty ones.
const LENGTHS: [[usize; 3]; 4] = [[3, 2, 5], [1, 1, 1], [0, 3, 2], [4, 0, 1]];

/// Operands for all uses: tensors of random numbers with these lengths.
fn small(p: &Program, kind: OpKind, random: &mut Random, lengths: [usize; 3]) -> Vec<Tensor> {
    let mut inputs = vec![];
    for u in &p.uses {
        for (rank, dtype) in u.ranks.iter().zip(&u.dtypes) {
            let shape = &lengths[..*rank];
            let count = shape.iter().product();
            let elements = (0..count).map(|_| number(random, *dtype, kind.row().domain)).collect();
            inputs.push(Tensor::new(*dtype, shape, elements).expect("has as many elements"));
        }
    }
    inputs
}

/// Rows of operands: every combination of special numbers, then `count` random rows.
fn rows(u: &Use, kind: OpKind, random: &mut Random, count: usize) -> Vec<Vec<Scalar>> {
    let mut rows: Vec<Vec<Scalar>> = vec![vec![]];
    for dtype in &u.dtypes {
        let edge = specials(*dtype);
        rows = rows.iter().flat_map(|r| edge.iter().map(|s| [r.as_slice(), &[*s]].concat())).collect();
    }
    // A third of what three operands could combine to tells as much.
    if u.dtypes.len() > 2 {
        rows = rows.into_iter().step_by(3).collect();
    }
    for _ in 0..count {
        rows.push(u.dtypes.iter().map(|d| number(random, *d, kind.row().domain)).collect());
    }
    rows
}

/// Compares the compiled op with its formula.
pub(crate) fn check(kind: OpKind, dtype: DType) -> Result<(), String> {
    check_as(kind, kind, dtype)
}

/// Compares compiled `runs` with the formula of `means`; they differ only where a fault is planted.
pub(crate) fn check_as(runs: OpKind, means: OpKind, dtype: DType) -> Result<(), String> {
    let random = &mut Random::new(0x7468_6e00 + means as u64);
    let bound = match means.row().semantics {
        Semantics::Expand(_) => Judge::Parts(means.row().max_ulp),
        _ => Judge::Ulps(means.row().max_ulp),
    };
    let code = compiled(&program(runs, dtype)?.func)?;
    let p = program(means, dtype)?;
    for lengths in LENGTHS {
        let inputs = small(&p, means, random, lengths);
        judge(&p.func, &p.labels, &inputs, &call(&code, &inputs)?, bound)?;
    }
    // The use of rank 1 takes all rows; the others stay empty or single.
    let mut inputs = small(&p, means, random, [0, 0, 0]);
    let mut at = 0;
    for u in &p.uses {
        if u.ranks.iter().all(|r| *r == 1) {
            let rows = rows(u, means, random, 400);
            for (i, dtype) in u.dtypes.iter().enumerate() {
                let column = rows.iter().map(|r| r[i]).collect();
                inputs[at + i] = Tensor::new(*dtype, &[rows.len()], column).map_err(|e| e.to_string())?;
            }
        }
        at += u.ranks.len();
    }
    judge(&p.func, &p.labels, &inputs, &call(&code, &inputs)?, bound)
}
