//! The high-precision numbers against a second implementation, and their error bounds.

use thn_ir::DType;
use thn_reference::{Big, Real, Reals, bits_of_error};

/// Whether |a - b| ≤ 10^-39 |b|.
fn agrees(reals: &mut Reals, a: &Big, b: &Big) -> bool {
    let difference = reals.sub(a, b);
    let quotient = reals.div(&difference, b);
    let (ratio, _) = reals.to_f64(&quotient);
    ratio.abs() <= 1e-39
}

fn truths() -> Vec<(String, Vec<f64>, String)> {
    let lines = include_str!("truths.txt").lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let mut words: Vec<&str> = line.split(' ').collect();
            let value = words.pop().unwrap().to_string();
            let args = words[1..].iter().map(|w| w.parse().unwrap()).collect();
            (words[0].to_string(), args, value)
        })
        .collect()
}

#[test]
fn functions_agree_with_mpmath() {
    // sin and tan of the largest f64 need a thousand bits for the reduction; the library provides them.
    for precision in [192, 2304] {
        let mut reals = Reals::new(precision).unwrap();
        for (name, args, value) in truths() {
            let numbers: Vec<Big> = args.iter().map(|x| reals.number(*x)).collect();
            let found = reals.call(&name, &numbers).unwrap();
            let truth = reals.decimal(&value).unwrap();
            let decided = reals.to_f64(&found).1 && !reals.take_doubt();
            // mod of 1e308 by 1e-308 needs two thousand bits, and says so when it has fewer.
            assert!(decided || precision < 2304, "{name}{args:?} is not decided at {precision} bits");
            assert!(!decided || agrees(&mut reals, &found, &truth), "{name}{args:?} at {precision} bits");
        }
    }
}

#[test]
fn a_wrong_value_is_noticed() {
    let mut reals = Reals::new(192).unwrap();
    let x = reals.number(0.5);
    let found = reals.exp(&x);
    let truth = reals.decimal("1.648721270700128146848650787814163571654e+0").unwrap();
    let wrong = reals.decimal("1.648721270700128146848650787814163571664e+0").unwrap();
    assert!(agrees(&mut reals, &found, &truth));
    assert!(!agrees(&mut reals, &found, &wrong));
}

#[test]
fn cancellation_is_noticed_instead_of_believed() {
    // log(1 + 1e-300) is 0 at 128 bits and at 640 bits; both know that they do not know.
    for (precision, expected) in [(128, None), (640, None), (2304, Some(1e-300))] {
        let mut reals = Reals::new(precision).unwrap();
        let (one, x) = (reals.integer(1), reals.number(1e-300));
        let sum = reals.add(&one, &x);
        let log = reals.log(&sum);
        let (value, decided) = reals.to_f64(&log);
        assert_eq!(decided.then_some(value), expected, "at {precision} bits");
    }
}

#[test]
fn what_is_not_known_stays_unknown() {
    let mut reals = Reals::new(128).unwrap();
    let (one, x) = (reals.integer(1), reals.number(1e-300));
    let sum = reals.add(&one, &x);
    let rest = reals.sub(&sum, &one);
    let unknown = reals.log(&rest);
    for (name, arity) in thn_ir::REAL_FUNCTIONS {
        // 0 to the power 0, and choices and verdicts, which note their doubt instead.
        if matches!(*name, "select" | "isnan" | "isfinite" | "lt" | "le" | "gt" | "ge" | "eq" | "ne" | "xor")
        {
            continue;
        }
        let result = reals.call(name, &vec![unknown.clone(); *arity]).unwrap();
        assert!(!result.is_known() || reals.take_doubt(), "{name} of something unknown is {result:?}");
    }
}

#[test]
fn extreme_magnitudes_are_quick_and_right() {
    let mut reals = Reals::new(192).unwrap();
    let one = reals.integer(1);
    for x in [800.0, 1e10, 1e300, f64::MAX] {
        let number = reals.number(x);
        let power = reals.exp(&number);
        let sum = reals.add(&one, &power);
        let softplus = reals.log(&sum);
        assert_eq!(reals.to_f64(&softplus), (x, true), "log(1 + exp({x}))");
        assert_eq!(reals.to_f64(&power), (f64::INFINITY, true));
        let inverse = reals.div(&one, &sum);
        assert!(reals.to_f64(&inverse).1);
        let root = reals.sqrt(&power);
        let half = reals.log(&root);
        assert_eq!(reals.to_f64(&half), (x / 2.0, true));
        let ratio = reals.div(&power, &power);
        assert_eq!(reals.to_f64(&ratio), (1.0, true));
    }
    let huge = reals.number(-1e300);
    let tiny = reals.exp(&huge);
    assert_eq!(reals.to_f64(&tiny), (0.0, true));
    let log = reals.log(&tiny);
    assert_eq!(reals.to_f64(&log), (-1e300, true));
    let sum = reals.add(&one, &tiny);
    assert_eq!(reals.to_f64(&sum), (1.0, true));
}

