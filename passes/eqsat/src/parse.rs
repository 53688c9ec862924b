//! Reads rule files and checks them against the op table.
//!
//! Errors name file, line and column. The format is described in `rules/README.md`.

use crate::{
    Class, attributes, conditions,
    pattern::{Argument, Guard, Number, Pattern, PayloadPattern, Rule},
};
use std::collections::BTreeSet;
use thn_ir::{OpKind, OpRow, Semantics};

/// All rules of a file. Names must be new to `taken`, which receives them.
pub(crate) fn parse_file(file: &str, text: &str, taken: &mut BTreeSet<String>) -> Result<Vec<Rule>, String> {
    let mut section: Option<Section> = None;
    let mut rules = vec![];
    for (number, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or_default();
        let place = format!("{file}:{}", number + 1);
        let start = code.len() - code.trim_start().len();
        let code = code.trim();
        if code.is_empty() {
            continue;
        }
        if let Some(header) = code.strip_prefix('[') {
            section = Some(Section::parse(header).map_err(|e| format!("{place}: {e}"))?);
            continue;
        }
        let Some(section) = &section else {
            return Err(format!("{place}: a rule stands before the first [family class]"));
        };
        let (name, body) = code
            .split_once(" : ")
            .ok_or_else(|| format!("{place}: a rule is written `name : left => right`"))?;
        let name = name.trim().to_string();
        if !taken.insert(name.clone()) {
            return Err(format!("{place}: there is another rule `{name}`"));
        }
        let at = start + code.len() - body.len();
        let rule = parse_rule(name, body, place.clone(), section)
            .map_err(|(column, e)| format!("{place}:{}: {e}", at + column + 1))?;
        rules.push(rule);
    }
    Ok(rules)
}

struct Section {
    family: String,
    class: Class,
    better: bool,
    expand: bool,
}

impl Section {
    fn parse(header: &str) -> Result<Section, String> {
        let inner = header.strip_suffix(']').ok_or("a section header ends with `]`")?;
        let mut words = inner.split_whitespace();
        let family = words.next().ok_or("a section header names a family")?.to_string();
        let class = words.next().ok_or("a section header names a class")?;
        let class = Class::from_name(class).ok_or_else(|| format!("`{class}` is not a class of rules"))?;
        let mut section = Section { family, class, better: false, expand: false };
        for word in words {
            match word {
                "better" => section.better = true,
                "expand" => section.expand = true,
                other => return Err(format!("`{other}` is neither `better` nor `expand`")),
            }
        }
        Ok(section)
    }
}

/// Byte offset in the rule's text, and what is wrong there.
type Fault = (usize, String);

