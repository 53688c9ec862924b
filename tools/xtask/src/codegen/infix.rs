//! S-expressions of the op table as people write them: `(mul 2 ?x)` is `2 * x`.

use super::sexpr::Sexpr;

/// How tightly an expression binds: 0 comparison, 1 sum, 2 product, 3 sign and power, 4 all others.
struct Text(String, u8);

impl Text {
    /// In parentheses unless it binds at least so tightly.
    fn at_least(self, level: u8) -> String {
        if self.1 < level { format!("({})", self.0) } else { self.0 }
    }
}

/// An expression of a row; the text itself where it is none.
pub(super) fn infix(text: &str) -> String {
    match Sexpr::parse_all(text) {
        Ok(parsed) if parsed.len() == 1 => of(&parsed[0]).0,
        _ => text.to_string(),
    }
}

fn of(e: &Sexpr) -> Text {
    match e {
        Sexpr::Atom(_, text) => atom(text),
        Sexpr::List(_, items) => {
            let Some((Sexpr::Atom(_, head), arguments)) = items.split_first() else {
                return Text(String::new(), 4);
            };
            call(head, arguments)
        }
    }
}

/// A name without its `?`, or a number with as many digits as an f64 holds.
fn atom(text: &str) -> Text {
    let short = match text.parse::<f64>() {
        Ok(value) if text.len() > 17 && value.is_finite() => value.to_string(),
        _ => text.trim_start_matches('?').to_string(),
    };
    let level = if short.starts_with('-') { 3 } else { 4 };
    Text(short, level)
}

fn call(head: &str, arguments: &[Sexpr]) -> Text {
    let binary = |sign: &str, level: u8, right: u8| -> Option<Text> {
        let [a, b] = arguments else { return None };
        Some(Text(format!("{} {sign} {}", of(a).at_least(level), of(b).at_least(right)), level))
    };
    let written = match head {
        "let" => match arguments {
            [name, bound, body] => {
                Some(Text(format!("{} with {} = {}", of(body).0, of(name).0, of(bound).at_least(1)), 0))
            }
            _ => None,
        },
        "add" => binary("+", 1, 1),
        "sub" => binary("-", 1, 2),
        "mul" => binary("*", 2, 2),
        "div" => binary("/", 2, 3),
        "pow" => binary("**", 3, 4),
        "lt" => binary("<", 0, 1),
        "le" => binary("<=", 0, 1),
        "gt" => binary(">", 0, 1),
        "ge" => binary(">=", 0, 1),
        "eq" => binary("==", 0, 1),
        "neg" => match arguments {
            [x] => Some(Text(format!("-{}", of(x).at_least(3)), 3)),
            _ => None,
        },
        "sqr" => match arguments {
            [x] => Some(Text(format!("{}**2", of(x).at_least(4)), 3)),
            _ => None,
        },
        "reciprocal" => match arguments {
            [x] => Some(Text(format!("1 / {}", of(x).at_least(3)), 2)),
            _ => None,
        },
        _ => None,
    };
    written.unwrap_or_else(|| {
        let parts: Vec<String> = arguments.iter().map(|a| of(a).0).collect();
        let name = if head == "select" { "where" } else { head };
        Text(format!("{name}({})", parts.join(", ")), 4)
    })
}

#[cfg(test)]
mod tests {
    use super::infix;

    #[test]
    fn expressions_are_written_as_people_do() {
        for (text, expected) in [
            ("(mul 2 ?x)", "2 * x"),
            ("(neg (div ?result ?y))", "-(result / y)"),
            ("(sub ?x (sub ?y 1))", "x - (y - 1)"),
            ("(select (eq ?x 0) 0 (div ?x ?y))", "where(x == 0, 0, x / y)"),
            ("(reciprocal (sqrt (mul (sub 1 ?x) (add 1 ?x))))", "1 / sqrt((1 - x) * (1 + x))"),
            ("(neg (sqr ?result))", "-result**2"),
            ("(let ?z (maximum ?x 5) (mul 2 ?z))", "2 * z with z = maximum(x, 5)"),
            ("(mul ?result 0.6931471805599453094172321214581765680755)", "result * 0.6931471805599453"),
            ("1", "1"),
        ] {
            assert_eq!(infix(text), expected);
        }
    }
}
