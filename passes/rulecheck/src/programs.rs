//! Rewrites that are no lines of a rule file: whole programs before and after, held against a promise.

use crate::{
    found::Checked,
    instance::{Input, Instance},
    promise::Promise,
    tally::Tally,
};
use std::collections::BTreeMap;
use thn_eqsat::{Class, Options, builtin::BUILT_IN, optimize_with};
use thn_facts::Facts;
use thn_ir::{
    Arg, Builder, DType, Dim, Error, Fact, Func, Loc, OpKind, Res, Shape, SymbolOrigin, TensorType, Value,
};
use thn_random::Random;

/// Random programs that are tried.
const PROGRAMS: u64 = 160;
/// Random products of matrices that are tried.
const PRODUCTS: u64 = 40;
/// Ops of a random program, at least.
const OPS: usize = 9;

/// Checks that a program computes what another one does, within the promise of a class. Both take the same
/// arguments, which get values of every kind that their types allow; unknown dims have one length.
pub fn same(name: &str, class: Class, left: &Func, right: &Func) -> Result<Checked, Error> {
    let mut tally = Tally::new(name, Promise { class, better: false, waived: None });
    tally.sample(&[pair(left, right)?])?;
    Ok(tally.finish())
}

fn pair(left: &Func, right: &Func) -> Result<Instance, Error> {
    let mut inputs = vec![];
    for arg in &left.body().args {
        let ty =
            left.tensor(*arg).cloned().ok_or_else(|| Error::unsupported("an argument that is no tensor"))?;
        inputs.push(Input { facts: Facts::of_dtype(ty.dtype), index: false, ty });
    }
    Ok(Instance::of(left.clone(), right.clone(), inputs, false))
}

/// Checks the rewrites that are built into the optimizer, on random programs of elementwise ops, movements and
/// constants: without rules, and with the order of sums kept and not kept. Gives what was found for each rewrite
/// where it took place; `fold` stands for programs in which constants were computed. Random products of matrices and
/// sums over products follow.
///
/// Nothing but folding rounds otherwise in the first, so that all of it is `exact` but for programs with constants to
/// fold, whose values are computed at once. Products are computed in another order, which is `reassoc`.
pub fn built_in() -> Result<Vec<Checked>, Error> {
    let mut found: BTreeMap<String, Vec<(Class, Instance)>> = BTreeMap::new();
    for seed in 0..PROGRAMS {
        let folds = seed % 4 == 3;
        let left = random_program(seed, folds)?;
        let options = if seed % 2 == 0 { Options::strict() } else { Options::default() };
        let mut right = left.clone();
        let report = optimize_with(&mut right, &[], &options)?;
        let class = if folds { Class::Accurate } else { Class::Exact };
        let mut names: Vec<String> = report.fired.keys().cloned().collect();
        if folds {
            names.push("fold".to_string());
        }
        let case = pair(&left, &right)?;
        for name in names {
            found.entry(name).or_default().push((class, case.clone()));
        }
    }
    for seed in 0..PRODUCTS {
        let left = random_products(seed)?;
        let mut right = left.clone();
        let report = optimize_with(&mut right, &[], &Options::default())?;
        let case = pair(&left, &right)?;
        for name in report.fired.into_keys() {
            found.entry(name).or_default().push((Class::Reassoc, case.clone()));
        }
    }
    let mut out = vec![];
    for (name, cases) in found {
        let mut all: Option<Checked> = None;
        for class in [Class::Exact, Class::Accurate, Class::Reassoc] {
            let cases: Vec<Instance> =
                cases.iter().filter(|(c, _)| *c == class).map(|(_, case)| case.clone()).collect();
            if cases.is_empty() || all.as_ref().is_some_and(|c| c.counterexample.is_some()) {
                continue;
            }
            let mut tally = Tally::new(&name, Promise { class, better: false, waived: None });
            tally.sample(&cases)?;
            let checked = tally.finish();
            all = Some(match all {
                None => checked,
                Some(before) => Checked {
                    cases: before.cases + checked.cases,
                    points: before.points + checked.points,
                    ..checked
                },
            });
        }
        out.extend(all);
    }
    Ok(out)
}

/// Names of the rewrites that are built in.
pub fn built_in_names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

