//! Text that MLIR does not survive, refused before it gets there.
//!
//! The parser descends by recursion and has no limit of its own: a type inside a type, some thousands of times over, is the
//! end of the process, and so is an alias of an alias of an alias. Ops of the linalg dialect have parsers and verifiers
//! that use what they are given before it is known to be what they need:
//!
//! - the lists that `transpose`, `broadcast` and `reduce` end with are read whether they are lists or not;
//! - the short forms of `map` and `reduce` ask every operand for its elements;
//! - `elementwise`, `batch_matmul` and `batch_reduce_matmul` report elements that they cannot compute with to nobody;
//! - `matmul` looks at the first results of the first two of its indexing maps.
//!
//! What is inside strings and comments does not count, nor do arrows and comparisons.

mod linalg;
mod text;

use text::{Brackets, Source, Token};

/// How deep `<([{` may nest, all kinds counted together. Far beyond what anybody writes, far below what a stack holds.
pub const DEEPEST: usize = 256;

/// What keeps a text from being read, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// What the diagnostic says.
    pub why: String,
}

/// Whether a text can be given to MLIR's parser.
pub fn check(text: &[u8]) -> Result<(), Refusal> {
    // Bytecode holds no brackets, and may hold all bytes.
    if text.starts_with(b"ML\xefR") {
        return Ok(());
    }
    let mut source = Source::new(text);
    let mut open = Brackets::default();
    let mut at = 0;
    while let Some((token, end)) = source.token(at) {
        open.see(token);
        let inside = if token == Token::Symbol { source.depth(at..end) } else { 0 };
        let mut found =
            (open.depth() + inside > DEEPEST).then(|| (at, format!("nested deeper than {DEEPEST}")));
        match token {
            Token::Symbol => source.define(at..end),
            Token::Word | Token::Quoted if found.is_none() => {
                let name = source.unquoted(at..end);
                found = linalg::check(&source, &name, end).map(|(at, why)| (at, why.to_owned()));
            }
            _ => {}
        }
        if let Some((at, why)) = found {
            let (line, column) = source.position(at);
            return Err(Refusal { line, column, why });
        }
        at = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The depth of a text, from how many brackets around it are too many.
    fn depth(text: &[u8]) -> usize {
        let fits = |more: usize| check(&[&b"(".repeat(more), text].concat()).is_ok();
        DEEPEST - (0..=DEEPEST).rev().find(|more| fits(*more)).expect("it fits")
    }

    #[test]
    fn brackets_of_all_kinds_count_together() {
        assert_eq!(depth(b"f(x) { [<a>, <b>] }"), 3);
        assert_eq!(depth(b"(a) -> (b) {d0 >= 0, d1 <= 2} -> c"), 1);
        assert_eq!(depth(b"\"((((\" // ((((\n \"a\\\"((\" ()"), 1);
        assert_eq!(depth(b"(< < <) ()"), 4);
        assert_eq!(depth(b"\"a\\"), 0);
        assert_eq!(check(&[&b"ML\xefR"[..], &b"(".repeat(300)].concat()), Ok(()));
    }

    #[test]
    fn the_first_that_is_too_deep_is_told() {
        for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")] {
            let text = |times: usize| format!("a\nbc {}x{}", open.repeat(times), close.repeat(times));
            assert_eq!(check(text(DEEPEST).as_bytes()), Ok(()));
            let why = format!("nested deeper than {DEEPEST}");
            let refusal = Refusal { line: 2, column: DEEPEST + 4, why };
            assert_eq!(check(text(DEEPEST + 1).as_bytes()), Err(refusal));
        }
    }

    #[test]
    fn what_an_alias_stands_for_counts() {
        let chain = |times: usize| {
            let more = (1..times).map(|i| format!("!a{i} = tuple<f32, !a{}>\n", i - 1));
            format!("!a0 = tuple<f32>\n{}f !a{}", more.collect::<String>(), times - 1)
        };
        assert_eq!(check(chain(DEEPEST).as_bytes()), Ok(()));
        let why = format!("nested deeper than {DEEPEST}");
        let refusal = Refusal { line: DEEPEST + 1, column: 20, why };
        assert_eq!(check(chain(DEEPEST + 1).as_bytes()), Err(refusal));
        // What stands behind an alias is no part of it.
        let text = [&b"#a = @b::@c \"d\"() #e = [1] {"[..], &b"(".repeat(DEEPEST - 1), b"#a #e"].concat();
        let refusal = check(&text).expect_err("it is too deep");
        assert_eq!(refusal.column, text.len() - 1);
    }
}
