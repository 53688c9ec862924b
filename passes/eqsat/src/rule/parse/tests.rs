//! What rule files may hold, and what is said of those that hold something else.

use super::*;

fn parse(text: &str) -> Result<Vec<Rule>, String> {
    parse_file("a.rules", text, &mut BTreeSet::new())
}

#[test]
fn a_rule_is_one_line_in_a_section() {
    let text = "# a comment\n[stabilize accurate better]\nlog-one : (log (add 1 ?xs...)) => (log1p (add ?xs...)) if nonneg(?xs...)\n";
    let rules = parse(text).unwrap();
    assert_eq!(rules.len(), 1);
    let rule = &rules[0];
    assert_eq!(
        (rule.name.as_str(), rule.family.as_str(), rule.class),
        ("log-one", "stabilize", Class::Accurate)
    );
    assert!(rule.better && !rule.expand);
    assert_eq!(rule.place, "a.rules:3");
    assert_eq!((rule.vars.len(), rule.rests.len(), rule.guards.len()), (0, 1, 1));
}

#[test]
fn errors_name_file_line_and_column() {
    let cases = [
        ("[canonicalize exactly]", "a.rules:1:1: error: `exactly` is not a class of rules"),
        (
            "[canonicalize exact fast]",
            "a.rules:1:1: error: `fast` is none of `better`, `fallback` and `expand`",
        ),
        ("x : (neg ?x) => ?x", "a.rules:1:1: error: a rule stands before the first [family class]"),
        ("[a exact]\nx (neg ?x) => ?x", "a.rules:2:1: error: a rule is written `name : left => right`"),
        ("[a exact]\nx : (negate ?x) => ?x", "a.rules:2:5: error: `negate` is not an op"),
        ("[a exact]\nx : (neg ?x ?y) => ?x", "a.rules:2:5: error: `neg` takes 1 operands, 2 are given"),
        ("[a exact]\nx : (neg ?x) => ?y", "a.rules:2:5: error: `?y` is not bound by the left side"),
        ("[a exact]\nx : (sum ?x) => ?x", "a.rules:2:5: error: `sum` needs a payload: write `@...`"),
        ("[a exact]\nx : (neg@A ?x) => ?x", "a.rules:2:5: error: `neg` has no attributes: drop `@...`"),
        (
            "[a exact]\nx : (sub ?x ?ys...) => ?x",
            "a.rules:2:13: error: `sub` has no rest: its operands are no multiset",
        ),
        ("[a exact]\nx : (neg ?x) => ?x if tiny(?x)", "a.rules:2:23: error: `tiny` is not a condition"),
        (
            "[a exact]\nx : (neg ?x) => ?x if whole(?x)",
            "a.rules:2:23: error: the arguments of `whole` have the form `p`",
        ),
        (
            "[a exact]\nx : (neg ?x) => ?x if any_outside(?x, 1)",
            "a.rules:2:23: error: the arguments of `any_outside` have the form `xnn`",
        ),
        (
            "[a exact]\nx : (neg ?x) => ?x if any_outside(?x, -1, one)",
            "a.rules:2:43: error: a condition takes ?variables, @payloads and numbers other than NaN",
        ),
        (
            "[a exact]\nx : (neg ?x) => ?x if any_outside(?x, nan, 1)",
            "a.rules:2:39: error: a condition takes ?variables, @payloads and numbers other than NaN",
        ),
        ("[a exact]\nx : (neg ?x) => ?x also", "a.rules:2:20: error: unexpected `also`"),
        ("[a exact]\nx : 1 => 1", "a.rules:2:5: error: the left side is an op"),
        (
            "[a exact]\nx : (neg ?x) => ?x\nx : (abs ?x) => ?x",
            "a.rules:3:1: error: there is another rule `x`",
        ),
        (
            "[a exact]\nx : (sum@A ?x) => (sum@whole(@A) ?x)",
            "a.rules:2:23: error: `whole` is not a function of payloads",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).unwrap_err(), message, "{text}");
    }
}

#[test]
fn rules_that_say_nothing_or_never_end_are_refused() {
    let never = "the right side contains the left side, so that the rule applies without end; such rules stand in \
         sections marked `expand`";
    let cases = [
        (
            "[a exact]\nx : (neg ?x) => (neg ?x)",
            "a.rules:2:17: error: the right side is the left side".into(),
        ),
        ("[a exact]\nx : (neg ?x) => (neg (neg (neg ?x)))", format!("a.rules:2:17: error: {never}")),
        ("[a exact]\nx : (add 0 ?x) => (add (add 0 ?x) 0)", format!("a.rules:2:19: error: {never}")),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).unwrap_err(), message, "{text}");
    }
    assert!(parse("[a exact expand]\nx : (abs ?x) => (abs (abs ?x))").is_ok());
}

