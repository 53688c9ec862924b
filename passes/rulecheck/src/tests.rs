//! That the checker checks every part of every promise: without it, a rule passes that is refused with it.

use super::*;

fn unsound() -> Vec<Rule> {
    let text = include_str!("../tests/rules/unsound.rules");
    parse_file("unsound.rules", text, &mut BTreeSet::new()).unwrap()
}

fn breach(rule: &Rule, waived: Option<Breach>) -> Option<Breach> {
    checked(rule, waived, QUICK).unwrap().unwrap().counterexample.map(|c| c.breach)
}

#[test]
fn every_part_of_a_promise_refuses_a_rule_that_nothing_else_does() {
    let rules = unsound();
    for (part, name) in [
        (Breach::Bits, "adds-zero"),
        (Breach::Value, "neq-self-with-nan"),
        (Breach::NanLost, "nan-times-zero"),
        (Breach::Undefined, "nan-for-infinity"),
        (Breach::FiniteLost, "doubles-first"),
        (Breach::Error, "expm1-undone"),
        (Breach::Relative, "tanh-is-x"),
        (Breach::NotWider, "log1p-made-worse"),
        (Breach::Reals, "root-of-square-bare"),
    ] {
        let rule = rules.iter().find(|r| r.name == name).unwrap();
        assert_eq!(breach(rule, None), Some(part), "{name}");
        assert_eq!(breach(rule, Some(part)), None, "{name} without {part:?}");
    }
    assert_eq!(Breach::ALL.len(), 9, "a new part needs a rule here");
}

#[test]
fn every_class_refuses_a_rule_that_the_next_looser_one_allows() {
    let rules = unsound();
    for (name, looser) in [
        ("adds-zero", Class::Accurate),
        ("cancels-finite", Class::Finite),
        ("finite-reciprocal", Class::Fast),
        ("sum-twice", Class::Reassoc),
        ("quotient-of-exps", Class::Fast),
    ] {
        let rule = rules.iter().find(|r| r.name == name).unwrap();
        assert!(breach(rule, None).is_some(), "{name} as {}", rule.class);
        let rule = Rule { class: looser, ..rule.clone() };
        let example = checked(&rule, None, QUICK).unwrap().unwrap().counterexample;
        assert!(example.is_none(), "{name} as {looser}: {}", example.unwrap());
    }
}

#[test]
fn one_wrong_number_of_a_16_bit_format_is_enough() {
    // 0.0006108283996582031 is 1281 / 2^21, an f16 and no bf16.
    let text = "[mine accurate]\nspot : (select (eq ?x 0.0006108283996582031) 0 ?x) => ?x\n\
                whole : (log (exp ?x)) => ?x\n";
    let rules = parse_file("mine.rules", text, &mut BTreeSet::new()).unwrap();
    let narrow = |rule: &Rule, depth: Depth| {
        let mut tally = Tally::of(rule, None).to(depth);
        tally.narrow(&rows(rule).unwrap()).unwrap();
        tally.finish()
    };
    let example = narrow(&rules[0], WHOLE).counterexample.unwrap();
    assert_eq!(
        (example.breach, example.format, example.right),
        (Breach::Error, Some("f16"), 0.0006108283996582031)
    );
    let whole = narrow(&rules[1], WHOLE);
    assert!(whole.counterexample.is_none());
    assert_eq!(whole.narrow, 2 * 65_536, "every number of both formats");
    let sample = narrow(&rules[1], QUICK).narrow;
    assert!(
        (2 * 65_536 / QUICK.share..2 * 65_536 / 10).contains(&sample),
        "{sample} numbers of both formats"
    );
}

#[test]
fn a_program_that_computes_something_else_is_noticed() {
    use thn_ir::{Arg, Builder, Loc, OpKind, Res};
    let program = |kind: OpKind| {
        let mut func = Func::new("f");
        let x = func.add_tensor_arg(DType::F64, &[None], Arg::default());
        let y = func.add_tensor_arg(DType::F64, &[], Arg::default());
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let z = b.map(kind, &[x, y]).unwrap();
        func.add_result(z, Res::default());
        func
    };
    let add = program(OpKind::Add);
    assert!(same("same", Class::Exact, &add, &add).unwrap().counterexample.is_none());
    let found = same("other", Class::Fast, &add, &program(OpKind::Sub)).unwrap().counterexample;
    assert_eq!(found.unwrap().breach, Breach::Relative);
}
