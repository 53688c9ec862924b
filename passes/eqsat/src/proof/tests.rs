//! What [`check`] refuses.

use super::{Explanation, Why, check, optimize_explained, prove::ProofStep};
use crate::options::Options;
use thn_ir::{Arg, Builder, DType, Error, Func, Loc, OpKind, Res};

/// `log(1 + exp(x)) * sqrt(4)`, explained: a proof of rules and one of folding.
fn explained() -> Result<Explanation, Error> {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg { name: Some("x".into()), ..Arg::default() });
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let e = b.map(OpKind::Exp, &[x])?;
    let one = b.number(DType::F64, 1.0)?;
    let s = b.map(OpKind::Add, &[one, e])?;
    let l = b.map(OpKind::Log, &[s])?;
    let four = b.number(DType::F64, 4.0)?;
    let two = b.map(OpKind::Sqrt, &[four])?;
    let result = b.map(OpKind::Mul, &[l, two])?;
    f.add_result(result, Res::default());
    let (_, explanation) = optimize_explained(&mut f, &Options::default())?;
    Ok(explanation)
}

/// The steps of the proof with at least two rules.
fn rules(e: &mut Explanation) -> &mut Vec<ProofStep> {
    let long = |steps: &Vec<ProofStep>| steps.iter().filter(|l| matches!(l.why, Why::Rule(..))).count() > 1;
    let mut proofs = e.contexts.iter_mut().flat_map(|s| &mut s.proofs).map(|c| &mut c.steps);
    proofs.find(|l| long(l)).expect("a proof of two rules")
}

fn folding(e: &mut Explanation) -> &mut ProofStep {
    let mut steps = e.contexts.iter_mut().flat_map(|s| &mut s.proofs).flat_map(|c| &mut c.steps);
    steps.find(|l| matches!(l.why, Why::Fold(_))).expect("a folded op")
}

#[track_caller]
fn refused(plant: impl FnOnce(&mut Explanation), message: &str) {
    let mut explanation = explained().expect("the program can be optimized");
    assert_eq!(check(&explanation), Ok(()));
    plant(&mut explanation);
    let error = check(&explanation).expect_err("planted, and not refused").to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn another_rule() {
    let name = |e: &mut Explanation, new: &str| match &mut rules(e)[0].why {
        Why::Rule(name, _) => *name = new.into(),
        _ => unreachable!("the proof is of rules"),
    };
    refused(|e| name(e, "log1p-exp"), "log1p-exp does not hold there");
    refused(|e| name(e, "no-such-rule"), "there is no rule no-such-rule");
    refused(|e| rules(e)[0].why = Why::BuiltIn("flatten-sum"), "flatten-sum does not make that term");
}

#[test]
fn another_term() {
    refused(|e| rules(e)[0].term = rules(e)[1].term, "log-one-plus does not make that term");
    refused(|e| folding(e).term = 0usize.into(), "does not make that term");
}

#[test]
fn another_order() {
    refused(|e| rules(e).swap(0, 1), "does not hold there");
    refused(|e| drop(rules(e).remove(0)), "does not hold there");
    refused(|e| drop(rules(e).pop()), "does not lead where it says");
}

#[test]
fn another_direction_place_or_binding() {
    refused(|e| rules(e)[0].forward = false, "does not hold there");
    refused(|e| rules(e)[0].at.push(7), "there is no such place");
    refused(|e| rules(e)[0].at.push(0), "changes more than its place");
    let rebind = |e: &mut Explanation| {
        let term = rules(e)[1].term;
        if let Why::Rule(_, subst) = &mut rules(e)[0].why {
            subst.vars.iter_mut().for_each(|v| *v = Some(term));
            subst.rests.iter_mut().for_each(|r| *r = Some(vec![term]));
        }
    };
    refused(rebind, "log-one-plus does not hold there as it says");
}

#[test]
fn a_chain_of_itself() {
    let itself = |e: &mut Explanation| {
        let context = e.contexts.iter_mut().find(|s| !s.proofs.is_empty()).expect("a proof");
        let proof = &mut context.proofs[0];
        let step =
            ProofStep { at: [].into_iter().collect(), why: Why::Proof(0), forward: true, term: proof.to };
        proof.steps = vec![step];
    };
    refused(itself, "the other proof does not make that term");
}

/// Nothing shows that `exp(x)` is an integer.
#[test]
fn a_condition_that_is_not_seen() {
    let plant = |e: &mut Explanation| {
        let rule = e.rules.iter_mut().find(|r| r.name == "log-one-plus").expect("the rule");
        let other = rule.clone();
        let guard = crate::rule::parse::parse_file(
            "planted.rules",
            "[canonicalize exact]\nplanted : (log (add 1 ?x)) => (log1p ?x) if integer(?x)",
            &mut Default::default(),
        );
        *rule = guard.map_or(other, |mut rules| rules.remove(0));
        rule.name = "log-one-plus".into();
    };
    refused(plant, "a condition of log-one-plus is not seen to hold");
}
