//! Reads rule files and checks them against the op table.
//!
//! Errors name file, line and column. The format is described in `rules/README.md`.

mod families;

use crate::rule::{
    class::Class,
    functions, guards,
    pattern::{Argument, Guard, Number, Pattern, PayloadPattern, Rule},
};
use std::collections::BTreeSet;
use thn_ir::{OpKind, OpRow, Semantics};

/// Larger files are refused.
const MAX_BYTES: usize = 1 << 20;
/// Patterns with more levels are refused: they are walked by recursion.
const MAX_DEPTH: usize = 40;
/// Patterns with more parts are refused: matching tries combinations of them.
const MAX_PARTS: usize = 80;
/// Sums and products with more operands are refused; the optimizer makes none to match them.
const MAX_OPERANDS: usize = 8;

/// All rules of a file. Names must be new to `taken`, which receives them.
pub fn parse_file(file: &str, text: &str, taken: &mut BTreeSet<String>) -> Result<Vec<Rule>, String> {
    if text.len() > MAX_BYTES {
        let size = text.len();
        return Err(format!(
            "{file}:1:1: error: the file has {size} bytes; rule files have at most {MAX_BYTES}"
        ));
    }
    let mut section = None;
    let mut rules = vec![];
    for (number, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or_default().trim_end();
        let start = code.len() - code.trim_start().len();
        let place = format!("{file}:{}", number + 1);
        let code = &code[start..];
        let fault = |(offset, e): Fault| {
            let before = line.get(..start + offset).unwrap_or(line).chars().count();
            format!("{place}:{}: error: {e}", before + 1)
        };
        for (line, ops) in families::lines(code).map_err(fault)? {
            let rule = parse_line(&line, &place, &mut section, taken).map_err(|(offset, e)| {
                match ops.as_slice() {
                    [] => fault((offset, e)),
                    ops => fault((0, format!("as `{line}`, of {}: {e}", ops.join(" and ")))),
                }
            })?;
            rules.extend(rule);
        }
    }
    Ok(rules)
}

/// A line without comment: a section header, which replaces `section`, a rule, or nothing.
fn parse_line(
    code: &str,
    place: &str,
    section: &mut Option<Section>,
    taken: &mut BTreeSet<String>,
) -> Result<Option<Rule>, Fault> {
    if let Some(header) = code.strip_prefix('[') {
        *section = Some(Section::parse(header).map_err(|e| (0, e))?);
        return Ok(None);
    }
    if code.is_empty() {
        return Ok(None);
    }
    let Some(section) = section else {
        return Err((0, "a rule stands before the first [family class]".into()));
    };
    let Some((name, body)) = code.split_once(" : ") else {
        return Err((0, "a rule is written `name : left => right`".into()));
    };
    let name = name.trim_end();
    if !is_name(name) {
        return Err((0, format!("`{name}` is not a name of letters, digits, `-` and `_`")));
    }
    if !taken.insert(name.to_string()) {
        return Err((0, format!("there is another rule `{name}`")));
    }
    let at = code.len() - body.len();
    let rule = parse_rule(name.to_string(), body, place.to_string(), section);
    rule.map(Some).map_err(|(offset, e)| (at + offset, e))
}

/// Whether rules and variables may be called this.
fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && name.chars().all(letters)
}

struct Section {
    family: String,
    class: Class,
    better: bool,
    fallback: bool,
    expand: bool,
}

impl Section {
    fn parse(header: &str) -> Result<Section, String> {
        let inner = header.strip_suffix(']').ok_or("a section header ends with `]`")?;
        let mut words = inner.split_whitespace();
        let family = words.next().ok_or("a section header names a family")?;
        if !is_name(family) {
            return Err(format!("`{family}` is not a name of letters, digits, `-` and `_`"));
        }
        let family = family.to_string();
        let class = words.next().ok_or("a section header names a class")?;
        let class = Class::from_name(class).ok_or_else(|| format!("`{class}` is not a class of rules"))?;
        let mut section = Section { family, class, better: false, fallback: false, expand: false };
        for word in words {
            match word {
                "better" => section.better = true,
                "fallback" => (section.better, section.fallback) = (true, true),
                "expand" => section.expand = true,
                other => return Err(format!("`{other}` is none of `better`, `fallback` and `expand`")),
            }
        }
        Ok(section)
    }
}

