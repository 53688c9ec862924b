//! Gradients through indices into dims that are longer than the element type of the index counts.

use thn_autodiff::grad;
use thn_ir::*;
use thn_reference::{Value as Data, interpret};

const INDICES: [DType; 8] =
    [DType::I8, DType::U8, DType::I16, DType::U16, DType::I32, DType::U32, DType::I64, DType::U64];

/// One more than the dims that 7, 8, 15 and 16 bits count, and one that all of them do.
const LENGTHS: [usize; 5] = [100, 129, 257, 32_769, 65_537];

/// The first two positions, and the last two that the type can name without wrapping, from both ends where it is signed.
fn indices(dtype: DType, length: usize) -> Vec<i128> {
    let most = match dtype.is_signed() {
        true => (1i128 << dtype.precision()) - 1,
        false => (1i128 << dtype.precision().min(63)) - 1,
    };
    let last = most.min(length as i128 - 1);
    let mut all = vec![0, 1, last - 1, last];
    if dtype.is_signed() {
        all.extend([-1, -last]);
    }
    all
}

fn integers(dtype: DType, values: &[i128]) -> Data {
    Data::new(dtype, &[values.len()], values.iter().map(|i| Scalar::Int(*i)).collect()).unwrap()
}

fn zeros(shape: &[usize]) -> Data {
    Data::new(DType::F64, shape, vec![Scalar::Float(0.0); shape.iter().product()]).unwrap()
}

/// The gradient by x of the sum of what `build` makes of x and the indices.
fn gradient(
    x: Data,
    index: Data,
    build: impl Fn(&mut Builder<'_>, Value, Value) -> Result<Value, Error>,
) -> Vec<f64> {
    let mut func = Func::new("f");
    let args =
        [&x, &index].map(|d| func.add_tensor_arg(d.dtype, &vec![None; d.shape().len()], Arg::default()));
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let y = build(&mut b, args[0], args[1]).unwrap();
    let axes: Vec<i64> = (0..b.tensor(y).unwrap().rank() as i64).collect();
    let cost = b.reduce(OpKind::Sum, y, &axes).unwrap();
    let found = grad(&mut b, cost, &[args[0]]).unwrap()[0].unwrap();
    func.add_result(found, Res::default());
    let results = interpret(&func.compact(), &[x, index]).unwrap();
    results[0].elements().map(|e| e.to_f64()).collect()
}

/// How often each position is named.
fn counts(length: usize, indices: &[i128]) -> Vec<f64> {
    let mut all = vec![0.0; length];
    for i in indices {
        all[i.rem_euclid(length as i128) as usize] += 1.0;
    }
    all
}

#[test]
fn rows_that_are_read_get_the_gradient() {
    for dtype in INDICES {
        for length in LENGTHS {
            let index = indices(dtype, length);
            let found =
                gradient(zeros(&[length]), integers(dtype, &index), |b, x, i| b.map(OpKind::Gather, &[x, i]));
            assert!(found == counts(length, &index), "{dtype} into {length}");
        }
    }
}

#[test]
fn picked_elements_get_the_gradient() {
    for dtype in INDICES {
        for length in LENGTHS {
            let index = indices(dtype, length);
            let found = gradient(zeros(&[index.len(), length]), integers(dtype, &index), |b, x, i| {
                b.map(OpKind::Pick, &[x, i])
            });
            let expected: Vec<f64> = index.iter().flat_map(|i| counts(length, &[*i])).collect();
            assert!(found == expected, "{dtype} into {length}");
        }
    }
}

/// The cotangent of what is added is read where it was added.
#[test]
fn added_rows_get_the_gradient_of_their_places() {
    for dtype in INDICES {
        for length in LENGTHS {
            let index = indices(dtype, length);
            let found = gradient(zeros(&[index.len()]), integers(dtype, &index), |b, y, i| {
                let ty = TensorType::new(DType::F64, Shape::fixed(&[length as i64]));
                let places = b.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(0)), &ty)?;
                let base = b.map(OpKind::Neg, &[places])?;
                let added = b.map(OpKind::ScatterAdd, &[base, i, y])?;
                b.map(OpKind::Mul, &[added, places])
            });
            let expected: Vec<f64> = index.iter().map(|i| i.rem_euclid(length as i128) as f64).collect();
            assert!(found == expected, "{dtype} into {length}");
        }
    }
}
