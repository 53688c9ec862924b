//! Every rewrite of Theano and PyTensor, and what became of it: the table of `docs/coverage.md`, line by line.

mod rows;

use rows::{Family, Line, Row};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};
use thn_eqsat::{Options, optimize};
use thn_ir::{DType, Dim, Fact, Func, OpKind, Scalar, Symbol, SymbolOrigin, verify};
use thn_random::Random;
use thn_reference::{Value, interpret};
use thn_rulecheck::expression::{Program, tree};

/// Names of all rewrites with the systems that have them: `PyTensor name`.
const NAMES: &str = include_str!("names.list");

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn families() -> Vec<Family> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/coverage");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "cases"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        rows::parse(&name, &std::fs::read_to_string(path).unwrap())
    };
    files.iter().flat_map(read).collect()
}

/// Runs an example; the rules that fired.
fn run(before: &str, after: &str) -> Result<Vec<String>, String> {
    let mut program = Program::parse(before).map_err(|e| format!("{before}: {e}"))?;
    let wanted = tree(&program.beside(after).map_err(|e| format!("{after}: {e}"))?.func);
    let original = program.func.clone();
    let report = optimize(&mut program.func, &Options::default()).map_err(|e| e.to_string())?;
    let faults = verify::verify(&program.func);
    if !faults.is_empty() {
        return Err(format!("{faults:?}"));
    }
    agree(&original, &program.func).map_err(|e| format!("{before}: {e}"))?;
    let found = tree(&program.func);
    if found != wanted {
        let fired: Vec<&String> = report.fired.keys().collect();
        return Err(format!("{before}\n   gives {found}\n  wanted {wanted}\n  fired {fired:?}"));
    }
    let text = program.func.to_string();
    optimize(&mut program.func, &Options::default()).map_err(|e| e.to_string())?;
    if program.func.to_string() != text {
        return Err(format!("{before}: optimizing twice changes\n{text}"));
    }
    Ok(report.fired.into_keys().collect())
}

/// What a program promises of an argument.
fn promises(func: &Func, arg: thn_ir::Value) -> Option<Vec<Fact>> {
    let mut all = func.body().ops.iter().map(|op| func.op(*op));
    let op = all.find(|op| op.kind == OpKind::Assume && op.operands[0] == arg)?;
    Fact::list(op.attrs.get_str("facts").unwrap_or_default()).ok()
}

/// Changes elements so that promises hold.
fn keep(facts: &[Fact], columns: usize, elements: &mut [Scalar]) {
    let old = elements.to_vec();
    for (at, x) in elements.iter_mut().enumerate() {
        let (i, j) = (at / columns, at % columns);
        for fact in facts {
            match fact {
                Fact::Symmetric => *x = old[i.min(j) * columns + i.max(j)],
                Fact::Diagonal if i != j => *x = Scalar::Float(0.0),
                Fact::Orthogonal => *x = Scalar::Float(f64::from(u8::from(j == (i + 1) % columns))),
                Fact::Unique => *x = Scalar::Int(at as i128),
                _ => {}
            }
        }
    }
}

