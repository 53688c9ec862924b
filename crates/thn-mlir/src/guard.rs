//! Text that MLIR's parser does not survive, refused before it gets there.
//!
//! The parser descends by recursion and has no limit of its own: a type inside a type, some thousands of times over, is the
//! end of the process. The lists that `linalg.transpose`, `broadcast` and `reduce` end with are used before it is known
//! whether they were lists, the short forms of `linalg.map` and `reduce` ask every operand for its elements, and
//! `linalg.elementwise` reports elements that its kind is not for to nobody.
//!
//! What is inside strings and comments does not count, nor do arrows and comparisons.

/// How deep `<([{` may nest, all kinds counted together. Far beyond what anybody writes, far below what a stack holds.
pub const DEEPEST: usize = 256;

/// What keeps a text from being read, and where: from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) why: String,
}

/// Whether a text can be given to MLIR's parser.
pub(crate) fn check(text: &[u8]) -> Result<(), Refusal> {
    // Bytecode holds no brackets, and may hold all bytes.
    if text.starts_with(b"ML\xefR") {
        return Ok(());
    }
    let refuse = |at: usize, why: String| {
        let (line, column) = position(text, at);
        Err(Refusal { line, column, why })
    };
    let mut open: Vec<u8> = vec![];
    let mut at = 0;
    // Whether the last token ended a group in parentheses.
    let mut after_group = false;
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if byte.is_ascii_whitespace() || rest.starts_with(b"//") {
            at += blank(rest);
            continue;
        }
        let was_after_group = std::mem::replace(&mut after_group, *byte == b')');
        at += match byte {
            b'"' => quoted(rest),
            b'-' | b'<' | b'>' if matches!(rest, [b'-', b'>', ..] | [b'<' | b'>', b'=', ..]) => 2,
            b'<' | b'(' | b'[' | b'{' => {
                open.push(*byte);
                if open.len() > DEEPEST {
                    return refuse(at, format!("nested deeper than {DEEPEST}"));
                }
                1
            }
            b'>' => {
                // One that closes nothing is an operator, or an error that the parser finds.
                open.pop_if(|last| *last == b'<');
                1
            }
            b')' | b']' | b'}' => {
                let wanted = match byte {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                // What is open inside a group that ends was no bracket.
                if let Some(start) = open.iter().rposition(|bracket| *bracket == wanted) {
                    open.truncate(start);
                }
                1
            }
            _ if is_word(*byte) => {
                let word = rest.iter().take_while(|c| is_word(**c)).count();
                let (name, next) = rest.split_at(word);
                let found = match name {
                    b"permutation" | b"dimensions" if was_after_group => no_list(next),
                    b"linalg.map" | b"linalg.reduce" => operand_without_elements(next),
                    b"linalg.elementwise" => unfit_elements(next),
                    _ => None,
                };
                if let Some((there, why)) = found {
                    return refuse(at + word + there, why.to_owned());
                }
                word
            }
            _ => 1,
        };
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$')
}

/// The length of the blanks and comments that a text begins with.
fn blank(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if byte.is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with(b"//") {
            at += rest.iter().position(|c| *c == b'\n').unwrap_or(rest.len());
        } else {
            break;
        }
    }
    at
}

/// Nobody looks further behind the name of an op, so that many such names cost no more than their number.
const FAR: usize = 1 << 14;

/// The types of a group of operands, `(%x, %y : T, U)`, that a text begins with: where each begins and ends.
fn types_of(text: &[u8]) -> Vec<(usize, usize)> {
    let end = group(text);
    let Some(colon) = text[..end].iter().position(|c| *c == b':') else { return vec![] };
    let mut types = vec![];
    let mut next = colon + 1;
    while next + 1 < end {
        next += blank(&text[next..end]);
        let start = next;
        while next + 1 < end && text[next] != b',' {
            let opens = matches!(text[next], b'<' | b'(' | b'[' | b'{');
            next += if opens { group(&text[next..end]) } else { 1 };
        }
        types.push((start, next));
        next += 1;
    }
    types
}