#[test]
fn names_and_parentheses_are_checked() {
    let cases = [
        ("[é exact]", "a.rules:1:1: error: `é` is not a name of letters, digits, `-` and `_`"),
        ("[a exact", "a.rules:1:1: error: a section header ends with `]`"),
        ("[]", "a.rules:1:1: error: a section header names a family"),
        ("[a]", "a.rules:1:1: error: a section header names a class"),
        (
            "[a exact]\n  ü : (neg ?x) => ?x",
            "a.rules:2:3: error: `ü` is not a name of letters, digits, `-` and `_`",
        ),
        (
            "[a exact]\nx : (neg ?é) => ?é",
            "a.rules:2:10: error: `é` is not a name of letters, digits, `-` and `_`",
        ),
        (
            "[a exact]\nx : (neg é) => 1",
            "a.rules:2:10: error: `é` is neither a number, ?variable nor (op ...)",
        ),
        ("[a exact]\nx : (neg ?x", "a.rules:2:5: error: the parenthesis before `neg` is not closed"),
        ("[a exact]\nx : (neg ?x)) => ?x", "a.rules:2:13: error: `=>` is expected here"),
        ("[a exact]\nx : (neg ?x)", "a.rules:2:13: error: `=>` is expected here"),
        ("[a exact]\nx : (neg ?x) =>", "a.rules:2:16: error: `` is neither a number, ?variable nor (op ...)"),
        ("[a exact]\nx : ", "a.rules:2:1: error: a rule is written `name : left => right`"),
        ("[a exact]\nx : (loop ?x) => ?x", "a.rules:2:5: error: `loop` cannot stand in a rule"),
        ("[a exact]\nx : (neg ?x) => ?x if finite ?x", "a.rules:2:30: error: `(` is expected here"),
        (
            "[a exact]\nx : (neg ?x) => ?x if finite(?z)",
            "a.rules:2:5: error: `?z` is not bound by the left side",
        ),
        (
            "[a exact]\nx : (sum@A ?x) => (sum@both(@A) ?x)",
            "a.rules:2:23: error: `both` takes 2 payloads, 1 are given",
        ),
        (
            "[a exact]\nx : (sum@both(@A, @B) ?x) => ?x",
            "a.rules:2:9: error: functions of payloads stand on the right side",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).unwrap_err(), message, "{text}");
    }
}

#[test]
fn large_and_deep_files_are_refused_before_they_cost_anything() {
    let deep = format!("[a exact]\nx : {}?x{} => ?x", "(neg ".repeat(100_000), ")".repeat(100_000));
    let error = parse(&deep).unwrap_err();
    assert_eq!(
        error,
        format!("a.rules:2:{}: error: the pattern has more than {MAX_DEPTH} levels", 5 + 5 * MAX_DEPTH)
    );
    let wide = format!("[a exact]\nx : (add {}) => 1", "?x ".repeat(20));
    assert_eq!(parse(&wide).unwrap_err(), "a.rules:2:5: error: `add` has more than 8 operands");
    let row = "(add ?x ?x ?x ?x ?x ?x ?x ?x) ".repeat(8);
    let many = format!("[a exact]\nx : (add {row}) => (mul {row})");
    assert!(parse(&many).unwrap_err().ends_with("error: the rule has more than 80 parts"));
    let giant = "#".repeat(MAX_BYTES + 1);
    let error = parse(&giant).unwrap_err();
    assert_eq!(error, "a.rules:1:1: error: the file has 1048577 bytes; rule files have at most 1048576");
    assert!(parse("").unwrap().is_empty());
}

#[test]
fn one_line_stands_for_every_op_with_a_property() {
    let names = |text: &str| -> Vec<String> { parse(text).unwrap().into_iter().map(|r| r.name).collect() };
    let even = names("[a exact]\n$even-abs : ($even (abs ?x)) => ($even ?x)");
    assert!(
        even.contains(&"cos-abs".into())
            && even.contains(&"sqr-abs".into())
            && !even.contains(&"sin-abs".into())
    );
    // Two words are two ops.
    let whole = names("[a exact]\n$rounding-of-$integral : ($rounding ($integral ?x)) => ($integral ?x)");
    assert!(whole.contains(&"floor-of-sign".into()) && !whole.contains(&"sign-of-floor".into()));
    assert!(!whole.contains(&"floor-of-floor".into()));
    let undone = names("[a exact]\n$inverse-$inverted : ($inverse ($inverted ?x)) => ?x");
    assert!(undone.contains(&"log-exp".into()) && !undone.contains(&"exp-log".into()));
    assert_eq!(
        parse("[a exact]\nx : ($prime ?x) => ?x").unwrap_err(),
        "a.rules:2:6: error: `$prime` is not a property of ops"
    );
    assert_eq!(
        parse("[a exact]\n$odd : ($odd ?x) => ?y").unwrap_err(),
        "a.rules:2:1: error: as `cbrt : (cbrt ?x) => ?y`, of cbrt: `?y` is not bound by the left side"
    );
}
