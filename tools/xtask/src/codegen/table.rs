//! Checked rows as Rust.

use super::{row::Row, sexpr::Sexpr};
use std::fmt::Write;

/// Which names an expression may use.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Field {
    Formula,
    Expand,
    Partial,
}

pub(super) struct Table<'a> {
    pub(super) rows: &'a [Row],
    pub(super) real: &'a [(String, usize)],
}

impl Table<'_> {
    fn find(&self, mnemonic: &str) -> Option<&Row> {
        self.rows.iter().find(|r| r.mnemonic == mnemonic)
    }

    /// Checks one expression and gives its Rust.
    fn expression(&self, row: &Row, field: &str, kind: Field, text: &str) -> Result<String, String> {
        let fail = |(at, what): (usize, String)| row.error(field, at, &what);
        let mut parsed = Sexpr::parse_all(text).map_err(fail)?;
        if parsed.len() != 1 {
            return Err(row.error(field, 0, &format!("one expression expected, {} found", parsed.len())));
        }
        self.emit(row, kind, &parsed.remove(0), &mut vec![]).map_err(fail)
    }

    fn emit(
        &self,
        row: &Row,
        kind: Field,
        e: &Sexpr,
        locals: &mut Vec<String>,
    ) -> Result<String, (usize, String)> {
        match e {
            Sexpr::Atom(at, text) => {
                if text == "?result" && kind == Field::Partial {
                    return Ok("Expr::Result".into());
                }
                if let Some(depth) = locals.iter().rposition(|l| l == text) {
                    return Ok(format!("Expr::Local({depth})"));
                }
                if let Some(name) = text.strip_prefix('?') {
                    return match row.operands.iter().position(|(n, _)| n == name) {
                        Some(i) => Ok(format!("Expr::Operand({i})")),
                        None => Err((*at, format!("`{text}` is neither an operand nor bound"))),
                    };
                }
                match text.parse::<f64>() {
                    Ok(_) => Ok(format!("Expr::Number({text:?})")),
                    Err(_) => Err((*at, format!("`{text}` is not a number; operands are written ?{text}"))),
                }
            }
            Sexpr::List(at, items) => {
                let [Sexpr::Atom(head_at, head), arguments @ ..] = items.as_slice() else {
                    return Err((*at, "a list begins with a name".into()));
                };
                if kind != Field::Formula && head == "let" {
                    let [Sexpr::Atom(_, name), bound, body] = arguments else {
                        return Err((*at, "let takes a name, a value and a body".into()));
                    };
                    let bound = self.emit(row, kind, bound, locals)?;
                    locals.push(name.clone());
                    let body = self.emit(row, kind, body, locals);
                    locals.pop();
                    return Ok(format!("Expr::Let(&{bound}, &{})", body?));
                }
                let inner = arguments
                    .iter()
                    .map(|a| self.emit(row, kind, a, locals))
                    .collect::<Result<Vec<_>, _>>()?;
                let arity = |expected: usize| {
                    if inner.len() == expected {
                        Ok(())
                    } else {
                        Err((*head_at, format!("`{head}` takes {expected} operands, not {}", inner.len())))
                    }
                };
                if kind == Field::Formula {
                    let Some((_, expected)) = self.real.iter().find(|(n, _)| n == head) else {
                        return Err((*head_at, format!("`{head}` is not a real function")));
                    };
                    arity(*expected)?;
                    return Ok(format!("Expr::Real({head:?}, &[{}])", inner.join(", ")));
                }
                if kind == Field::Expand && head == "count" {
                    arity(0)?;
                    return Ok("Expr::Count".into());
                }
                if kind == Field::Expand && head == "rebroadcast" {
                    arity(1)?;
                    return Ok(format!("Expr::Rebroadcast(&{})", inner[0]));
                }
                let Some(op) = self.find(head) else {
                    return Err((*head_at, format!("`{head}` is not an op")));
                };
                if kind == Field::Expand && op.iterate.starts_with("(reduce ") {
                    arity(1)?;
                    return Ok(format!("Expr::Reduce(OpKind::{}, &{})", op.name, inner[0]));
                }
                if op.formula.is_empty() || !op.attrs.is_empty() {
                    return Err((*head_at, format!("`{head}` is not elementwise")));
                }
                arity(op.operands.len())?;
                Ok(format!("Expr::Op(OpKind::{}, &[{}])", op.name, inner.join(", ")))
            }
        }
    }

    fn semantics(&self, row: &Row) -> Result<String, String> {
        let given: Vec<&str> = [&row.expand, &row.prim, &row.iterate, &row.library]
            .into_iter()
            .filter(|f| !f.is_empty())
            .map(String::as_str)
            .collect();
        if given.len() != 1 {
            let what = format!(
                "exactly one of expand, prim, iterate and library is needed, {} are given",
                given.len()
            );
            return Err(row.error("expand", 0, &what));
        }
        if !row.expand.is_empty() {
            return Ok(format!(
                "Semantics::Expand({})",
                self.expression(row, "expand", Field::Expand, &row.expand)?
            ));
        }
        if !row.library.is_empty() {
            return Ok(format!("Semantics::Library({:?})", row.library));
        }
        let field = if row.prim.is_empty() { "iterate" } else { "prim" };
        let text = if row.prim.is_empty() { &row.iterate } else { &row.prim };
        let fail = |(at, what): (usize, String)| row.error(field, at, &what);
        let lists = Sexpr::parse_all(text).map_err(fail)?;
        let mut words = vec![];
        for list in &lists {
            let Sexpr::List(at, items) = list else {
                return Err(row.error(field, list.offset(), "a list is expected"));
            };
            let atoms: Option<Vec<&str>> = items
                .iter()
                .map(|i| match i {
                    Sexpr::Atom(_, text) => Some(text.as_str()),
                    Sexpr::List(..) => None,
                })
                .collect();
            words.push((*at, atoms.ok_or_else(|| row.error(field, *at, "words are expected"))?));
        }
        if field == "iterate" {
            return match words.as_slice() {
                [(at, words)] => match words.as_slice() {
                    ["reduce", combine, init, rest @ ..] if matches!(rest, [] | ["some"]) => {
                        let some = !rest.is_empty();
                        let op = self
                            .find(combine)
                            .ok_or_else(|| row.error(field, *at, "the fold is not an op"))?;
                        Ok(format!(
                            "Semantics::Iterate(Iterate::Reduce {{ combine: OpKind::{}, init: {init:?}, some: {some} }})",
                            op.name
                        ))
                    }
                    [one] => Ok(format!("Semantics::Iterate(Iterate::{})", camel(one))),
                    _ => Err(row.error(
                        field,
                        *at,
                        "an iteration is (name), (reduce op init) or (reduce op init some)",
                    )),
                },
                _ => Err(row.error(field, 0, "one iteration is expected")),
            };
        }
        let mut out = String::new();
        for (at, words) in &words {
            out.push_str(&prim(words).map_err(|e| row.error(field, *at, &e))?);
        }
        Ok(format!("Semantics::Prim(&[{out}])"))
    }

    pub(super) fn rust(&self) -> Result<String, String> {
        let mut out = String::from(
            "//! The op table. Generated from `dialects/thn/ops` by `cargo xtask codegen`; do not edit.\n\n\
             use crate::{AttrKind, AttrSpec, DType, DTypeClass, DTypeRule, Domain, Expr, Iterate, OpRow, OperandSpec, Prim, Property, ResultDType, Semantics};\n\n\
             /// Every op of the `thn` dialect, and one for the ops of other dialects.\n\
             #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]\npub enum OpKind {\n",
        );
        for row in self.rows {
            let _ = write!(out, "/// {}\n{},\n", rustdoc(&row.summary), row.name);
        }
        out.push_str("/// An op of another dialect, kept as it is.\nForeign,\n}\n\nimpl OpKind {\n");
        let names: Vec<String> = self.rows.iter().map(|r| format!("OpKind::{}", r.name)).collect();
        let _ = write!(
            out,
            "/// Every op of the table, in its order.\npub const ALL: [OpKind; {}] = [{}];\n\n",
            names.len(),
            names.join(", ")
        );
        out.push_str(
            "/// The op with this name, without `thn.`.\npub fn from_mnemonic(name: &str) -> Option<OpKind> {\n\
             Some(match name {\n",
        );
        for row in self.rows {
            let _ = writeln!(out, "{:?} => OpKind::{},", row.mnemonic, row.name);
        }
        out.push_str(
            "_ => return None,\n})\n}\n\n/// What the table says of the op.\npub fn row(self) -> &'static OpRow {\n\
             match self {\n",
        );
        for row in self.rows {
            let _ = writeln!(out, "OpKind::{} => &{},", row.name, row.mnemonic.to_uppercase());
        }
        out.push_str("OpKind::Foreign => &FOREIGN,\n}\n}\n}\n\n");
        for row in self.rows {
            out.push_str(&self.row(row)?);
        }
        out.push_str(
            "static FOREIGN: OpRow = OpRow { kind: OpKind::Foreign, mnemonic: \"foreign\", summary: \"An op of another dialect.\", \
             operands: &[OperandSpec { name: \"operands\", variadic: true }], attrs: &[], regions: 0, shaped: true, commutative: false, \
             formula: None, semantics: Semantics::Foreign, partials: &[], transpose: None, properties: &[], undoes: None, domain: Domain::REAL, \
             dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same }, foreign: &[], cost: 1, max_ulp: 0 };\n",
        );
        Ok(out)
    }

    fn row(&self, row: &Row) -> Result<String, String> {
        let formula = match row.formula.as_str() {
            "" => "None".to_string(),
            text => format!("Some({})", self.expression(row, "formula", Field::Formula, text)?),
        };
        if !row.partials.is_empty() && row.partials.len() != row.operands.len() {
            let what = format!("{} partials for {} operands", row.partials.len(), row.operands.len());
            return Err(row.error("partials", 0, &what));
        }
        if !row.formula.is_empty() && row.partials.is_empty() {
            return Err(row.error("partials", 0, "an elementwise op gives one partial per operand"));
        }
        let partials = row
            .partials
            .iter()
            .enumerate()
            .map(|(i, p)| self.expression(row, &format!("partials[{i}]"), Field::Partial, p))
            .collect::<Result<Vec<_>, _>>()?;
        let operands: Vec<String> = row
            .operands
            .iter()
            .map(|(n, v)| format!("OperandSpec {{ name: {n:?}, variadic: {v} }}"))
            .collect();
        let attrs: Vec<String> = row
            .attrs
            .iter()
            .map(|(n, k)| format!("AttrSpec {{ name: {n:?}, kind: AttrKind::{k} }}"))
            .collect();
        let domain = domain(&row.domain).map_err(|e| row.error("domain", 0, &e))?;
        let class = dtype_class(&row.dtypes).map_err(|e| row.error("dtypes", 0, &e))?;
        let result = match row.result_dtype.as_str() {
            "same" => "ResultDType::Same",
            "bool" => "ResultDType::Fixed(DType::Bool)",
            "i64" => "ResultDType::Fixed(DType::I64)",
            "attr" => "ResultDType::Attr",
            other => return Err(row.error("result_dtype", 0, &format!("`{other}` is unknown"))),
        };
        let mut foreign = String::new();
        for (i, text) in row.foreign.iter().enumerate() {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            if words.first().is_none_or(|first| first.contains('.')) {
                words.insert(0, &row.dtypes);
            }
            foreign.push_str(&prim(&words).map_err(|e| row.error(&format!("foreign[{i}]"), 0, &e))?);
        }
        let transpose =
            if row.transpose.is_empty() { "None".to_string() } else { format!("Some({:?})", row.transpose) };
        let mut properties = String::new();
        for (i, name) in row.properties.iter().enumerate() {
            let known =
                ["odd", "even", "rising", "idempotent", "integral", "rounding"].contains(&name.as_str());
            if !known || row.operands.len() != 1 {
                let what = format!("`{name}` is not a property of functions of one operand");
                return Err(row.error(&format!("properties[{i}]"), 0, &what));
            }
            let _ = write!(properties, "Property::{}, ", camel(name));
        }
        let undoes = match row.undoes.as_str() {
            "" => "None".to_string(),
            name => match self.rows.iter().find(|r| r.mnemonic == name && r.operands.len() == 1) {
                Some(undone) => format!("Some(OpKind::{})", undone.name),
                None => return Err(row.error("undoes", 0, &format!("`{name}` is not an op of one operand"))),
            },
        };
        Ok(format!(
            "static {}: OpRow = OpRow {{ kind: OpKind::{}, mnemonic: {:?}, summary: {:?}, operands: &[{}], attrs: &[{}], \
             regions: {}, shaped: {}, commutative: {}, formula: {formula}, semantics: {}, partials: &[{}], \
             transpose: {transpose}, properties: &[{properties}], undoes: {undoes}, domain: {domain}, \
             dtypes: DTypeRule {{ operands: DTypeClass::{class}, result: {result} }}, foreign: &[{foreign}], cost: {}, max_ulp: {} }};\n\n",
            row.mnemonic.to_uppercase(),
            row.name,
            row.mnemonic,
            row.summary,
            operands.join(", "),
            attrs.join(", "),
            row.regions,
            row.shaped,
            row.commutative,
            self.semantics(row)?,
            partials.join(", "),
            row.cost,
            row.max_ulp,
        ))
    }
}