/// Byte offset in the rule's text, and what is wrong there.
type Fault = (usize, String);

fn parse_rule(name: String, body: &str, place: String, section: &Section) -> Result<Rule, Fault> {
    let mut p = Parser {
        text: body,
        at: 0,
        depth: 0,
        parts: 0,
        vars: vec![],
        rests: vec![],
        payloads: vec![],
        right: false,
    };
    let left = p.pattern()?;
    p.expect("=>")?;
    p.right = true;
    p.space();
    let right_at = p.at;
    let right = p.pattern()?;
    let mut guards = vec![];
    p.space();
    if p.eat("if") {
        while {
            p.space();
            p.at < body.len()
        } {
            guards.push(p.guard()?);
        }
    }
    p.space();
    if p.at < body.len() {
        return Err((p.at, format!("unexpected `{}`", &body[p.at..])));
    }
    if left.root().is_none() {
        return Err((0, "the left side is an op".into()));
    }
    if left == right {
        return Err((right_at, "the right side is the left side".into()));
    }
    if !section.expand && right.walk().contains(&&left) {
        let why = "the right side contains the left side, so that the rule applies without end";
        return Err((right_at, format!("{why}; such rules stand in sections marked `expand`")));
    }
    let rule = Rule {
        name,
        text: body.split_whitespace().collect::<Vec<_>>().join(" "),
        place,
        family: section.family.clone(),
        class: section.class,
        better: section.better,
        fallback: section.fallback,
        expand: section.expand,
        left,
        right,
        guards,
        vars: p.vars,
        rests: p.rests,
        payloads: p.payloads,
    };
    check_bindings(&rule)?;
    Ok(rule)
}

/// Every variable of the right side and of the conditions is bound by the left side.
fn check_bindings(rule: &Rule) -> Result<(), Fault> {
    let mut vars = BTreeSet::new();
    let mut rests = BTreeSet::new();
    let mut payloads = BTreeSet::new();
    for p in rule.left.walk() {
        match p {
            Pattern::Var(v) => {
                vars.insert(*v);
            }
            Pattern::Op { payload, rest, .. } => {
                rests.extend(*rest);
                if let PayloadPattern::Var(v) = payload {
                    payloads.insert(*v);
                }
            }
            Pattern::Rebroadcast { .. } | Pattern::Number(_) => {}
            Pattern::Count { .. } => return Err((0, "`count` stands on the right side".into())),
        }
    }
    let free = |what: &str| Err((0, format!("`{what}` is not bound by the left side")));
    if let Some(v) = (0..rule.vars.len()).find(|v| !vars.contains(v)) {
        return free(&format!("?{}", rule.vars[v]));
    }
    if let Some(v) = (0..rule.rests.len()).find(|v| !rests.contains(v)) {
        return free(&format!("?{}...", rule.rests[v]));
    }
    match (0..rule.payloads.len()).find(|v| !payloads.contains(v)) {
        Some(v) => free(&format!("@{}", rule.payloads[v])),
        None => Ok(()),
    }
}

/// Whether the op says more than its operands.
fn has_payload(row: &OpRow) -> bool {
    !row.attrs.is_empty() || row.shaped
}

fn position(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|n| n == name).unwrap_or_else(|| {
        names.push(name.to_string());
        names.len() - 1
    })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Levels of parentheses around this place.
    depth: usize,
    /// Patterns read so far.
    parts: usize,
    vars: Vec<String>,
    rests: Vec<String>,
    payloads: Vec<String>,
    /// Whether this is the right side.
    right: bool,
}