/// A program of random elementwise ops on arguments, movements of them, and, with `constants`, ops on constants.
fn random_program(seed: u64, constants: bool) -> Result<Func, Error> {
    let mut random = Random::new(seed);
    let dtype = [DType::F64, DType::F32, DType::I32, DType::U8][random.below(4)];
    let mut func = Func::new("random");
    let rows: Dim = func.new_symbol("n", SymbolOrigin::ArgDim { arg: 0, axis: 0 }).into();
    let row = Shape(vec![rows.clone()]);
    let matrix = Shape(vec![rows, 2.into()]);
    let mut values: Vec<Value> = [row.clone(), matrix.clone(), matrix.clone(), Shape::scalar()]
        .into_iter()
        .map(|shape| func.add_arg(TensorType::new(dtype, shape), Arg::default()))
        .collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let three = b.number(dtype, 3.0)?;
    values.push(three);
    if constants {
        // Only these are folded: three, and a chain of ops on it.
        let mut chain = three;
        for _ in 0..3 {
            let kind = [OpKind::Mul, OpKind::Add, OpKind::Sub][random.below(3)];
            chain = b.map(kind, &[chain, three])?;
        }
        values.push(chain);
    }
    for _ in 0..OPS {
        let x = random.choose(&values).copied().unwrap_or(three);
        let shape = b.shape(x)?;
        let made = match random.below(8) {
            0 if shape == row => b.broadcast(x, &[0], &matrix)?,
            0 if shape.rank() == 0 => b.broadcast(x, &[], &matrix)?,
            1 if shape == matrix => b.dimshuffle(x, &[1, 0])?,
            1 if shape.rank() == 2 => b.dimshuffle(x, &[1, 0])?,
            2 if shape == matrix => b.reshape(x, &Shape(vec![matrix.size()]))?,
            3 if dtype.is_float() && random.below(3) == 0 => {
                let whole = b.map(OpKind::Sign, &[x])?;
                let kinds = [OpKind::Floor, OpKind::Ceil, OpKind::Round, OpKind::Trunc];
                b.map(kinds[random.below(kinds.len())], &[whole])?
            }
            // Every integer is finite: a promise that no argument breaks.
            3 if !dtype.is_float() && random.below(3) == 0 => b.assume(x, &[Fact::Finite])?,
            3 => b.map([OpKind::Neg, OpKind::Abs, OpKind::Sqr, OpKind::Sign][random.below(4)], &[x])?,
            _ => {
                let mut others = vec![];
                for y in &values {
                    let of = b.shape(*y)?;
                    if of == shape || of.rank() == 0 {
                        others.push(*y);
                    }
                }
                let kinds =
                    [OpKind::Add, OpKind::Mul, OpKind::Add, OpKind::Mul, OpKind::Sub, OpKind::Maximum];
                let y = random.choose(&others).copied().unwrap_or(x);
                b.map(kinds[random.below(kinds.len())], &[x, y])?
            }
        };
        values.push(made);
    }
    let last = values.len() - 1;
    for result in [values[last], values[last - 1], values[last - 2]] {
        func.add_result(result, Res::default());
    }
    Ok(func)
}

/// A chain of four matrices, some of them transposed, with random brackets; or a sum over a product of two matrices that
/// share one dim, spelled by broadcasts.
fn random_products(seed: u64) -> Result<Func, Error> {
    let mut random = Random::new(seed);
    let dtype = [DType::F64, DType::F32][random.below(2)];
    let mut func = Func::new("products");
    let lengths: Vec<i64> = (0..5).map(|_| 1 + random.below(5) as i64).collect();
    let mut arg = |dims: [i64; 2]| func.add_arg(TensorType::new(dtype, Shape::fixed(&dims)), Arg::default());
    if seed.is_multiple_of(2) {
        let (x, y) = (arg([lengths[0], lengths[1]]), arg([lengths[1], lengths[2]]));
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let shape = Shape::fixed(&lengths[..3]);
        let (x, y) = (b.broadcast(x, &[0, 1], &shape)?, b.broadcast(y, &[1, 2], &shape)?);
        let product = b.map(OpKind::Mul, &[x, y])?;
        let sum = b.reduce(OpKind::Sum, product, &[1])?;
        func.add_result(sum, Res::default());
        return Ok(func);
    }
    let turned: Vec<bool> = (0..4).map(|_| random.below(3) == 0).collect();
    let dims = |i: usize| if turned[i] { [lengths[i + 1], lengths[i]] } else { [lengths[i], lengths[i + 1]] };
    let mut parts: Vec<Value> = (0..4).map(|i| arg(dims(i))).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    for (part, turned) in parts.iter_mut().zip(&turned) {
        *part = if *turned { b.dimshuffle(*part, &[1, 0])? } else { *part };
    }
    while parts.len() > 1 {
        let at = random.below(parts.len() - 1);
        let product = b.map(OpKind::Dot, &parts[at..at + 2])?;
        parts.splice(at..at + 2, [product]);
    }
    func.add_result(parts[0], Res::default());
    Ok(func)
}
