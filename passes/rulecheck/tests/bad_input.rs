//! What is wrong is said, and nothing is lost: budgets of nothing, and rules that cannot be.

use thn_eqsat::{Budget, Options, optimize};
use thn_ir::*;
use thn_rulecheck::load;

/// `log(1 + exp(x)) + (x - x)`.
fn program() -> Func {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg { name: Some("x".into()), ..Arg::default() });
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let mut build = || {
        let e = b.map(OpKind::Exp, &[x])?;
        let one = b.number(DType::F64, 1.0)?;
        let s = b.map(OpKind::Add, &[one, e])?;
        let l = b.map(OpKind::Log, &[s])?;
        let zero = b.map(OpKind::Sub, &[x, x])?;
        b.map(OpKind::Add, &[l, zero])
    };
    let result: Result<Value, Error> = build();
    f.add_result(result.unwrap(), Res::default());
    f
}

#[test]
fn a_budget_of_nothing_leaves_the_program() {
    let none =
        Budget { nodes_per_node: 0, nodes: 0, matches_per_node: 0, iterations: 0, ..Budget::default() };
    let one_each = [
        Budget { nodes_per_node: 0, nodes: 0, ..Budget::default() },
        Budget { matches_per_node: 0, nodes: 0, ..Budget::default() },
        Budget { iterations: 0, ..Budget::default() },
        Budget { windows: 0, ..Budget::default() },
    ];
    let mut f = program();
    let before = f.compact().to_string();
    let report = optimize(&mut f, &Options::default().with_budget(none)).unwrap();
    assert_ne!(report.stop, thn_eqsat::Stop::Saturated);
    assert_eq!(f.to_string(), before);
    for budget in one_each {
        let mut f = program();
        optimize(&mut f, &Options::default().with_budget(budget)).unwrap();
        assert_eq!(verify::verify(&f), vec![], "{budget:?}");
    }
}

#[track_caller]
fn refused(rule: &str, why: &str) {
    let text = format!("[canonicalize exact]\n{rule}\n");
    let error = load("own.rules", &text).expect_err(rule).to_string();
    assert!(error.contains("own.rules:2:"), "{rule}: {error}");
    assert!(error.contains(why), "{rule}: {error}");
}

#[test]
fn rules_that_cannot_be() {
    refused("own-a : ?x => ?x", "");
    refused("own-b : (neg ?x) => ?y", "?y");
    refused("own-c : (frobnicate ?x) => ?x", "frobnicate");
    refused("own-d : (neg ?x) => ?x if prime(?x)", "prime");
    refused("own-e : (neg ?x ?y) => ?x", "neg");
    refused("own-f : (lt ?x ?y) => (add ?x ?y)", "");
    refused("own-g : (neg ?x)", "");
    refused("own-h : (neg ?x => ?x", "");
    refused("own-i (neg ?x) => ?x", "");
    refused("own-j : (sum@A ?x) => (sum@B ?x)", "@B");
    refused("own-k : (add ?xs...) => (mul ?xs...)", "");
    refused("neg-neg : (neg (neg ?x)) => ?x", "neg-neg");
    refused("own-l : (neg ?x) => (abs ?x)", "not `exact`");
}

/// Two rules that turn each other round name two forms of one value, between which there is nothing more to find.
#[test]
fn rules_in_a_circle_end() {
    let text = "[canonicalize exact]\n\
                own-there : (sub ?x (neg ?y)) => (add ?x ?y)\n\
                own-back : (add ?x ?y) => (sub ?x (neg ?y))\n\
                own-first : (exp (neg ?x)) => (exp (sub 0 ?x))\n\
                own-second : (exp (sub 0 ?x)) => (exp (neg ?x))\n";
    let set = load("own.rules", text).unwrap();
    let mut f = program();
    let report = optimize(&mut f, &Options::default().with_rules(&set)).unwrap();
    assert_eq!(report.stop, thn_eqsat::Stop::Saturated);
    assert_eq!(verify::verify(&f), vec![]);
}

#[test]
fn rules_of_the_wrong_types() {
    refused("own-m : (neg (lt ?x ?y)) => (lt ?y ?x)", "");
    refused("own-n : (select ?x ?x ?y) => ?x", "");
    refused("own-o : (and ?x (exp ?x)) => ?x", "");
    refused("own-p : (dot ?x ?y) => (lt ?x ?y)", "");
    refused("own-q : (sum@A ?x) => ?x", "");
}

/// A rule whose right side holds its left side must say so, and the budget ends what it starts.
#[test]
fn a_rule_that_feeds_itself_ends() {
    refused("own-grow : (neg ?x) => (neg (neg (neg ?x)))", "applies without end");
    let text = "[canonicalize exact expand]\nown-grow : (neg ?x) => (neg (neg (neg ?x)))\n";
    let set = load("own.rules", text).unwrap();
    let mut f = program();
    optimize(&mut f, &Options::default().with_rules(&set)).unwrap();
    assert_eq!(verify::verify(&f), vec![]);
}