/// Where, in what follows the name of `linalg.elementwise`, an input has elements that its kind is not for.
fn unfit_elements(text: &[u8]) -> Option<(usize, &'static str)> {
    let text = &text[..text.len().min(FAR)];
    let find = |what: &[u8]| text.windows(what.len()).position(|part| part == what).map(|at| at + what.len());
    let kind = &text[find(b"elementwise_kind<")?..];
    let kind = &kind[..kind.iter().take_while(|c| is_word(**c)).count()];
    let inputs = find(b"ins")?;
    let inputs = inputs + blank(&text[inputs..]);
    if text.get(inputs) != Some(&b'(') {
        return None;
    }
    let mut first = None;
    for (position, (start, end)) in types_of(&text[inputs..]).into_iter().enumerate() {
        let r#type = &text[inputs + start..inputs + end];
        // What an alias stands for is said elsewhere; complex numbers have kinds of their own.
        if r#type.starts_with(b"!") || r#type.windows(7).any(|part| part == b"complex") {
            continue;
        }
        let shape = r#type.iter().position(|c| *c == b'<').map_or(r#type, |open| &r#type[open + 1..]);
        let until = shape.iter().position(|c| matches!(c, b',' | b'>')).unwrap_or(shape.len());
        let element = shape[..until].rsplit(|c| matches!(c, b'x' | b' ')).next().unwrap_or_default();
        let float = matches!(element, [b'f', b'0'..=b'9', ..] | [b'b' | b't', b'f', ..]);
        let integer = matches!(element, [b'i', b'0'..=b'9', ..]);
        let number = float || (integer && element != b"i1");
        let fits = match kind {
            b"add" | b"mul" | b"max_signed" | b"min_signed" | b"max_unsigned" | b"min_unsigned" => {
                float || integer
            }
            b"sub" | b"div" => number,
            b"div_unsigned" => number && integer,
            b"select" => position > 0 || element == b"i1",
            _ => float,
        };
        let of = *first.get_or_insert(element);
        if !fits || (of != element && kind != b"select") {
            return Some((inputs + start, "the kind of this op is not for such elements"));
        }
    }
    None
}

/// Where, in what follows the name of an op that has its body in braces, an operand has a type without elements.
fn operand_without_elements(text: &[u8]) -> Option<(usize, &'static str)> {
    let text = &text[..text.len().min(FAR)];
    let mut at = blank(text);
    if text.get(at) != Some(&b'{') {
        return None;
    }
    at += group(&text[at..]);
    loop {
        at += blank(&text[at..]);
        let word = text[at..].iter().take_while(|c| is_word(**c)).count();
        if !matches!(&text[at..at + word], b"ins" | b"outs") {
            return None;
        }
        at += word;
        at += blank(&text[at..]);
        if text.get(at) != Some(&b'(') {
            return None;
        }
        let end = at + group(&text[at..]);
        let shaped = [&b"tensor"[..], b"memref", b"vector", b"!"];
        for (start, _) in types_of(&text[at..end]) {
            if !shaped.iter().any(|name| text[at + start..end].starts_with(name)) {
                return Some((at + start, "an operand is a tensor or a memref here"));
            }
        }
        at = end;
    }
}

/// The length of the group that a text begins with, or of the text if it has no end.
fn group(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        at += match byte {
            b'"' => quoted(rest),
            b'/' if rest.starts_with(b"//") => blank(rest),
            b'-' | b'<' | b'>' if matches!(rest, [b'-', b'>', ..] | [b'<' | b'>', b'=', ..]) => 2,
            b'<' | b'(' | b'[' | b'{' => {
                depth += 1;
                1
            }
            b'>' | b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => 1,
        };
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}

/// Where, in what follows the name of a list, something else is set to it.
fn no_list(text: &[u8]) -> Option<(usize, &'static str)> {
    let mut at = blank(text);
    if text.get(at) != Some(&b'=') {
        return None;
    }
    at += 1;
    at += blank(&text[at..]);
    (!starts_with_integers(&text[at..])).then_some((at, "a list of integers is expected"))
}