fn parse_rule(name: String, body: &str, place: String, section: &Section) -> Result<Rule, Fault> {
    let mut p = Parser { text: body, at: 0, vars: vec![], rests: vec![], payloads: vec![], right: false };
    let left = p.pattern()?;
    p.expect("=>")?;
    p.right = true;
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
    let rule = Rule {
        name,
        text: body.split_whitespace().collect::<Vec<_>>().join(" "),
        place,
        family: section.family.clone(),
        class: section.class,
        better: section.better,
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

    fn variable(&mut self, names: fn(&mut Self) -> &mut Vec<String>, name: &str) -> usize {
        position(names(self), name)
    }

    fn pattern(&mut self) -> Result<Pattern, Fault> {
        self.space();
        let start = self.at;
        if self.eat("(") {
            return self.application(start);
        }
        if self.eat("?") {
            let name = self.word();
            if name.is_empty() || name.ends_with("...") {
                return Err((start, format!("`?{name}` does not name one tensor here")));
            }
            return Ok(Pattern::Var(self.variable(|p| &mut p.vars, name)));
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
            if rest.is_some() {
                return Err((self.at, "a rest variable comes last".into()));
            }
            let at = self.at;
            if self.text[at..].starts_with('?') {
                let word = {
                    self.at += 1;
                    self.word()
                };
                if let Some(name) = word.strip_suffix("...") {
                    if !matches!(kind, OpKind::Add | OpKind::Mul) {
                        return Err((at, "only sums and products have a rest".into()));
                    }
                    rest = Some(self.variable(|p| &mut p.rests, name));
                    continue;
                }
                self.at = at;
            }
            args.push(self.pattern()?);
        }
        let expected = row.operands.len();
        let fits = match (rest, kind) {
            (Some(_), _) => true,
            (None, OpKind::Add | OpKind::Mul) => args.len() >= 2,
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
            return Ok(PayloadPattern::Var(self.variable(|p| &mut p.payloads, name)));
        }
        if !self.right {
            return Err((start, "functions of payloads stand on the right side".into()));
        }
        let function = attributes::FUNCTIONS
            .iter()
            .position(|f| f.name == name)
            .ok_or_else(|| (start, format!("`{name}` is not a function of payloads")))?;
        let mut args = vec![];
        loop {
            self.space();
            let at = self.at;
            if !self.eat("@") {
                return Err((at, "a payload is expected here".into()));
            }
            let name = self.word();
            args.push(self.variable(|p| &mut p.payloads, name));
            self.space();
            if self.eat(")") {
                break;
            }
            self.expect(",")?;
        }
        if args.len() != attributes::FUNCTIONS[function].arity {
            let arity = attributes::FUNCTIONS[function].arity;
            return Err((start, format!("`{name}` takes {arity} payloads, {} are given", args.len())));
        }
        Ok(PayloadPattern::Apply(function, args))
    }

    fn guard(&mut self) -> Result<Guard, Fault> {
        let start = self.at;
        let name = self.word();
        let condition = conditions::CONDITIONS
            .iter()
            .position(|c| c.name == name)
            .ok_or_else(|| (start, format!("`{name}` is not a condition")))?;
        self.expect("(")?;
        let mut args = vec![];
        loop {
            self.space();
            let at = self.at;
            if self.eat("@") {
                let name = self.word();
                args.push(Argument::Payload(self.variable(|p| &mut p.payloads, name)));
            } else if self.eat("?") {
                let name = self.word();
                args.push(match name.strip_suffix("...") {
                    Some(rest) => Argument::Rest(self.variable(|p| &mut p.rests, rest)),
                    None => Argument::Var(self.variable(|p| &mut p.vars, name)),
                });
            } else {
                return Err((at, "a condition takes ?variables and @payloads".into()));
            }
            self.space();
            if self.eat(")") {
                break;
            }
            self.expect(",")?;
        }
        let form = conditions::CONDITIONS[condition].form;
        let fits = form.len() == args.len() && form.chars().zip(&args).all(|(f, a)| f == a.letter());
        if !fits {
            return Err((start, format!("the arguments of `{name}` have the form `{form}`")));
        }
        Ok(Guard { condition, args })
    }
}

impl Argument {
    /// `x` for a tensor or a rest, `p` for a payload: how conditions spell what they take.
    fn letter(&self) -> char {
        match self {
            Argument::Var(_) | Argument::Rest(_) => 'x',
            Argument::Payload(_) => 'p',
        }
    }
}

#[cfg(test)]
mod tests {
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
            ("[canonicalize exactly]", "a.rules:1: `exactly` is not a class of rules"),
            ("[canonicalize exact fast]", "a.rules:1: `fast` is neither `better` nor `expand`"),
            ("x : (neg ?x) => ?x", "a.rules:1: a rule stands before the first [family class]"),
            ("[a exact]\nx (neg ?x) => ?x", "a.rules:2: a rule is written `name : left => right`"),
            ("[a exact]\nx : (negate ?x) => ?x", "a.rules:2:5: `negate` is not an op"),
            ("[a exact]\nx : (neg ?x ?y) => ?x", "a.rules:2:5: `neg` takes 1 operands, 2 are given"),
            ("[a exact]\nx : (neg ?x) => ?y", "a.rules:2:5: `?y` is not bound by the left side"),
            ("[a exact]\nx : (sum ?x) => ?x", "a.rules:2:5: `sum` needs a payload: write `@...`"),
            ("[a exact]\nx : (neg@A ?x) => ?x", "a.rules:2:5: `neg` has no attributes: drop `@...`"),
            ("[a exact]\nx : (sub ?x ?ys...) => ?x", "a.rules:2:13: only sums and products have a rest"),
            ("[a exact]\nx : (neg ?x) => ?x if tiny(?x)", "a.rules:2:23: `tiny` is not a condition"),
            (
                "[a exact]\nx : (neg ?x) => ?x if whole(?x)",
                "a.rules:2:23: the arguments of `whole` have the form `p`",
            ),
            ("[a exact]\nx : (neg ?x) => ?x also", "a.rules:2:20: unexpected `also`"),
            ("[a exact]\nx : 1 => 1", "a.rules:2:5: the left side is an op"),
            ("[a exact]\nx : (neg ?x) => ?x\nx : (abs ?x) => ?x", "a.rules:3: there is another rule `x`"),
            (
                "[a exact]\nx : (sum@A ?x) => (sum@whole(@A) ?x)",
                "a.rules:2:23: `whole` is not a function of payloads",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(parse(text).unwrap_err(), message, "{text}");
        }
    }
}
