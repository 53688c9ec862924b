//! What ops of the linalg dialect are given that MLIR's parser or their verifiers do not survive.

use super::text::{Source, Token};
use std::ops::Range;

/// Where something is that an op must not be given, and why.
pub(super) type Found = (usize, &'static str);

/// No form of an op has more parts.
const PARTS: usize = 8;

/// What follows the name of an op, as far as it has the form of these ops.
#[derive(Default)]
struct Form {
    /// Groups in brackets, each with its first place: properties, attributes, regions.
    groups: Vec<Range<usize>>,
    /// Names and values.
    entries: Vec<(Range<usize>, Range<usize>)>,
    /// Types of the inputs.
    inputs: Vec<Range<usize>>,
    /// Types of the outputs.
    outputs: Vec<Range<usize>>,
}

/// Looks at an op by its name, behind which is `at`.
pub(super) fn check(source: &Source, name: &[u8], at: usize) -> Option<Found> {
    match name {
        b"linalg.transpose" | b"linalg.broadcast" => no_list(source, &form(source, at)),
        b"linalg.map" | b"linalg.reduce" => {
            let form = form(source, at);
            no_list(source, &form).or_else(|| operand_without_elements(source, &form, at))
        }
        b"linalg.elementwise" => unfit_elements(source, &form(source, at)),
        b"linalg.batch_matmul" | b"linalg.batch_reduce_matmul" => no_product(source, &form(source, at)),
        b"linalg.matmul" => missing_indices(source, &form(source, at)),
        _ => None,
    }
}

fn form(source: &Source, mut at: usize) -> Form {
    let mut form = Form::default();
    for _ in 0..PARTS {
        at = source.skip(at);
        let Some((token, end)) = source.token(at) else { break };
        match token {
            Token::Open(_) => {
                let (_, end) = source.group(at);
                form.groups.push(at..end);
                at = end;
            }
            Token::Word => {
                let name = at..end;
                if let Some(start) = source.assigned(end) {
                    let (end, _) = source.value(start);
                    form.entries.push((name, start..end));
                    at = end;
                    continue;
                }
                let types = match source.get(name) {
                    b"ins" => &mut form.inputs,
                    b"outs" => &mut form.outputs,
                    _ => break,
                };
                let open = source.skip(end);
                if source.byte(open) != Some(b'(') {
                    break;
                }
                let (inside, end) = source.group(open);
                if let Some(operands) = source.split(inside.clone(), b':').first()
                    && operands.end < inside.end
                {
                    // The colon is the first thing behind the operands.
                    types.extend(source.split(source.skip(operands.end) + 1..inside.end, b','));
                }
                at = end;
            }
            _ => break,
        }
    }
    form
}

/// Where something else is set to what should be a list.
fn no_list(source: &Source, form: &Form) -> Option<Found> {
    let lists = form
        .entries
        .iter()
        .filter(|(name, _)| matches!(source.get(name.clone()), b"permutation" | b"dimensions"));
    let mut starts = lists.map(|(_, value)| value.start);
    let none = starts.find(|start| !is_list_of_integers(source, *start))?;
    Some((none, "a list of integers is expected"))
}

/// Whether integers of 64 bits in brackets begin here, separated by commas.
fn is_list_of_integers(source: &Source, at: usize) -> bool {
    if source.byte(at) != Some(b'[') {
        return false;
    }
    let (inside, end) = source.group(at);
    let integer = |part: Range<usize>| {
        let text = source.get(part.clone());
        let (start, digits) = match text.strip_prefix(b"-") {
            Some(_) => (source.skip(part.start + 1), source.get(source.skip(part.start + 1)..part.end)),
            None => (part.start, text),
        };
        let alone = source.token(start) == Some((Token::Word, part.end));
        let hexadecimal = digits.strip_prefix(b"0x");
        let radix = if hexadecimal.is_some() { 16 } else { 10 };
        let digits = std::str::from_utf8(hexadecimal.unwrap_or(digits));
        alone && digits.is_ok_and(|digits| i64::from_str_radix(digits, radix).is_ok())
    };
    let closed = source.get(inside.end..end) == b"]";
    closed && source.split(inside, b',').into_iter().all(integer)
}

/// Where the short form of an op, with its body in braces, has an operand of a type without elements.
fn operand_without_elements(source: &Source, form: &Form, at: usize) -> Option<Found> {
    if source.byte(source.skip(at)) != Some(b'{') {
        return None;
    }
    let shaped = |operand: &Range<usize>| {
        let Some(r#type) = source.resolve(operand.clone()) else { return true };
        let name = source.token(r#type.start).map(|(_, end)| source.get(r#type.start..end));
        matches!(name, None | Some(b"tensor" | b"memref" | b"vector"))
    };
    let operand = form.inputs.iter().chain(&form.outputs).find(|operand| !shaped(operand))?;
    Some((operand.start, "an operand is a tensor or a memref here"))
}

/// What the elements of an operand are to the ops that compute with them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Float,
    Integer,
    /// Integers of one bit.
    Bool,
    Complex,
    Index,
    Else,
}

impl Element {
    /// How numbers are computed with, if these are numbers.
    fn arithmetic(self) -> Option<Element> {
        match self {
            Element::Bool => Some(Element::Integer),
            Element::Float | Element::Integer | Element::Complex => Some(self),
            Element::Index | Element::Else => None,
        }
    }

    /// What becomes of a number where one of these others is needed.
    fn cast(self, to: Element) -> Element {
        match (self, to) {
            (Element::Float | Element::Integer | Element::Bool, to) if to.arithmetic().is_some() => to,
            (Element::Index, Element::Integer | Element::Bool) => to,
            _ => self,
        }
    }
}

/// The elements of an operand of a type; `None` where an alias is not defined.
fn elements(source: &Source, operand: &Range<usize>) -> Option<Element> {
    let r#type = source.resolve(operand.clone())?;
    let mut at = r#type.start;
    let (_, end) = source.token(at)?;
    let open = source.skip(end);
    if matches!(source.get(at..end), b"tensor" | b"memref") && source.byte(open) == Some(b'<') {
        let mut shape = source.skip(open + 1);
        // Dims are numbers or `?`, each with an `x` behind it, which may begin a longer word.
        while let Some(byte) = source.byte(shape).filter(|byte| byte.is_ascii_digit() || *byte == b'?') {
            let digits = source.get(shape..r#type.end).iter().take_while(|c| c.is_ascii_digit()).count();
            shape = source.skip(if byte == b'?' { shape + 1 } else { shape + digits });
            shape = source.skip(shape + usize::from(source.byte(shape) == Some(b'x')));
        }
        // What has no rank has no elements here.
        if source.byte(shape) != Some(b'*') {
            at = source.resolve(shape..r#type.end)?.start;
        }
    }
    let (_, end) = source.token(at)?;
    Some(match source.get(at..end) {
        [b'f', b'0'..=b'9', ..] | [b'b' | b't', b'f', b'0'..=b'9', ..] => Element::Float,
        b"i1" => Element::Bool,
        [b'i', b'0'..=b'9', ..] | [b's' | b'u', b'i', b'0'..=b'9', ..] => Element::Integer,
        b"complex" => Element::Complex,
        b"index" => Element::Index,
        _ => Element::Else,
    })
}

/// Where an input of `linalg.elementwise` has elements that its kind is not for.
fn unfit_elements(source: &Source, form: &Form) -> Option<Found> {
    let (_, kind) = form.entries.iter().find(|(name, _)| source.get(name.clone()) == b"kind")?;
    let kind = source.resolve(kind.clone())?;
    // Its name is the last word, inside the brackets.
    let mut name = &b""[..];
    let mut at = kind.start;
    while let Some((token, end)) = source.token(at).filter(|_| at < kind.end) {
        if token == Token::Word {
            name = source.get(at..end);
        }
        at = end;
    }
    let types: Vec<Element> =
        form.inputs.iter().map(|input| elements(source, input)).collect::<Option<_>>()?;
    let bools = types.iter().all(|element| *element == Element::Bool);
    let fits = |element: Element| {
        let number = element.arithmetic();
        let alike = number.is_some() && types.first().is_some_and(|first| first.arithmetic() == number);
        match name {
            // Of this one the verifier says what is wrong.
            b"select" => true,
            b"add" | b"mul" | b"max_signed" | b"min_signed" | b"powf" => alike,
            b"sub" | b"div" => alike && !bools,
            b"div_unsigned" | b"max_unsigned" | b"min_unsigned" => {
                alike && number == Some(Element::Integer) && !bools
            }
            _ => element == Element::Float,
        }
    };
    let (_, input) = types.iter().zip(&form.inputs).find(|(element, _)| !fits(**element))?;
    Some((input.start, "the kind of this op is not for such elements"))
}

/// Where an operand of a product has elements that cannot be multiplied, or added to those of the last.
fn no_product(source: &Source, form: &Form) -> Option<Found> {
    let operands: Vec<_> = form.inputs.iter().chain(&form.outputs).collect();
    let [left, right, sum] = operands.as_slice() else { return None };
    let to = elements(source, sum)?;
    for operand in [sum, left, right] {
        let element = elements(source, operand)?.cast(to).arithmetic();
        if element.is_none() || element != to.arithmetic() {
            return Some((operand.start, "such elements are not multiplied and added here"));
        }
    }
    None
}

/// Where `linalg.matmul` has too few indexing maps, or one for an input that gives it no indices.
fn missing_indices(source: &Source, form: &Form) -> Option<Found> {
    let mut given: Vec<Range<usize>> = vec![];
    for (name, value) in &form.entries {
        if source.get(name.clone()) == b"indexing_maps" {
            given.push(value.clone());
        }
    }
    // Attributes and properties, `{…}` and `<{…}>`: the latter may be an alias as well.
    for group in &form.groups {
        let mut dictionary = group.clone();
        if source.byte(group.start) == Some(b'<') {
            let (inside, _) = source.group(group.start);
            let inside = source.skip(inside.start)..inside.end;
            dictionary = source.resolve(inside)?;
        }
        if source.byte(dictionary.start) != Some(b'{') {
            continue;
        }
        for entry in source.split(source.group(dictionary.start).0, b',') {
            let Some((_, end)) = source.token(entry.start) else { continue };
            if source.unquoted(entry.start..end).as_ref() == b"indexing_maps"
                && let Some(start) = source.assigned(end)
            {
                given.push(start..source.value(start).0);
            }
        }
    }
    given.into_iter().find_map(|value| {
        let list = source.resolve(value.clone())?;
        if source.byte(list.start) != Some(b'[') {
            return None;
        }
        let maps = source.split(source.group(list.start).0, b',');
        if maps.len() < 2 {
            return Some((value.start, "a product has three indexing maps"));
        }
        let mut inputs = maps.into_iter().take(2);
        let empty = inputs.find(|map| has_no_results(source, map))?;
        Some((empty.start, "an input has at least one index here"))
    })
}

/// Whether a value is an affine map without results.
fn has_no_results(source: &Source, map: &Range<usize>) -> bool {
    let Some(map) = source.resolve(map.clone()) else { return false };
    let Some((Token::Word, end)) = source.token(map.start) else { return false };
    let open = source.skip(end);
    if source.get(map.start..end) != b"affine_map" || source.byte(open) != Some(b'<') {
        return false;
    }
    let (inside, _) = source.group(open);
    // The results are the group behind the arrow.
    let arrow = source.split(inside.clone(), b'-').first().map(|dims| source.skip(dims.end));
    let Some(results) = arrow.map(|arrow| source.skip(arrow + 2)).filter(|at| *at < inside.end) else {
        return false;
    };
    let (results, _) = source.group(results);
    source.skip(results.start) == results.end
}

#[cfg(test)]
mod tests {
    use crate::guard::check;

    /// Where a text is refused, if it is: from 1.
    fn refused(text: &str) -> Option<(usize, usize)> {
        check(text.as_bytes()).err().map(|refusal| (refusal.line, refusal.column))
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        for form in [
            "transpose ins(%x : f) outs(%y : f) permutation",
            "broadcast dimensions",
            "transpose <{}> {a = 1} ins(%x : f) permutation",
            "reduce ins(%x : f) outs(%y : f) dimensions",
            "reduce { a.b {c} } ins(%x : tensor<f>) outs(%y : tensor<f>) dimensions",
        ] {
            let text = |list: &str| format!("linalg.{form} = {list}");
            let at = Some((1, text("").len() + 1));
            for list in [
                "[1, 0",
                "w1, 0]",
                "[1,, 0]",
                "[1,]",
                "[1, // one\n ]",
                "[1, 99999999999999999999]",
                "[1, a]",
                "[-]",
                "",
                "= [0]",
            ] {
                assert_eq!(refused(&text(list)), at, "{form} {list}");
            }
            for list in ["[1, 0]", "[]", "[ 1 , // one\n -2]", "[0x1f]", "[- 1]"] {
                assert_eq!(refused(&text(list)), None, "{form} {list}");
            }
        }
        assert_eq!(refused("{permutation = dense<1>, dimensions = a} f() permutation = a"), None);
    }

    #[test]
    fn operands_without_elements_are_refused() {
        let aliases = "!s = f32\n!t = tensor<4x!s>\n!u = !t\n";
        for operand in [
            "f32",
            "tensor<4xf32>, index",
            "memref<4xf32, affine_map<(d0) -> (d0)>>, (f32) -> f32",
            "!s",
            "!u, !llvm.ptr",
        ] {
            let text = format!("linalg.reduce {{ arith.addf }} ins(%x : tensor<4xf32>) outs(%y : {operand})");
            assert!(refused(&format!("{aliases}{text}")).is_some(), "{text}");
            let far = "// far\n".repeat(10_000);
            let text = format!("linalg.map {{ math.exp {{a = [1]}} }} {far} ins(%x, %y : {operand})");
            assert!(refused(&format!("{aliases}{text}")).is_some(), "{text}");
        }
        for text in [
            "linalg.map { math.exp } ins(%x : tensor<4xf32>) outs(%y : !t)",
            "linalg.map { math.exp } ins(%x#1, %x : !t, !u) outs(%y : !unknown)",
            "linalg.map { a.b } ins(%x, %y : memref<4xf32, affine_map<(d0) -> (d0)>>, tensor<?xf32>) outs(%y: memref<?xf32>) f32",
            "linalg.map ins(%x : f32)",
            "linalg.map {",
            "linalg.map { a } ins(",
            "linalg.map { a } ins(%x ",
            "linalg.map { a } ins(%x : ",
            "linalg.map { a } ins(%x)",
        ] {
            assert_eq!(refused(&format!("{aliases}{text}")), None, "{text}");
        }
    }

    #[test]
    fn elements_that_a_kind_is_not_for_are_refused() {
        let aliases = "!f = f32\n!m = tensor<4x!f>\n#exp = #linalg.elementwise_kind<exp>\n";
        let is_refused = |kind: &str, types: &str| {
            let kind = if kind.starts_with('#') {
                kind.to_owned()
            } else {
                format!("#linalg.elementwise_kind<{kind}>")
            };
            let text = format!("linalg.elementwise kind={kind} ins(%x, %y : {types}) outs(%o : t)");
            refused(&format!("{aliases}{text}")).is_some()
        };
        for (kind, types) in [
            ("exp", "tensor<4x?xf32>"),
            ("exp", "memref<4xbf16, strided<[1]>>"),
            ("exp", "tensor<? x !f>"),
            ("#exp", "!m"),
            ("add", "tensor<?xi32>, tensor<?xi32>"),
            ("add", "!m, f32"),
            ("add", "!unknown, tensor<?xi32>"),
            ("add", "tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>"),
            ("mul", "tensor<1xi1>, tensor<1xi1>"),
            ("sub", "tensor<1xi1>, tensor<1xi8>"),
            ("select", "tensor<i1>, tensor<f64>, tensor<f64>"),
            ("powf", "memref<4xf64>, memref<4xf64>"),
            ("max_unsigned", "tensor<4xui8>, tensor<4xui8>"),
        ] {
            assert!(!is_refused(kind, types), "{kind} {types}");
        }
        for (kind, types) in [
            ("exp", "tensor<4xi32>"),
            ("exp", "i32"),
            ("exp", "tensor<4xcomplex<f32>>"),
            ("exp", "tensor<*xf32>"),
            ("tanh", "tensor<index>"),
            ("#exp", "tensor<4xi32>"),
            ("#linalg<elementwise_kind<exp>>", "tensor<4xi32>"),
            ("add", "tensor<4xf32>, tensor<4xi32>"),
            ("add", "!m, tensor<4xi32>"),
            ("add", "vector<4xf32>, vector<4xf32>"),
            ("sub", "tensor<4xi1>, tensor<4xi1>"),
            ("powf", "tensor<4xindex>, tensor<4xindex>"),
            ("max_unsigned", "tensor<4xf32>, tensor<4xf32>"),
        ] {
            assert!(is_refused(kind, types), "{kind} {types}");
        }
    }

    #[test]
    fn products_of_what_is_no_number_are_refused() {
        let is_refused = |left: &str, right: &str, sum: &str| {
            let types = [left, right, sum].map(|element| format!("tensor<2x2x2x{element}>"));
            let [left, right, sum] = types;
            let text = format!("ins(%a, %b : {left}, {right}) outs(%c : {sum}) -> {sum}");
            refused(&format!("linalg.batch_matmul {text}")).is_some()
        };
        for (left, right, sum) in [
            ("f32", "bf16", "f32"),
            ("i8", "i8", "f32"),
            ("f32", "i1", "i1"),
            ("index", "index", "i32"),
            ("f32", "complex<f64>", "complex<f32>"),
        ] {
            assert!(!is_refused(left, right, sum), "{left} {right} {sum}");
        }
        for (left, right, sum) in [
            ("index", "f32", "f32"),
            ("f32", "complex<f32>", "f32"),
            ("index", "index", "index"),
            ("f32", "f32", "vector<2xf32>"),
            ("index", "f32", "complex<f32>"),
        ] {
            assert!(is_refused(left, right, sum), "{left} {right} {sum}");
        }
        assert_eq!(refused("linalg.batch_matmul ins(%a : index)"), None);
    }

    #[test]
    fn maps_without_results_are_refused() {
        let aliases = "#none = affine_map<(i, j, k) -> ()>\n#some = affine_map<(i, j, k) -> (i, k)>\n\
                       #all = [#some, #some, #none]\n#few = [#some]\n#given = {indexing_maps = #few}\n";
        let at = |text: &str| refused(&format!("{aliases}{text}"));
        for (text, column) in [
            ("linalg.matmul indexing_maps = [] ins(%a, %b : t, t)", 31),
            ("linalg.matmul indexing_maps = [#some]", 31),
            ("linalg.matmul indexing_maps = #few", 31),
            ("linalg.matmul indexing_maps = [#none, #some, #some]", 32),
            ("linalg.matmul indexing_maps = [#some, affine_map<()[s0] -> ( )>, #some]", 39),
            ("linalg.matmul <{indexing_maps = #few, a = 1}> ins(%a : t)", 33),
            ("linalg.matmul {a, \"indexing_maps\" = [#some, #none]}", 45),
            ("\"linalg.matmul\"(%a) <{indexing_maps = []}> ({}) : (t) -> t", 39),
            ("\"linalg.matmu\\6C\"(%a) ({}) {indexing_maps = []} : (t) -> t", 45),
        ] {
            assert_eq!(at(text), Some((6, column)), "{text}");
        }
        assert_eq!(at("linalg.matmul <#given> ins(%a : t)"), Some((5, 27)));
        for text in [
            "linalg.matmul ins(%a, %b : t, t) outs(%c : t)",
            "linalg.matmul indexing_maps = #all ins(%a, %b : t, t)",
            "linalg.matmul indexing_maps = [#some, affine_map<(i, j, k) -> (k)>, #unknown]",
            "linalg.matmul indexing_maps = [a, b]",
            "linalg.matmul indexing_maps = 1",
            "linalg.matmul <#unknown> indexing_maps = [#some, #some, #some]",
            "linalg.generic {indexing_maps = [#none]}",
            "linalg.contract indexing_maps = []",
            "{names = [\"linalg.matmul\"], indexing_maps = []}",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
