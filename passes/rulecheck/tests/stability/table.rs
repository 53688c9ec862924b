//! Reads `*.table`: expressions that lose digits as they are written, and how few the optimizer lets them lose.
//!
//! ```text
//! the logarithm of 1 - erf(x)
//!     r from -1e5 to 1e5
//!     truth (sub (log (erfcx r)) (sqr r))
//!     (log (sub 1 (erf r)))                    64 to 2
//!     grad r (log (add 1 (neg (erf r))))       64 to 4 finite
//! ```
//!
//! A kind is a line that is not indented. Below it stand the ranges that its arguments are sampled in, which may be open
//! to the ends of the format (`-inf`, `inf`); `apart A` if the first two arguments may not be closer to each other than that part
//! of the larger; if the exact arithmetic of the oracle does not reach, another expression for the truth; and the
//! spellings, as `thn_rulecheck::expression` reads them, each with the bits that it loses as written at some point, and the
//! most that it may lose at any point once it is optimized. `grad r` stands for the gradient by `r`. Without `finite` the
//! second number holds for both sets of options, with and without rules of class `finite`.

use thn_rulecheck::expression::{Line, lines};

/// Expressions of one kind.
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) ranges: Vec<Range>,
    /// How far apart the first two arguments are, as a part of the larger.
    pub(crate) apart: f64,
    pub(crate) truth: Option<String>,
    pub(crate) spellings: Vec<Spelling>,
}

/// The numbers that an argument is sampled from.
pub(crate) struct Range {
    pub(crate) argument: String,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// An expression, and the bits that it loses.
pub(crate) struct Spelling {
    pub(crate) place: String,
    pub(crate) text: String,
    /// The argument by which the gradient of it is meant.
    pub(crate) by: Option<String>,
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// Whether it takes rules of class `finite`.
    pub(crate) finite: bool,
}

/// The kinds of a file. Panics with the place of what cannot be read: a test reads these files.
pub(crate) fn parse(file: &str, text: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = vec![];
    for Line { place, text: code, indented } in lines(file, text) {
        if !indented {
            let name = code.to_string();
            kinds.push(Kind { name, ranges: vec![], apart: 0.0, truth: None, spellings: vec![] });
            continue;
        }
        let kind = kinds.last_mut().unwrap_or_else(|| panic!("{place}: of no kind"));
        let bits =
            |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{place}: `{text}` is no number"));
        let words: Vec<&str> = code.split_whitespace().collect();
        match words.as_slice() {
            [argument, "from", low, "to", high] => {
                kind.ranges.push(Range { argument: (*argument).into(), low: bits(low), high: bits(high) });
            }
            ["apart", part] => kind.apart = bits(part),
            ["truth", ..] => kind.truth = Some(code["truth".len()..].trim().into()),
            [.., before, "to", after] | [.., before, "to", after, "finite"] => {
                let end = code.rfind(')').unwrap_or_else(|| panic!("{place}: no expression"));
                let (mut text, mut by) = (&code[..=end], None);
                if let ["grad", argument, ..] = words.as_slice() {
                    by = Some((*argument).into());
                    text = &text[text.find('(').unwrap_or(0)..];
                }
                kind.spellings.push(Spelling {
                    place: place.clone(),
                    text: text.into(),
                    by,
                    before: bits(before),
                    after: bits(after),
                    finite: code.ends_with("finite"),
                });
            }
            _ => panic!("{place}: neither a range nor a spelling with its bits"),
        }
    }
    kinds
}