/// Prose for a doc comment: brackets are no links.
fn rustdoc(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]")
}

/// An interval, such as `[0, inf)`.
fn domain(text: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is no interval, such as [0, inf)");
    let inner = text.strip_prefix(['[', '(']).and_then(|t| t.strip_suffix([']', ')'])).ok_or_else(wrong)?;
    let (low, high) = inner.split_once(", ").ok_or_else(wrong)?;
    let end = |text: &str| match text {
        "inf" => Ok("f64::INFINITY".to_string()),
        "-inf" => Ok("f64::NEG_INFINITY".to_string()),
        number => number.parse::<f64>().map(|x| format!("{x:?}")).map_err(|_| wrong()),
    };
    Ok(format!("Domain {{ low: {}, high: {} }}", end(low)?, end(high)?))
}

/// `class op` or `class op predicate`.
fn prim(words: &[&str]) -> Result<String, String> {
    let (class, op, predicate) = match words {
        [class, op] => (class, op, None),
        [class, op, predicate] => (class, op, Some(predicate)),
        _ => return Err("a class, an op and perhaps a predicate are expected".into()),
    };
    let class = dtype_class(class)?;
    Ok(format!("Prim {{ class: DTypeClass::{class}, emit: {op:?}, predicate: {predicate:?} }}, "))
}

