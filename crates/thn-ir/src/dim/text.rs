//! How dims are written and read.

use super::{Dim, DimVisitor, Symbol};
use std::fmt;

impl Symbol {
    /// Whether a text can stand for a symbol in a dim expression.
    pub fn is_name(text: &str) -> bool {
        text.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && text.chars().all(is_part_of_name)
            && !matches!(text, "max" | "min")
    }

    /// A name as dim expressions can spell it: with `_` for what is no part of names.
    pub fn spellable(name: &str) -> String {
        if Symbol::is_name(name) {
            return name.to_string();
        }
        let spelled: String = name.chars().map(|c| if is_part_of_name(c) { c } else { '_' }).collect();
        if Symbol::is_name(&spelled) { spelled } else { format!("_{spelled}") }
    }
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

impl Dim {
    /// Parses the spelling that [`fmt::Display`] prints, looking symbols up by name.
    ///
    /// # Errors
    ///
    /// What is not understood, with its offset, and names that `symbol` does not know.
    pub fn parse(text: &str, symbol: &mut dyn FnMut(&str) -> Option<Symbol>) -> Result<Dim, String> {
        let mut p = Parser { text, at: 0, symbol, depth: 0 };
        let dim = p.sum()?;
        p.space();
        if p.at < text.len() {
            return Err(format!("unexpected `{}` in dim expression `{text}`", &text[p.at..]));
        }
        Ok(dim)
    }
}

/// Reads `sum := ['-'] term (('+' | '-') term)*`, `term := factor (('*' | '//' | '%') factor)*`,
/// `factor := number | name | '(' sum ')' | ('max' | 'min') '(' sum ',' sum ')'`.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    symbol: &'a mut dyn FnMut(&str) -> Option<Symbol>,
    depth: usize,
}

/// How deep parentheses may nest: an operation inside another has its own and perhaps those of a sum.
const DEPTH: usize = 2 * Dim::MAX_DEPTH + 2;

impl Parser<'_> {
    fn space(&mut self) {
        while self.text[self.at..].starts_with(' ') {
            self.at += 1;
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn fail<T>(&self, expected: &str) -> Result<T, String> {
        Err(format!("expected {expected} at offset {} of dim expression `{}`", self.at, self.text))
    }

    fn sum(&mut self) -> Result<Dim, String> {
        if self.depth == DEPTH {
            return Err(format!("a dim expression nests at most {DEPTH} deep"));
        }
        self.depth += 1;
        let sum = self.terms();
        self.depth -= 1;
        sum
    }

    fn terms(&mut self) -> Result<Dim, String> {
        let mut out = if self.eat("-") { Dim::from(0) - self.term()? } else { self.term()? };
        loop {
            if self.eat("+") {
                out = out + self.term()?;
            } else if self.eat("-") {
                out = out - self.term()?;
            } else {
                return Ok(out);
            }
        }
    }

    fn term(&mut self) -> Result<Dim, String> {
        let mut out = self.factor()?;
        loop {
            if self.eat("*") {
                out = out * self.factor()?;
            } else if self.eat("//") {
                out = out.floor_div(&self.factor()?);
            } else if self.eat("%") {
                out = out.modulo(&self.factor()?);
            } else {
                return Ok(out);
            }
        }
    }

    fn factor(&mut self) -> Result<Dim, String> {
        if self.eat("(") {
            let inner = self.sum()?;
            return if self.eat(")") { Ok(inner) } else { self.fail("`)`") };
        }
        self.space();
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !is_part_of_name(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        if word.is_empty() {
            return self.fail("a number or a name");
        }
        self.at += length;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().map(|n: i64| n.into()).or_else(|_| self.fail("a 64-bit number"));
        }
        if (word == "max" || word == "min") && self.eat("(") {
            let a = self.sum()?;
            if !self.eat(",") {
                return self.fail("`,`");
            }
            let b = self.sum()?;
            if !self.eat(")") {
                return self.fail("`)`");
            }
            return Ok(if word == "max" { Dim::max(&a, &b) } else { Dim::min(&a, &b) });
        }
        match (self.symbol)(word) {
            Some(s) => Ok(s.into()),
            None => Err(format!("unknown dim `{word}` in `{}`", self.text)),
        }
    }
}

/// A printed subexpression and how tightly it binds: 0 sum, 1 product, 2 atom.
struct Printed(String, u8);

struct Print;

impl Print {
    fn at_least(p: Printed, level: u8) -> String {
        if p.1 < level { format!("({})", p.0) } else { p.0 }
    }
}

impl DimVisitor for Print {
    type Out = Printed;
    fn constant(&mut self, value: i64) -> Printed {
        Printed(value.to_string(), if value < 0 { 0 } else { 2 })
    }
    fn symbol(&mut self, symbol: &Symbol) -> Printed {
        Printed(symbol.name.to_string(), 2)
    }
    fn add(&mut self, mut a: Printed, b: Printed) -> Printed {
        // The sum so far grows in place, so that a long one takes linear time.
        let (sign, part) = b.0.strip_prefix('-').map_or((" + ", b.0.as_str()), |positive| (" - ", positive));
        a.0.extend([sign, part]);
        Printed(a.0, 0)
    }
    fn mul(&mut self, a: Printed, b: Printed) -> Printed {
        // A leading coefficient of -1 or -2 prints as `-N`, `-2*N`.
        if a.0 == "-1" {
            return Printed(format!("-{}", Print::at_least(b, 2)), 0);
        }
        let negative = a.0.starts_with('-');
        let mut product = if negative { a.0 } else { Print::at_least(a, 1) };
        product.extend(["*", &Print::at_least(b, 2)]);
        Printed(product, u8::from(!negative))
    }
    fn floor_div(&mut self, a: Printed, b: Printed) -> Printed {
        Printed(format!("({}//{})", Print::at_least(a, 2), Print::at_least(b, 2)), 2)
    }
    fn modulo(&mut self, a: Printed, b: Printed) -> Printed {
        Printed(format!("({}%{})", Print::at_least(a, 2), Print::at_least(b, 2)), 2)
    }
    fn max(&mut self, a: Printed, b: Printed) -> Printed {
        Printed(format!("max({}, {})", a.0, b.0), 2)
    }
    fn min(&mut self, a: Printed, b: Printed) -> Printed {
        Printed(format!("min({}, {})", a.0, b.0), 2)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.visit(&mut Print).0)
    }
}
