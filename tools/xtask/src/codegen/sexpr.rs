//! S-expressions with the offsets that messages need.

/// A parsed s-expression with the offset it starts at.
pub(super) enum Sexpr {
    Atom(usize, String),
    List(usize, Vec<Sexpr>),
}

impl Sexpr {
    pub(super) fn offset(&self) -> usize {
        match self {
            Sexpr::Atom(at, _) | Sexpr::List(at, _) => *at,
        }
    }

    /// All expressions in a text.
    pub(super) fn parse_all(text: &str) -> Result<Vec<Sexpr>, (usize, String)> {
        let mut stack: Vec<(usize, Vec<Sexpr>)> = vec![(0, vec![])];
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let c = rest.as_bytes()[0];
            match c {
                b' ' | b'\n' | b'\t' => at += 1,
                b'(' => {
                    stack.push((at, vec![]));
                    at += 1;
                }
                b')' => {
                    let (start, items) = stack.pop().unwrap_or_default();
                    let Some(parent) = stack.last_mut() else {
                        return Err((at, "`)` closes nothing".into()));
                    };
                    parent.1.push(Sexpr::List(start, items));
                    at += 1;
                }
                _ => {
                    let length = rest.find([' ', '\n', '\t', '(', ')']).unwrap_or(rest.len());
                    if let Some(top) = stack.last_mut() {
                        top.1.push(Sexpr::Atom(at, rest[..length].to_string()));
                    }
                    at += length;
                }
            }
        }
        if stack.len() > 1 {
            return Err((stack[stack.len() - 1].0, "`(` is never closed".into()));
        }
        Ok(stack.pop().unwrap_or_default().1)
    }
}