fn dtype_class(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "float" => "Float",
        "int" => "Int",
        "sint" => "SInt",
        "uint" => "UInt",
        "bool" => "Bool",
        "number" => "Number",
        "bits" => "Bits",
        "any" => "Any",
        other => return Err(format!("dtype class `{other}` is unknown")),
    })
}

fn camel(snake: &str) -> String {
    snake
        .split('_')
        .map(|w| {
            let mut c = w.chars();
            c.next().map(|f| f.to_ascii_uppercase().to_string() + c.as_str()).unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mnemonic: &str) -> Row {
        Row {
            name: camel(mnemonic),
            place: ("exponentials.td".into(), 7),
            mnemonic: mnemonic.into(),
            summary: String::new(),
            operands: vec![("x".into(), false)],
            attrs: vec![],
            regions: 0,
            shaped: false,
            commutative: false,
            formula: "(exp ?x)".into(),
            expand: String::new(),
            prim: "(float thn_exp)".into(),
            iterate: String::new(),
            library: String::new(),
            partials: vec!["?result".into()],
            transpose: String::new(),
            properties: vec![],
            undoes: String::new(),
            domain: "(-inf, inf)".into(),
            dtypes: "float".into(),
            result_dtype: "same".into(),
            foreign: vec![],
            numpy: String::new(),
            theano: String::new(),
            example: String::new(),
            assembly: String::new(),
            cost: 1,
            max_ulp: 1,
        }
    }

    /// The error of a table with one row, changed.
    fn error(change: impl FnOnce(&mut Row)) -> String {
        let mut row = row("exp");
        change(&mut row);
        Table { rows: &[row], real: &[("exp".into(), 1)] }.rust().unwrap_err()
    }

    #[test]
    fn a_good_row_passes() {
        let text = Table { rows: &[row("exp")], real: &[("exp".into(), 1)] }.rust().unwrap();
        assert!(text.contains("Expr::Real(\"exp\", &[Expr::Operand(0)])"));
    }

    #[test]
    fn mistakes_name_row_field_and_offset() {
        assert_eq!(
            error(|r| r.formula = "(exp ?y)".into()),
            "ops/exponentials.td:7: op `exp`, field `formula`, offset 5: `?y` is neither an operand nor bound"
        );
        assert!(
            error(|r| r.formula = "(expp ?x)".into()).contains("offset 1: `expp` is not a real function")
        );
        assert!(error(|r| r.formula = "(exp ?x ?x)".into()).contains("takes 1 operands, not 2"));
        assert!(error(|r| r.formula = "(exp ?x".into()).contains("offset 0: `(` is never closed"));
        assert!(error(|r| r.partials = vec![]).contains("one partial per operand"));
        assert!(
            error(|r| r.partials = vec!["(sin ?x)".into()])
                .contains("`partials[0]`, offset 1: `sin` is not an op")
        );
        assert!(error(|r| r.expand = "?x".into()).contains("exactly one of"));
        assert!(
            error(|r| r.properties = vec!["prime".into()])
                .contains("`properties[0]`, offset 0: `prime` is not")
        );
        assert!(error(|r| r.undoes = "log".into()).contains("`log` is not an op of one operand"));
        assert!(error(|r| r.prim = "(quaternion q)".into()).contains("dtype class `quaternion` is unknown"));
        assert!(error(|r| r.domain = "[0; 1]".into()).contains("`[0; 1]` is no interval"));
        assert!(
            error(|r| r.foreign = vec!["real math.exp".into()])
                .contains("`foreign[0]`, offset 0: dtype class `real` is unknown")
        );
    }
}