/// Whether two programs give the same values, up to rounding, at a few points of moderate size. Where the first is not
/// a number or not finite, the second may be its limit.
fn agree(first: &Func, second: &Func) -> Result<(), String> {
    for seed in 1..6u64 {
        let mut random = Random::new(seed);
        let mut inputs = vec![];
        for arg in &first.body().args {
            let ty = first.tensor(*arg).ok_or("an argument that is no tensor")?;
            let length = |d: &Dim| d.eval(&|s| Some(6 + i64::from(s.id))).unwrap_or(0).max(0) as usize;
            let position = inputs.len() as u32;
            let named = |o: &(Symbol, SymbolOrigin)| o.1 == SymbolOrigin::ArgValue { arg: position };
            if let Some((symbol, _)) = first.symbols().iter().find(|o| named(o)) {
                let value = Scalar::Int(length(&symbol.clone().into()) as i128);
                inputs.push(Value::new(ty.dtype, &[], vec![value]).map_err(|e| e.to_string())?);
                continue;
            }
            let shape: Vec<usize> = ty.shape.iter().map(length).collect();
            let element = |_| match ty.dtype {
                DType::Bool => Scalar::Bool(random.one_in(2)),
                d if d.is_float() => Scalar::Float(2.0 * random.symmetric()).cast(d),
                d => Scalar::Float(3.0 * random.unit()).cast(d),
            };
            let mut elements: Vec<Scalar> = (0..shape.iter().product::<usize>()).map(element).collect();
            if let Some(facts) = promises(first, *arg) {
                keep(&facts, shape.last().copied().unwrap_or(1), &mut elements);
            }
            inputs.push(Value::new(ty.dtype, &shape, elements).map_err(|e| e.to_string())?);
        }
        let run = |f: &Func| interpret(f, &inputs).map_err(|e| e.to_string());
        let (a, b) = (run(first)?, run(second)?);
        for (x, y) in a[0].elements().zip(b[0].elements()) {
            let (x, y) = (x.to_f64(), y.to_f64());
            let near = (x - y).abs() <= 1e-9 * (1.0 + x.abs());
            if !near && x.is_finite() {
                return Err(format!("{x:?} becomes {y:?} at {inputs:?}"));
            }
        }
    }
    Ok(())
}

/// The counterexample of a refused rule, on one line.
fn counterexample(row: &Row, section: &str, rule: &str) -> Result<String, String> {
    let file = format!("[{section}]\nrefused : {rule}\n");
    let all = thn_rulecheck::file(&row.place, &file).map_err(|e| e.to_string())?;
    let found = all.iter().find_map(|c| c.counterexample.as_ref());
    let found = found.ok_or(format!("{}: the checker finds no fault with `{rule}`", row.place))?;
    Ok(found.summary())
}

/// The page, and what is wrong with the rows.
fn page() -> (String, Vec<String>) {
    let mut systems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (system, name) in NAMES.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' ')) {
        systems.entry(name).or_default().push(system);
    }
    let mut faults = vec![];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut tables = String::new();
    let mut counts: Vec<(String, [usize; 4])> = vec![];
    let mut left_out: Vec<(String, usize)> = vec![];
    for family in families() {
        for name in family.rows.iter().flat_map(|r| &r.names) {
            if !systems.contains_key(name.as_str()) {
                faults.push(format!("{name} is a rewrite of neither system"));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("{name} has two rows"));
            }
        }
        if let Some(reason) = family.left_out() {
            left_out.push((reason.to_string(), family.rows.len()));
            continue;
        }
        let mut count = [0; 4];
        let _ = writeln!(
            tables,
            "\n## {}\n\n| rewrite | of | | shown by |\n| --- | --- | --- | --- |",
            family.title
        );
        for row in &family.rows {
            let status = row.status();
            count[status as usize] += row.names.len();
            let of: BTreeSet<&str> =
                row.names.iter().filter_map(|n| systems.get(n.as_str())).flatten().copied().collect();
            let of = of.into_iter().collect::<Vec<_>>().join(", ");
            let names = row.names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
            let mut shown = vec![];
            for line in &row.lines {
                match show(row, line) {
                    Ok(text) => shown.push(text),
                    Err(e) => faults.push(format!("{}: {e}", row.place)),
                }
            }
            let word = ["covered", "refused", "open", "waits"][status as usize];
            let _ = writeln!(tables, "| {names} | {of} | {word} | {} |", shown.join("<br>"));
        }
        counts.push((family.title, count));
    }
    faults.extend(systems.keys().filter(|n| !seen.contains(**n)).map(|n| format!("{n} has no row")));
    (head(&counts, &left_out) + &tables, faults)
}

