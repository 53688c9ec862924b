//! Rules from outside the crate: checked when they are loaded, then used like its own.

use thn_eqsat::{Options, optimize};
use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res, Shape, TensorType};
use thn_rulecheck::load;

/// tanh(x / 2) over a row of unknown length.
fn program() -> Func {
    let mut func = Func::new("f");
    let x = func.add_tensor_arg(DType::F64, &[None], Arg::default());
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let two = b.number(DType::F64, 2.0).unwrap();
    let half = b.map(OpKind::Div, &[x, two]).unwrap();
    let y = b.map(OpKind::Tanh, &[half]).unwrap();
    func.add_result(y, Res::default());
    func
}

fn refused(text: &str) -> String {
    load("mine.rules", text).unwrap_err().to_string()
}

#[test]
fn a_set_is_loaded_once_and_used_by_many() {
    let text = "[mine accurate]\nmy-half-angle : (tanh (mul 0.5 ?x)) => (sub (mul 2 (sigmoid ?x)) 1)\n";
    // The difference cancels near 0.
    assert!(
        refused(text)
            .contains("rule `my-half-angle` is refused, because it is not `accurate`: less accurate")
    );
    let text = "[mine exact]\nmy-odd-tanh : (neg (tanh (neg ?x))) => (tanh ?x)\nmy-sign-of-arctan : (sign (arctan ?x)) => (sign ?x)\n";
    let set = load("mine.rules", text).unwrap();
    let listed: Vec<(String, String)> = set.rules().into_iter().map(|r| (r.name, r.place)).collect();
    let expected = [("my-odd-tanh", "mine.rules:2"), ("my-sign-of-arctan", "mine.rules:3")];
    assert_eq!(listed, expected.map(|(name, place)| (name.to_string(), place.to_string())));

    for _ in 0..2 {
        let mut func = Func::new("f");
        let ty = TensorType::new(DType::F64, Shape(vec![4.into()]));
        let x = func.add_arg(ty, Arg::default());
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let angle = b.map(OpKind::Arctan, &[x]).unwrap();
        let y = b.map(OpKind::Sign, &[angle]).unwrap();
        func.add_result(y, Res::default());
        let report = optimize(&mut func, &Options::default().with_rules(&set)).unwrap();
        assert_eq!(report.fired.get("my-sign-of-arctan"), Some(&1), "{func}");
        assert_eq!(func.body().ops.len(), 1, "{func}");
    }
    // By family, as the crate's own.
    let mut func = program();
    let options = Options::default().with_rules(&set).excluding("mine");
    assert!(optimize(&mut func, &options).unwrap().fired.keys().all(|name| !name.starts_with("my-")));
}

#[test]
fn the_same_name_twice_is_an_error_of_the_second_set() {
    let set = |op| {
        let text = format!("[mine exact]\nmine : ({op} (neg ?x)) => (neg ({op} ?x))\n");
        load(&format!("{op}.rules"), &text).unwrap()
    };
    let options = Options::default().with_rules(&set("sin")).with_rules(&set("tanh"));
    let error = optimize(&mut program(), &options).unwrap_err().to_string();
    assert_eq!(error, "tanh.rules:2:1: error: there is another rule `mine`");
}

#[test]
fn a_rule_that_breaks_its_promise_is_refused_with_its_counterexample() {
    let error = refused("# Ours.\n[mine accurate]\n\nexp-log-mine : (exp (log ?x)) => ?x\n");
    let (first, program) = error.split_once('\n').unwrap();
    assert_eq!(
        first,
        "mine.rules:4:1: error: rule `exp-log-mine` is refused, because it is not `accurate`: NaN is lost: \
         left NaN, right -1.0, truth NaN at [-1.0]"
    );
    assert!(program.contains("log %") && program.contains("becomes"), "{program}");
    // Each wrong rule of a file is named.
    let error = refused(
        "[mine exact]\na : (sqrt (sqr ?x)) => ?x\nb : (abs ?x) => (abs (neg ?x))\nc : (exp ?x) => ?x\n",
    );
    let lines: Vec<&str> = error.lines().filter(|l| l.contains("error: ")).collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[0].starts_with("mine.rules:2:1: error: rule `a`") && lines[2].contains("mine.rules:4:1"));
    // On an i8, and on nothing else, -(-128) is negative.
    assert!(lines[1].starts_with("mine.rules:3:1: error: rule `b`"), "{error}");
}

#[test]
fn files_that_cannot_be_used_are_refused_at_once() {
    let cases = [
        ("", "mine.rules:1:1: error: the file has no rules"),
        ("# Nothing.\n[mine exact]\n", "mine.rules:1:1: error: the file has no rules"),
        (
            "[mine exact]\nneg-neg : (neg (neg ?x)) => ?x",
            "mine.rules:2:1: error: there is another rule `neg-neg`",
        ),
        (
            "[mine exact]\nlift-movement : (neg (neg ?x)) => ?x",
            "mine.rules:2:1: error: there is another rule `lift-movement`",
        ),
        (
            // A comparison gives bools, which have no sine.
            "[mine exact]\nill : (sin (lt ?x ?y)) => ?x",
            "mine.rules:2:1: error: rule `ill` never applies: no tensors give both of its sides a type and meet its conditions",
        ),
        (
            "[mine exact]\nill : (lt ?x ?y) => (sin ?x)",
            "mine.rules:2:1: error: rule `ill` never applies: no tensors give both of its sides a type and meet its conditions",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text), message, "{text}");
    }
}
