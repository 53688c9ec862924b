//! Expressions as text, for people and tests.

use thn_ir::{Arg, Builder, DType, Error, Func, Loc, OpKind, Res, TensorType, Value};

/// Levels of parentheses that are read.
const DEEPEST: usize = 200;

/// A program of rank-0 arguments from an expression such as `(sub (sqrt (add x 1)) (sqrt x))`: ops of the table with
/// their operands, numbers, and names, which become arguments in the order of their first appearance.
pub fn parse(text: &str, dtype: DType) -> Result<Func, Error> {
    let mut parser = Parser { text, at: 0, func: Func::new("expression"), dtype, names: vec![] };
    // Arguments come before ops, so names are collected first.
    for word in text.split(|c: char| c.is_whitespace() || "()".contains(c)).filter(|w| !w.is_empty()) {
        let known = parser.names.iter().any(|(name, _)| name == word);
        if !known && op(word).is_none() && word.parse::<f64>().is_err() {
            let arg = Arg { name: Some(word.into()), ..Arg::default() };
            let value = parser.func.add_arg(TensorType::scalar(dtype), arg);
            parser.names.push((word.to_string(), value));
        }
    }
    let result = parser.expression(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.error(format!("unexpected `{}`", &text[parser.at..])));
    }
    parser.func.add_result(result, Res::default());
    Ok(parser.func)
}

fn op(name: &str) -> Option<OpKind> {
    OpKind::ALL.iter().copied().find(|k| k.row().mnemonic == name && k.row().is_elementwise())
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    func: Func,
    dtype: DType,
    names: Vec<(String, Value)>,
}

impl<'a> Parser<'a> {
    fn error(&self, message: String) -> Error {
        Error::input(format!("column {}: {message}", self.at + 1))
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || "()".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expression(&mut self, depth: usize) -> Result<Value, Error> {
        self.space();
        if depth > DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} parentheses are open")));
        }
        if !self.text[self.at..].starts_with('(') {
            let start = self.at;
            let word = self.word();
            if let Some((_, value)) = self.names.iter().find(|(name, _)| name == word) {
                return Ok(*value);
            }
            let Ok(x) = word.parse::<f64>() else {
                self.at = start;
                return Err(self.error(format!("`{word}` is neither a number, a name nor (op ...)")));
            };
            return Builder::new(&mut self.func, Func::BODY, Loc::Unknown).number(self.dtype, x);
        }
        self.at += 1;
        let start = self.at;
        let name = self.word();
        let Some(kind) = op(name) else {
            self.at = start;
            return Err(self.error(format!("`{name}` is not an elementwise op")));
        };
        let mut operands = vec![];
        loop {
            self.space();
            if self.text[self.at..].starts_with(')') {
                self.at += 1;
                break;
            }
            if self.at == self.text.len() {
                return Err(self.error("`)` is missing".into()));
            }
            operands.push(self.expression(depth + 1)?);
        }
        let expected = kind.row().operands.len();
        if operands.len() != expected {
            self.at = start;
            let given = operands.len();
            return Err(self.error(format!("`{name}` takes {expected} operands, {given} are given")));
        }
        Builder::new(&mut self.func, Func::BODY, Loc::Unknown).map(kind, &operands)
    }
}