fn show(row: &Row, line: &Line) -> Result<String, String> {
    match line {
        Line::Example { before, after } => {
            let rules = run(before, after)?.iter().map(|r| format!("`{r}`")).collect::<Vec<_>>().join(", ");
            let by = if rules.is_empty() { "by sharing and folding".into() } else { format!("by {rules}") };
            Ok(format!("`{before}` → `{after}` {by}"))
        }
        Line::Test { file, name } => {
            let text = std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap_or_default();
            let found = text.contains(&format!("fn {name}("));
            if found { Ok(format!("`{name}` in `{file}`")) } else { Err(format!("no test {name} in {file}")) }
        }
        Line::Open(what) => Ok(format!("open: {what}")),
        Line::Needs(ops) => {
            let there = |op: &&String| OpKind::ALL.iter().any(|k| k.row().mnemonic == op.as_str());
            match ops.iter().find(there) {
                Some(op) if ops.iter().all(|o| there(&o)) => Err(format!("`{op}` is there now")),
                _ => Ok(format!(
                    "needs {}",
                    ops.iter().map(|o| format!("`{o}`")).collect::<Vec<_>>().join(", ")
                )),
            }
        }
        Line::Refused { reason, section, rule } => {
            let found = counterexample(row, section, rule)?;
            Ok(format!("not `{rule}` as {section}: {reason} ({})", found.replace('|', "\\|")))
        }
    }
}

fn head(counts: &[(String, [usize; 4])], left_out: &[(String, usize)]) -> String {
    let mut page = String::from(
        "# Coverage of Theano's and PyTensor's rewrites\n\n\
         Generated from `passes/rulecheck/tests/coverage/*.cases` by `cargo xtask bless thn-rulecheck`; do not edit. \
         `cargo test -p thn-rulecheck --test coverage` runs every example through the optimizer with default options, lets \
         the checker find the counterexample of every refused rule, and fails when an op that a row waits for exists. \
         The rewrites are those that Theano 1.0.5 and PyTensor 3.0.7 register or define, as \
         `passes/rulecheck/tests/coverage/list_names.py` finds them; examples are written as \
         `passes/rulecheck/src/expression.rs` says.\n\n\
         | family | covered | refused | open | wait for an op |\n| --- | --- | --- | --- | --- |\n",
    );
    let mut total = [0; 4];
    for (title, count) in counts {
        let _ = writeln!(page, "| {title} | {} | {} | {} | {} |", count[0], count[1], count[2], count[3]);
        total.iter_mut().zip(count).for_each(|(t, c)| *t += c);
    }
    let possible = total[0] + total[1] + total[2];
    let _ = writeln!(
        page,
        "| **all** | **{}** | **{}** | **{}** | **{}** |",
        total[0], total[1], total[2], total[3]
    );
    let _ = writeln!(
        page,
        "\nOf the {possible} whose ops exist, {:.1} % are covered and {:.1} % refused.\n",
        100.0 * total[0] as f64 / possible as f64,
        100.0 * total[1] as f64 / possible as f64
    );
    let _ = writeln!(
        page,
        "Left out, because they are no rewrites of mathematics:\n\n| what | rewrites |\n| --- | --- |"
    );
    for (what, count) in left_out {
        let _ = writeln!(page, "| {what} | {count} |");
    }
    page
}

#[test]
fn every_row_is_true_and_the_page_is_fresh() {
    let (page, faults) = page();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let path = format!("{ROOT}/docs/coverage.md");
    // What `cargo xtask bless` sets for snapshots holds for this page too.
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/coverage.md is stale: run `cargo xtask bless thn-rulecheck`");
}

#[test]
fn wrong_rows_are_found() {
    let row = |line: Line| Row { place: "here".into(), names: vec![], lines: vec![line] };
    let fault = |line: Line| {
        let row = row(line);
        show(&row, &row.lines[0]).unwrap_err()
    };
    let example = |before: &str, after: &str| Line::Example { before: before.into(), after: after.into() };
    assert!(fault(example("(log (exp x))", "y:f64")).contains("gives x"));
    assert!(fault(example("(log (exp x)", "x")).contains("not closed"));
    assert!(fault(Line::Needs(vec!["exp".into()])).contains("is there now"));
    assert!(fault(Line::Test { file: "README.md".into(), name: "nothing".into() }).contains("no test"));
    let right = Line::Refused {
        reason: "none".into(),
        section: "canonicalize exact".into(),
        rule: "(neg (neg ?x)) => ?x".into(),
    };
    assert!(fault(right).contains("finds no fault"));
}