/// Whether a text begins with integers of 64 bits in brackets, separated by commas.
fn starts_with_integers(text: &[u8]) -> bool {
    let mut tokens = vec![];
    let mut at = 0;
    // A list of so many dims is none.
    while tokens.len() < 4 * DEEPEST {
        at += blank(&text[at..]);
        let Some(byte) = text.get(at) else { return false };
        let word = text[at..].iter().take_while(|c| is_word(**c)).count().max(1);
        tokens.push(&text[at..at + word]);
        at += word;
        if *byte == b']' {
            break;
        }
    }
    let [b"[", middle @ .., b"]"] = tokens.as_slice() else { return false };
    let integer = |token: &[u8]| {
        let digits = token.strip_prefix(b"0x").unwrap_or(token);
        let radix = if digits.len() < token.len() { 16 } else { 10 };
        std::str::from_utf8(digits).is_ok_and(|digits| i64::from_str_radix(digits, radix).is_ok())
    };
    middle.is_empty()
        || middle.split(|token| *token == b",").all(|part| match part {
            [number] | [b"-", number] => integer(number),
            _ => false,
        })
}

/// The length of a string with its quotes; MLIR's strings end at the end of a line at the latest.
fn quoted(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    text.len()
}

fn position(text: &[u8], at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line = before.iter().filter(|c| **c == b'\n').count() + 1;
    let start = before.iter().rposition(|c| *c == b'\n').map_or(0, |newline| newline + 1);
    (line, at - start + 1)
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
    fn lists_that_are_none_are_refused() {
        let refused = |list: &str| check(format!("outs(%t) permutation = {list}").as_bytes()).is_err();
        for list in ["[1, 0", "w1, 0]", "[1,, 0]", "[1, 99999999999999999999]", "[1, a]", "[-]", ""] {
            assert!(refused(list), "{list}");
        }
        for list in ["[1, 0]", "[]", "[ 1 , // one\n -2]", "[0x1f]"] {
            assert!(!refused(list), "{list}");
        }
        for operand in
            ["f32", "tensor<4xf32>, index", "memref<4xf32, affine_map<(d0) -> (d0)>>, (f32) -> f32"]
        {
            let text = format!("linalg.reduce {{ arith.addf }} ins(%x : tensor<4xf32>) outs(%y : {operand})");
            assert!(check(text.as_bytes()).is_err(), "{text}");
            let text = format!("linalg.map {{ math.exp {{a = [1]}} }} ins(%x, %y : {operand})");
            assert!(check(text.as_bytes()).is_err(), "{text}");
        }
        for text in [
            "linalg.map { math.exp } ins(%x : tensor<4xf32>) outs(%y : !t)",
            "linalg.map { a.b } ins(%x, %y : memref<4xf32, affine_map<(d0) -> (d0)>>, tensor<?xf32>) outs(%y: memref<?xf32>) f32",
            "linalg.map ins(%x : f32)",
            "linalg.map {",
            "linalg.map { a } ins(",
            "linalg.map { a } ins(%x : ",
            "linalg.map { a } ins(%x)",
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
        let elementwise = |kind: &str, types: &str| {
            let kind = format!("kind=#linalg.elementwise_kind<{kind}>");
            check(format!("linalg.elementwise {kind} ins(%x, %y : {types}) outs(%o : t)").as_bytes()).is_ok()
        };
        for (kind, types) in [
            ("exp", "tensor<4x?xf32>"),
            ("exp", "memref<4xbf16, strided<[1]>>"),
            ("add", "tensor<?xi32>, tensor<?xi32>"),
            ("add", "!t, tensor<?xi32>"),
            ("add", "tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>"),
            ("mul", "tensor<1xi1>, tensor<1xi1>"),
            ("select", "tensor<i1>, tensor<f64>, tensor<f64>"),
            ("powf", "vector<4xf64>, vector<4xf64>"),
        ] {
            assert!(elementwise(kind, types), "{kind} {types}");
        }
        for (kind, types) in [
            ("exp", "tensor<4xi32>"),
            ("exp", "i32"),
            ("tanh", "tensor<index>"),
            ("add", "tensor<4xf32>, tensor<4xi32>"),
            ("sub", "tensor<4xi1>, tensor<4xi1>"),
            ("powf", "tensor<4xi64>, tensor<4xi64>"),
            ("select", "tensor<4xi8>, tensor<4xf32>, tensor<4xf32>"),
        ] {
            assert!(!elementwise(kind, types), "{kind} {types}");
        }
        assert_eq!(check(b"{permutation = dense<1>, dimensions = a}"), Ok(()));
    }
}