#[test]
fn ieee_special_cases_hold() {
    let cases: &[(&str, &[f64], f64)] = &[
        ("add", &[f64::INFINITY, f64::NEG_INFINITY], f64::NAN),
        ("add", &[-0.0, -0.0], -0.0),
        ("sub", &[1.0, 1.0], 0.0),
        ("mul", &[0.0, f64::INFINITY], f64::NAN),
        ("mul", &[-0.0, 5.0], -0.0),
        ("div", &[1.0, -0.0], f64::NEG_INFINITY),
        ("div", &[0.0, 0.0], f64::NAN),
        ("div", &[-1.0, f64::INFINITY], -0.0),
        ("sqrt", &[-0.0], -0.0),
        ("sqrt", &[-1.0], f64::NAN),
        ("log", &[0.0], f64::NEG_INFINITY),
        ("log", &[-1.0], f64::NAN),
        ("exp", &[f64::NEG_INFINITY], 0.0),
        ("pow", &[f64::NAN, 0.0], 1.0),
        ("pow", &[1.0, f64::NAN], 1.0),
        ("pow", &[-2.0, 0.5], f64::NAN),
        ("pow", &[-2.0, 3.0], -8.0),
        ("pow", &[-0.0, -3.0], f64::NEG_INFINITY),
        ("pow", &[0.5, f64::NEG_INFINITY], f64::INFINITY),
        ("pow", &[-1.0, f64::INFINITY], 1.0),
        ("pow", &[f64::NEG_INFINITY, 3.0], f64::NEG_INFINITY),
        ("pow", &[f64::INFINITY, -1.0], 0.0),
        ("atan2", &[0.0, -0.0], std::f64::consts::PI),
        ("atan2", &[-0.0, 1.0], -0.0),
        ("atan2", &[f64::INFINITY, f64::NEG_INFINITY], 3.0 * std::f64::consts::FRAC_PI_4),
        ("max", &[f64::NAN, 1.0], f64::NAN),
        ("max", &[-0.0, 0.0], 0.0),
        ("min", &[-0.0, 0.0], -0.0),
        ("round", &[2.5], 2.0),
        ("round", &[-0.25], -0.0),
        ("round", &[3.5], 4.0),
        ("mod", &[-1.0, 3.0], 2.0),
        ("mod", &[6.0, -3.0], -0.0),
        ("tanh", &[f64::INFINITY], 1.0),
        ("asin", &[1.5], f64::NAN),
        ("acos", &[1.0], 0.0),
        ("sin", &[f64::INFINITY], f64::NAN),
        ("sign", &[f64::NAN], f64::NAN),
        ("ne", &[f64::NAN, f64::NAN], 1.0),
        ("le", &[-0.0, 0.0], 1.0),
    ];
    let mut reals = Reals::new(128).unwrap();
    for (name, args, expected) in cases {
        let numbers: Vec<Big> = args.iter().map(|x| reals.number(*x)).collect();
        let result = reals.call(name, &numbers).unwrap();
        let (found, decided) = reals.to_f64(&result);
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same && decided, "{name}{args:?} is {found}, expected {expected}");
    }
}

#[test]
fn rounding_is_correct_once() {
    let mut reals = Reals::new(192).unwrap();
    // Every f64 comes back as it is, subnormal ones included.
    for x in [5e-324, -2.5e-310, f64::MIN_POSITIVE, 1.0, f64::MAX, -0.0, f64::INFINITY] {
        let number = reals.number(x);
        let (back, decided) = reals.to_f64(&number);
        assert!(decided && back.to_bits() == x.to_bits(), "{x} came back as {back}");
    }
    // Halves of the least subnormal number round to even, anything more upwards.
    let least = reals.number(5e-324);
    let (half, more) = (reals.number(0.5), reals.number(0.500001));
    let tie = reals.mul(&least, &half);
    assert_eq!(reals.to_f64(&tie), (0.0, true));
    let above = reals.mul(&least, &more);
    assert_eq!(reals.to_f64(&above), (5e-324, true));
    // Beyond the largest f32 and f64.
    let large = reals.number(3.4028235677973366e38);
    assert_eq!(reals.to_f32(&large), (f32::INFINITY, true));
    let two = reals.integer(2);
    let largest = reals.number(f64::MAX);
    let double = reals.mul(&largest, &two);
    assert_eq!(reals.to_f64(&double), (f64::INFINITY, true));
    // Double rounding through f64 would give the even neighbour 1.
    let one = reals.integer(1);
    let (a, b) = (reals.number(2f64.powi(-24)), reals.number(2f64.powi(-80)));
    let sum = reals.add(&one, &a);
    let sum = reals.add(&sum, &b);
    assert_eq!(reals.to_f32(&sum), (1.0 + f32::EPSILON, true));
}

#[test]
fn bits_of_error_count_representable_numbers() {
    assert_eq!(bits_of_error(1.0, 1.0, DType::F64), 0.0);
    assert_eq!(bits_of_error(1.0 + f64::EPSILON, 1.0, DType::F64), 1.0);
    assert_eq!(bits_of_error(0.0, -0.0, DType::F64), 0.0);
    assert_eq!(bits_of_error(f64::NAN, f64::NAN, DType::F64), 0.0);
    assert_eq!(bits_of_error(f64::NAN, 1.0, DType::F32), 32.0);
    assert_eq!(bits_of_error(f64::INFINITY, 1.0, DType::F64), 64.0);
    assert_eq!(bits_of_error(5e-324, -5e-324, DType::F64), 3f64.log2());
    assert_eq!(bits_of_error(f64::from(1.0 + f32::EPSILON), 1.0, DType::F32), 1.0);
}
