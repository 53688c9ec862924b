//! Expressions that overflow or cancel as they are written, in their spellings, and what they lose once they are
//! optimized: the tables beside this file, judged against high precision at points up to the ends of f32 and f64.

mod sample;
mod table;

use sample::Point;
use table::{Kind, Spelling};
use thn_eqsat::{Class, Options, optimize, optimize_with, rule::Rule};
use thn_ir::{Builder, DType, Func, Loc};
use thn_random::Random;
use thn_reference::Format;
use thn_rulecheck::expression::{Program, tree};

/// The tables.
const TABLES: [(&str, &str); 5] = [
    ("error_function.table", include_str!("error_function.table")),
    ("exponentials.table", include_str!("exponentials.table")),
    ("powers.table", include_str!("powers.table")),
    ("norms.table", include_str!("norms.table")),
    ("differences.table", include_str!("differences.table")),
];

/// The kinds of all tables, or of the file that `THN_TABLE` names: to try other spellings.
fn kinds() -> Vec<Kind> {
    if let Ok(path) = std::env::var("THN_TABLE") {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        return table::parse(&path, &text);
    }
    TABLES.iter().flat_map(|(file, text)| table::parse(file, text)).collect()
}

const TYPES: [DType; 2] = [DType::F64, DType::F32];

/// An expression with its arguments in an element type.
fn in_type(text: &str, dtype: DType) -> String {
    if dtype == DType::F64 {
        return text.to_string();
    }
    let text = text.replace("f64", "f32");
    let mut out = String::new();
    let stops = |c: char| " ()[]".contains(c);
    for part in text.split_inclusive(stops) {
        let word = part.trim_end_matches(stops);
        let dims = match word {
            "r" | "s" | "t" => "[]",
            "u" | "v" | "w" => "[m]",
            _ => "",
        };
        let typed = if dims.is_empty() { word.to_string() } else { format!("{word}:f32{dims}") };
        out += &typed;
        out += &part[word.len()..];
    }
    out
}

/// The program of a spelling.
fn program(text: &str, by: Option<&str>, dtype: DType) -> Result<Func, String> {
    let mut func = Program::parse(&in_type(text, dtype))?.func;
    let Some(by) = by else { return Ok(func) };
    let cost = func.body().results[0];
    let named = |a: &&thn_ir::Value| func.value(**a).name.as_deref() == Some(by);
    let wrt = *func.body().args.iter().find(named).ok_or(format!("no argument {by}"))?;
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let gradient = thn_autodiff::grad(&mut b, cost, &[wrt]).map_err(|e| e.to_string())?[0];
    let gradient = gradient.ok_or("it does not depend on it")?;
    func.block_mut(Func::BODY).results = vec![gradient];
    Ok(func)
}

/// What a spelling loses at most, and where.
#[derive(Default)]
struct Loss {
    bits: f64,
    at: Vec<f64>,
    dtype: Option<DType>,
    program: String,
}

impl Loss {
    fn note(&mut self, bits: f64, point: &Point, dtype: DType, func: &Func) {
        if bits > self.bits {
            let program = tree(func);
            *self = Loss { bits, at: point.arguments.clone(), dtype: Some(dtype), program };
        }
    }
}

/// What a spelling loses in f64 as written, and in both types once it is optimized; and at how many points.
fn losses(kind: &Kind, spelling: &Spelling, options: &[Options]) -> Result<(Loss, Loss, usize), String> {
    let (mut before, mut after) = (Loss::default(), Loss::default());
    let mut judged = 0;
    for dtype in TYPES {
        let written = program(&spelling.text, spelling.by.as_deref(), dtype)?;
        let truth = match &kind.truth {
            Some(text) => program(text, spelling.by.as_deref(), dtype)?,
            None => written.clone(),
        };
        let mut optimized = vec![];
        for options in options {
            let mut func = written.clone();
            optimize(&mut func, options).map_err(|e| e.to_string())?;
            optimized.push(func);
        }
        let format = Format::from(dtype);
        for point in sample::points(kind, dtype) {
            let Some(truth) = sample::truth(kind, &truth, &point) else { continue };
            judged += 1;
            if dtype == DType::F64 {
                before.note(sample::lost(kind, &written, &point, &truth, format), &point, dtype, &written);
            }
            for func in &optimized {
                after.note(sample::lost(kind, func, &point, &truth, format), &point, dtype, func);
            }
        }
    }
    Ok((before, after, judged))
}

/// The options that a spelling is judged with.
fn options(spelling: &Spelling) -> Vec<Options> {
    let all = Options::default();
    let careful = all.clone().with_class(Class::Finite, false);
    if spelling.finite { vec![all] } else { vec![all, careful] }
}

#[test]
fn every_spelling_keeps_its_digits() {
    let kinds = kinds();
    let all: Vec<(&Kind, &Spelling)> =
        kinds.iter().flat_map(|k| k.spellings.iter().map(move |s| (k, s))).collect();
    let lines = thn_parallel::map(&all, |(kind, spelling)| verdict(kind, spelling));
    for line in &lines {
        println!("{}", line.as_ref().unwrap_or_else(|line| line));
    }
    let wrong: Vec<&str> = lines.iter().filter_map(|l| l.as_ref().err()).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} fail", wrong.len(), lines.len());
}

