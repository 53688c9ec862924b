//! What the page says of all calls: they do not depend on addresses, and round what is written apart apart.

use crate::{
    call::same,
    code::{Ready, Way},
    samples::tensor,
};
use ndarray::{Array1, ArrayView, IxDyn, LinalgScalar};
use thn_cpu::{Options, compile_function};
use thn_ir::{Arg, Attrs, Builder, DType, Func, Loc, OpKind, Res, Value};
use thn_random::Random;
use thn_runtime::{Element, View};

fn argument(func: &mut Func, name: &str, dtype: DType, rank: usize) -> Value {
    func.add_tensor_arg(dtype, &vec![None; rank], Arg { name: Some(name.into()), ..Arg::default() })
}

/// Sums and products of a vector and a matrix.
fn sums(dtype: DType) -> Result<Func, thn_ir::Error> {
    let mut f = Func::new("sums");
    let (x, m) = (argument(&mut f, "x", dtype, 1), argument(&mut f, "m", dtype, 2));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let over = |axis| Attrs::new().ints("axes", &[axis]);
    let turned = b.dimshuffle(m, &[1, 0])?;
    let results = [
        b.apply(OpKind::Sum, &[x], over(0))?,
        b.apply(OpKind::LogSumExp, &[x], over(0))?,
        b.apply(OpKind::Sum, &[m], over(0))?,
        b.apply(OpKind::Softmax, &[m], over(1))?,
        b.apply(OpKind::Dot, &[x, x], Attrs::new())?,
        b.apply(OpKind::Dot, &[m, turned], Attrs::new())?,
    ];
    results.into_iter().for_each(|r| f.add_result(r, Res::default()));
    Ok(f)
}

/// Calls with the same numbers at other addresses.
pub(crate) fn addresses<T: Element + LinalgScalar>(dtype: DType, of: fn(f64) -> T) -> Result<(), String> {
    let func = sums(dtype).map_err(|e| e.to_string())?;
    let code = compile_function(&func, &Options::unoptimized()).map_err(|e| e.to_string())?;
    let mut random = Random::new(11);
    let [x, m]: [Vec<T>; 2] = [5000, 33 * 70].map(|n| (0..n).map(|_| of(random.symmetric())).collect());
    let mut first: Option<Vec<thn_runtime::Array>> = None;
    for offset in 0..17 {
        let moved = |elements: &[T]| {
            Array1::from_iter(std::iter::repeat_n(of(0.0), offset).chain(elements.iter().copied()))
        };
        let (a, b) = (moved(&x), moved(&m));
        let (a, b) = (a.slice(ndarray::s![offset..]), b.slice(ndarray::s![offset..]));
        let b = b.into_shape_with_order(IxDyn(&[33, 70])).map_err(|e| e.to_string())?;
        let views = [View::from(a), View::from(ArrayView::from(b))];
        let results = code.executable.call(&views, &[]).map_err(|e| e.to_string())?;
        let first = first.get_or_insert_with(|| results.iter().filter_map(|r| r.try_clone().ok()).collect());
        if let Some(i) = (0..results.len()).find(|i| !first[*i].same_bits(&results[*i])) {
            return Err(format!("result {i} of {dtype} is another one {offset} elements further"));
        }
    }
    Ok(())
}

/// x·y + z as it is written has the bits of two roundings, also where one kernel computes it.
pub(crate) fn nothing_is_contracted() -> Result<(), String> {
    for dtype in [DType::F32, DType::F64] {
        let mut func = Func::new("product_and_sum");
        let args = ["x", "y", "z"].map(|name| argument(&mut func, name, dtype, 1));
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let product = b.map(OpKind::Mul, &args[..2]).map_err(|e| e.to_string())?;
        let sum = b.map(OpKind::Add, &[product, args[2]]).map_err(|e| e.to_string())?;
        func.add_result(sum, Res::default());
        let mut random = Random::new(12);
        let inputs = [300, 300, 300].map(|n| tensor(&mut random, dtype, &[n]));
        let expected = Ready::new(Way::Reference, &func)?.call(&inputs)?;
        let mut once = func.clone();
        let mut b = Builder::new(&mut once, Func::BODY, Loc::Unknown);
        let fused = b.map(OpKind::Fma, &args).map_err(|e| e.to_string())?;
        once.add_result(fused, Res::default());
        let both = Ready::new(Way::Reference, &once)?.call(&inputs)?;
        if both[0] == both[1] {
            return Err("these numbers do not tell one rounding from two".into());
        }
        for way in [Way::Written, Way::AnyCpu] {
            let given = Ready::new(way, &func)?.call(&inputs)?;
            if !expected[0].elements().zip(given[0].elements()).all(|(a, b)| same(*a, *b)) {
                return Err(format!("{way:?} rounds x·y + z of {dtype} otherwise"));
            }
        }
    }
    Ok(())
}
