//! Reads lists of problems: `name | variable low high ... | expression`, one in a line; `#` starts a comment.

use thn_accuracy::{Range, parse};
use thn_ir::{DType, Error, Func};

/// An expression and where it is used.
pub(crate) struct Problem {
    pub(crate) name: String,
    ranges: Vec<(String, Range)>,
    expression: String,
}

impl Problem {
    /// The program, and the ranges of its arguments.
    pub(crate) fn program(&self) -> Result<(Func, Vec<Range>), Error> {
        let func = parse(&self.expression, DType::F64)?;
        let range = |name: String| {
            self.ranges.iter().find(|(n, _)| *n == name).map_or(Range::ALL, |(_, range)| *range)
        };
        let ranges = func.body().args.iter().map(|a| range(func.describe(*a))).collect();
        Ok((func, ranges))
    }
}

/// The text of a list by its name.
pub(crate) fn suite(name: &str) -> Option<&'static str> {
    match name {
        "hamming" => Some(include_str!("hamming.txt")),
        "others" => Some(include_str!("others.txt")),
        _ => None,
    }
}

/// Every problem of a list.
pub(crate) fn problems(text: &str) -> Result<Vec<Problem>, String> {
    let mut out = vec![];
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| format!("line {}: {what}", i + 1);
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, ranges, expression] = parts.as_slice() else {
            return Err(wrong("a problem has three parts"));
        };
        let words: Vec<&str> = ranges.split_whitespace().collect();
        let mut bounds = vec![];
        for range in words.chunks(3) {
            let [variable, low, high] = range else {
                return Err(wrong("a range has a variable and two bounds"));
            };
            let number = |text: &str| text.parse().map_err(|_| wrong("a bound is a number"));
            bounds.push((variable.to_string(), Range { low: number(low)?, high: number(high)? }));
        }
        out.push(Problem { name: name.to_string(), ranges: bounds, expression: expression.to_string() });
    }
    Ok(out)
}