impl<'a> Parser<'a> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), Fault> {
        self.space();
        if self.eat(token) { Ok(()) } else { Err((self.at, format!("`{token}` is expected here"))) }
    }

    /// The characters up to the next space, parenthesis, comma or `@`.
    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || "(),@".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The position of a variable that was read at `at`.
    fn variable(
        &mut self,
        names: fn(&mut Self) -> &mut Vec<String>,
        name: &str,
        at: usize,
    ) -> Result<usize, Fault> {
        if is_name(name) {
            return Ok(position(names(self), name));
        }
        Err((at, format!("`{name}` is not a name of letters, digits, `-` and `_`")))
    }

    fn pattern(&mut self) -> Result<Pattern, Fault> {
        self.space();
        let start = self.at;
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err((start, format!("the rule has more than {MAX_PARTS} parts")));
        }
        if self.eat("(") {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err((start, format!("the pattern has more than {MAX_DEPTH} levels")));
            }
            let inner = self.application(start);
            self.depth -= 1;
            return inner;
        }
        if self.eat("?") {
            let name = self.word();
            if name.is_empty() || name.ends_with("...") {
                return Err((start, format!("`?{name}` does not name one tensor here")));
            }
            return Ok(Pattern::Var(self.variable(|p| &mut p.vars, name, start)?));
        }
        let word = self.word();
        match word.parse::<f64>() {
            Ok(x) => Ok(Pattern::Number(Number(x))),
            Err(_) => Err((start, format!("`{word}` is neither a number, ?variable nor (op ...)"))),
        }
    }

    fn application(&mut self, start: usize) -> Result<Pattern, Fault> {
        let name = self.word();
        if matches!(name, "rebroadcast" | "count") {
            return self.axes_form(name);
        }
        let kind = OpKind::ALL
            .iter()
            .copied()
            .find(|k| k.row().mnemonic == name)
            .ok_or_else(|| (start, format!("`{name}` is not an op")))?;
        let row = kind.row();
        if row.regions > 0 || matches!(row.semantics, Semantics::Foreign) {
            return Err((start, format!("`{name}` cannot stand in a rule")));
        }
        let payload = self.payload()?;
        if (payload == PayloadPattern::None) == has_payload(row) {
            let wants = if has_payload(row) { "needs a payload: write" } else { "has no attributes: drop" };
            return Err((start, format!("`{name}` {wants} `@...`")));
        }
        let mut args = vec![];
        let mut rest = None;
        loop {
            self.space();
            if self.eat(")") {
                break;
            }
            let at = self.at;
            if at >= self.text.len() {
                return Err((start, format!("the parenthesis before `{name}` is not closed")));
            }
            if rest.is_some() {
                return Err((at, "a rest variable comes last".into()));
            }
            if self.text[at..].starts_with('?') {
                let word = {
                    self.at += 1;
                    self.word()
                };
                if let Some(name) = word.strip_suffix("...") {
                    if !kind.is_multiset() {
                        return Err((
                            at,
                            format!("`{}` has no rest: its operands are no multiset", row.mnemonic),
                        ));
                    }
                    rest = Some(self.variable(|p| &mut p.rests, name, at)?);
                    continue;
                }
                self.at = at;
            }
            args.push(self.pattern()?);
        }
        if args.len() > MAX_OPERANDS {
            return Err((start, format!("`{name}` has more than {MAX_OPERANDS} operands")));
        }
        let expected = row.operands.len();
        let fits = match (rest, kind) {
            (Some(_), _) => true,
            (None, kind) if kind.is_multiset() => args.len() >= 2,
            (None, _) => args.len() == expected && !row.operands.iter().any(|o| o.variadic),
        };
        if !fits {
            return Err((start, format!("`{name}` takes {expected} operands, {} are given", args.len())));
        }
        Ok(Pattern::Op { kind, payload, args, rest })
    }

    /// `(rebroadcast@A part ?like)` or `(count@A ?like)`.
    fn axes_form(&mut self, name: &str) -> Result<Pattern, Fault> {
        let at = self.at;
        let PayloadPattern::Var(axes) = self.payload()? else {
            return Err((at, format!("`{name}` needs axes: write `{name}@A`")));
        };
        if name == "count" {
            self.space();
            let at = self.at;
            let like = match self.payload()? {
                PayloadPattern::Var(payload) => Argument::Payload(payload),
                PayloadPattern::None => Argument::Var(self.shape_variable(name)?),
                PayloadPattern::Apply(..) => {
                    return Err((at, "`count` takes a variable or a payload".into()));
                }
            };
            self.expect(")")?;
            return Ok(Pattern::Count { axes, like });
        }
        let part = Box::new(self.pattern()?);
        let like = self.shape_variable(name)?;
        self.expect(")")?;
        Ok(Pattern::Rebroadcast { axes, part, like })
    }

    /// A variable that stands for its shape.
    fn shape_variable(&mut self, op: &str) -> Result<usize, Fault> {
        self.space();
        let at = self.at;
        match self.pattern()? {
            Pattern::Var(like) => Ok(like),
            _ => Err((at, format!("the last operand of `{op}` is a variable whose shape it has"))),
        }
    }

    fn payload(&mut self) -> Result<PayloadPattern, Fault> {
        let start = self.at;
        if !self.eat("@") {
            return Ok(PayloadPattern::None);
        }
        let name = self.word();
        if !self.eat("(") {
            if name.is_empty() {
                return Err((start, "`@` names a payload".into()));
            }
            return Ok(PayloadPattern::Var(self.variable(|p| &mut p.payloads, name, start)?));
        }
        if !self.right {
            return Err((start, "functions of payloads stand on the right side".into()));
        }
        let function = functions::FUNCTIONS
            .iter()
            .position(|f| f.name == name)
            .ok_or_else(|| (start, format!("`{name}` is not a function of payloads")))?;
        let mut args = vec![];
        loop {
            self.space();
            if args.is_empty() && self.eat(")") {
                break;
            }
            let at = self.at;
            if !self.eat("@") {
                return Err((at, "a payload is expected here".into()));
            }
            let name = self.word();
            args.push(self.variable(|p| &mut p.payloads, name, at)?);
            self.space();
            if self.eat(")") {
                break;
            }
            self.expect(",")?;
        }
        if args.len() != functions::FUNCTIONS[function].arity {
            let arity = functions::FUNCTIONS[function].arity;
            return Err((start, format!("`{name}` takes {arity} payloads, {} are given", args.len())));
        }
        Ok(PayloadPattern::Apply(function, args))
    }

    fn guard(&mut self) -> Result<Guard, Fault> {
        let start = self.at;
        let name = self.word();
        let condition = guards::CONDITIONS
            .iter()
            .position(|c| c.name == name)
            .ok_or_else(|| (start, format!("`{name}` is not a condition")))?;
        self.expect("(")?;
        let (mut args, mut numbers, mut form) = (vec![], vec![], String::new());
        loop {
            self.space();
            let at = self.at;
            if self.eat("@") {
                let name = self.word();
                args.push(Argument::Payload(self.variable(|p| &mut p.payloads, name, at)?));
                form.push('p');
            } else if self.eat("?") {
                let name = self.word();
                args.push(match name.strip_suffix("...") {
                    Some(rest) => Argument::Rest(self.variable(|p| &mut p.rests, rest, at)?),
                    None => Argument::Var(self.variable(|p| &mut p.vars, name, at)?),
                });
                form.push('x');
            } else {
                let number = self.word().parse().ok().filter(|x: &f64| !x.is_nan());
                let what = "a condition takes ?variables, @payloads and numbers other than NaN";
                numbers.push(number.ok_or_else(|| (at, what.into()))?);
                form.push('n');
            }
            self.space();
            if self.eat(")") {
                break;
            }
            self.expect(",")?;
        }
        let wanted = guards::CONDITIONS[condition].form;
        if form != wanted {
            return Err((start, format!("the arguments of `{name}` have the form `{wanted}`")));
        }
        Ok(Guard { condition, args, numbers })
    }
}

#[cfg(test)]
mod tests;
