//! The tables of the page.

use thn_ir::{DType, DTypeClass, OpKind, Semantics};

/// Where results have the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Same {
    /// In the reference and in all code.
    Everywhere,
    /// In all code.
    Code,
    /// In code for one CPU.
    Cpu,
}

/// How far from the truth a result may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Error {
    /// So many representable numbers.
    Ulps(u32),
    /// So many, or what roundings of the op's parts add up to.
    Parts(u32),
    /// What roundings add up to in any order of the additions.
    AnyOrder,
}

/// A promise about ops.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    pub(crate) ops: Vec<OpKind>,
    pub(crate) types: Vec<DType>,
    pub(crate) same: Same,
    pub(crate) error: Error,
}

/// An op, what it gets, and what it gives.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// The op and its element types: `cast f64 i8`.
    pub(crate) op: String,
    pub(crate) operands: Vec<String>,
    pub(crate) result: String,
}

/// What the page says.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) promises: Vec<Promise>,
    pub(crate) examples: Vec<Example>,
}

const PROMISES: [&str; 4] = ["ops", "element types", "same bits", "error"];
const EXAMPLES: [&str; 3] = ["op", "of", "is"];

impl Page {
    /// Reads the page.
    pub(crate) fn read(text: &str) -> Result<Page, String> {
        let mut page = Page { promises: vec![], examples: vec![] };
        let mut head: Vec<String> = vec![];
        for (number, line) in text.lines().enumerate() {
            let Some(inner) = line.strip_prefix('|').and_then(|l| l.trim_end().strip_suffix('|')) else {
                head.clear();
                continue;
            };
            let cells: Vec<String> = inner.split('|').map(|c| c.trim().replace('`', "")).collect();
            if head.is_empty() {
                head = cells;
                continue;
            }
            if cells.iter().all(|c| c.chars().all(|c| matches!(c, '-' | ':'))) {
                continue;
            }
            let wrong = |why: String| format!("docs/semantics.md:{}: {why}", number + 1);
            if head == PROMISES {
                page.promises.push(promise(&cells).map_err(wrong)?);
            } else if head == EXAMPLES {
                let [op, of, is] = cells.as_slice() else { return Err(wrong("not three cells".into())) };
                let operands = parts(of);
                page.examples.push(Example { op: op.clone(), operands, result: is.clone() });
            }
        }
        if page.promises.is_empty() || page.examples.is_empty() {
            return Err("docs/semantics.md has no promises or no examples".into());
        }
        Ok(page)
    }
}

/// Operands between commas; those of a tensor stand in brackets.
fn parts(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut depth = 0;
    for c in text.chars() {
        depth += i32::from(c == '[') - i32::from(c == ']');
        match (c, all.last_mut()) {
            (',', _) if depth == 0 => all.push(String::new()),
            (c, Some(last)) => last.push(c),
            _ => {}
        }
    }
    all.iter().map(|s| s.trim().to_owned()).collect()
}

fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([' ', ',']).filter(|w| !w.is_empty())
}

fn promise(cells: &[String]) -> Result<Promise, String> {
    let [ops, types, same, error] = cells else { return Err(format!("{} cells", cells.len())) };
    let ops = words(ops).map(op).collect::<Result<Vec<_>, String>>()?;
    let mut found = vec![];
    for word in words(types) {
        found.extend(element_types(word)?);
    }
    let same = match same.as_str() {
        "everywhere" => Same::Everywhere,
        "code" => Same::Code,
        "one CPU" => Same::Cpu,
        other => return Err(format!("same bits {other:?}")),
    };
    let count = |text: &str| text.parse::<u32>().map_err(|e| format!("error {text:?}: {e}"));
    let error = match (error.as_str(), error.strip_suffix(" or parts")) {
        ("any order", _) => Error::AnyOrder,
        (_, Some(n)) => Error::Parts(count(n)?),
        (n, None) => Error::Ulps(count(n)?),
    };
    Ok(Promise { ops, types: found, same, error })
}

/// An op by name.
pub(crate) fn op(name: &str) -> Result<OpKind, String> {
    let found = OpKind::ALL.into_iter().find(|k| k.row().mnemonic == name);
    found.filter(|k| k.row().semantics != Semantics::Foreign).ok_or_else(|| format!("no op {name:?}"))
}

/// An element type by name.
pub(crate) fn element_type(word: &str) -> Result<DType, String> {
    DType::from_mlir(word).ok_or_else(|| format!("no element type {word:?}"))
}

/// An element type, or all of a class.
fn element_types(word: &str) -> Result<Vec<DType>, String> {
    let classes = [DTypeClass::Float, DTypeClass::Int, DTypeClass::Bool, DTypeClass::Number, DTypeClass::Any];
    if let Some(class) = classes.into_iter().find(|c| c.name() == word) {
        return Ok(DType::ALL.into_iter().filter(|d| class.contains(*d)).collect());
    }
    Ok(vec![element_type(word)?])
}