/// What a spelling loses, as a line; an error where that is not what the table says.
fn verdict(kind: &Kind, spelling: &Spelling) -> Result<String, String> {
    let (before, after, judged) =
        losses(kind, spelling, &options(spelling)).map_err(|e| format!("{}: {e}", spelling.place))?;
    let grad = spelling.by.as_ref().map_or(String::new(), |by| format!("grad {by} "));
    let text = format!("{grad}{}", spelling.text);
    let line = format!(
        "{}: {text}: {:.1} to {:.1} bits at {judged} points",
        spelling.place, before.bits, after.bits
    );
    if after.bits > spelling.after {
        let Loss { at, dtype, program, .. } = after;
        return Err(format!("TOO MANY {line}\n    of {} at {at:?} as {dtype:?}\n    {program}", kind.name));
    }
    if before.bits < spelling.before {
        return Err(format!("NOT LOST {line}"));
    }
    if judged < 40 {
        return Err(format!("TOO FEW POINTS {line}"));
    }
    Ok(line)
}

/// The orders in which rules are tried.
const ORDERS: u64 = 4;

#[test]
fn the_order_of_rules_decides_nothing() {
    let kinds = kinds();
    let orders: Vec<Vec<Rule>> = (1..=ORDERS)
        .map(|seed| {
            let rules = thn_eqsat::rule::all().unwrap();
            Random::new(seed).permutation(rules.len()).into_iter().map(|i| rules[i].clone()).collect()
        })
        .collect();
    let mut wrong = vec![];
    for spelling in kinds.iter().flat_map(|k| &k.spellings) {
        for options in options(spelling) {
            let written = program(&spelling.text, spelling.by.as_deref(), DType::F64).unwrap();
            let mut usual = written.clone();
            optimize(&mut usual, &options).unwrap();
            let usual = tree(&usual);
            for rules in &orders {
                let mut func = written.clone();
                optimize_with(&mut func, rules, &options).unwrap();
                if tree(&func) != usual {
                    let Spelling { place, text, .. } = spelling;
                    wrong.push(format!("{place}: {text}\n    {usual}\n    {}", tree(&func)));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Rules, and a spelling that each of them is for.
const PLANTED: [(&str, &str); 30] = [
    ("log1p-neg-erf", "(log1p (neg (erf r)))"),
    ("density-over-erfc", "(div (exp (neg (sqr r))) (erfc r))"),
    ("erfcx-gradient-sum", "(mul (exp (sqr r)) (erfc r))"),
    ("softplus-plus-self", "(add r (softplus (neg r)))"),
    ("log1p-add-exp-rest", "(softplus (log (add 1 (exp r))))"),
    ("log-sum-exp-times", "(log (mul 2 (sum[0] (exp u))))"),
    ("log-product", "(log (mul r s))"),
    ("log-quotient", "(log (div r s))"),
    ("one-plus-to-power", "(pow (add 1 (div r s)) s)"),
    ("norm-of-squares", "(sqrt (sum[0] (sqr u)))"),
    ("variance", "(sub (mean[0] (sqr u)) (sqr (mean[0] u)))"),
    ("sqrt-step", "(sub (sqrt (add r 1)) (sqrt r))"),
    ("sin-step", "(sub (sin (add r s)) (sin r))"),
    ("exp-step", "(sub (exp (add r s)) (exp r))"),
    ("log-sum-squares", "(log (sqrt (sum[0] (sqr u))))"),
    ("log-squares-rest", "(log (add (sqr r) (sqr s) (sqr t)))"),
    ("hypot-of-one-and-sum", "(sub (sqrt (add 1 (sum[0] (sqr u)))) 1)"),
    ("cosine-by-sum", "(div (sum[0] (mul u v)) (mul (sqrt (sum[0] (sqr u))) (sqrt (sum[0] (sqr v)))))"),
    ("square-over-one-plus", "(div (sqr r) (add 1 (sqr r)))"),
    ("log-sum-times", "(log (mul 0.5 (add (exp r) (exp s))))"),
    ("log-add-scaled-exp", "(log (add (mul 2 (exp r)) (mul 3 (exp s))))"),
    ("share-of-exps", "(div (exp r) (add (exp r) (exp s)))"),
    ("mean-by-exps", "(div (sum[0] (mul v (exp u))) (sum[0] (exp u)))"),
    ("logistic-density", "(div (exp r) (sqr (add 1 (exp r))))"),
    ("one-less-tanh", "(sub 1 (tanh r))"),
    ("one-minus-to-power", "(pow (sub 1 (div 1 r)) r)"),
    ("log-step", "(sub (log (add r s)) (log r))"),
    ("log2-sqr", "(log2 (sqr r))"),
    ("hypot-minus-self", "(sub (hypot 1 r) r)"),
    ("lesser-root-minus-self", "(sub (sqrt (sub (sqr r) s)) r)"),
];

#[test]
fn a_rule_that_is_missing_is_missed() {
    let kinds = kinds();
    for (rule, text) in PLANTED {
        let all = kinds.iter().flat_map(|k| k.spellings.iter().map(move |s| (k, s)));
        let mut found = 0;
        for (kind, spelling) in all.filter(|(_, s)| s.text == text) {
            let options: Vec<Options> = options(spelling).into_iter().map(|o| o.excluding(rule)).collect();
            let (_, after, _) = losses(kind, spelling, &options).unwrap();
            found += usize::from(after.bits > spelling.after);
        }
        assert!(found > 0, "`{text}` keeps its digits without {rule}");
    }
}
