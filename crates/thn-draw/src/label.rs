//! The words in a box: short enough to read, with the full text in the tooltip.

use thn_ir::{Attr, DType, Func, Loc, OpId, OpKind, Scalar, Type, Value, ValueDef};

/// Width of a character of the large text; the fonts asked for are 0.602 em wide.
const WIDE: f64 = 7.9;
/// Width of a character of the small text.
const NARROW: f64 = 6.7;

/// Lines of a box: the first is large.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    /// What the box shows.
    pub(crate) lines: Vec<String>,
    /// What its tooltip says.
    pub(crate) tooltip: String,
}

impl Label {
    /// The length of the first line.
    pub(crate) fn head(&self) -> f64 {
        self.lines.first().map_or(0.0, |line| line.chars().count() as f64 * WIDE)
    }

    /// The room it takes in a box.
    pub(crate) fn size(&self) -> (f64, f64) {
        let width =
            |(i, line): (usize, &String)| line.chars().count() as f64 * if i == 0 { WIDE } else { NARROW };
        let width = self.lines.iter().enumerate().map(width).fold(0.0, f64::max);
        ((width + 18.0).max(40.0), 12.0 + 16.0 + 14.0 * (self.lines.len() as f64 - 1.0))
    }
}

/// An element type and lengths, `f64[N, 3]`, or the spelling of a foreign type.
pub(crate) fn ty(ty: &Type) -> String {
    match ty {
        Type::Foreign(text) => text.to_string(),
        Type::Tensor(t) if t.rank() == 0 => t.dtype.to_string(),
        Type::Tensor(t) => {
            let dims: Vec<String> = t.shape.iter().map(ToString::to_string).collect();
            format!("{}[{}]", t.dtype, dims.join(", "))
        }
    }
}

/// What a value is called: the user's name, else the op that makes it, else its position.
pub(crate) fn value(func: &Func, value: Value) -> String {
    match (&func.value(value).name, func.def(value)) {
        (Some(name), _) => name.to_string(),
        (None, ValueDef::Result { op, .. }) => func.op(op).kind.row().mnemonic.to_string(),
        (None, ValueDef::Arg { index, .. }) => format!("arg {index}"),
    }
}

/// An op without regions, or the frame of one with regions.
pub(crate) fn op(func: &Func, id: OpId) -> Label {
    let data = func.op(id);
    let row = data.kind.row();
    let literal = data.results.first().and_then(|r| func.literal(*r));
    let head = match literal.map(|l| (l.splat_value(), l)) {
        Some((Some(splat), l)) => number(l.dtype(), splat),
        Some((None, l)) => l.to_string().split(" : ").next().unwrap_or_default().to_string(),
        None if data.kind == OpKind::Foreign => func.op_name(id),
        None => row.mnemonic.to_string(),
    };
    let names: Vec<&str> = data.results.iter().filter_map(|r| func.value(*r).name.as_deref()).collect();
    let mut head = if names.is_empty() { head } else { format!("{} = {head}", names.join(", ")) };
    // A frame has one line for everything; words such as a kernel's schedule matter most.
    for (_, attr) in data.attrs.iter().filter(|_| !data.regions.is_empty()) {
        if let Attr::Str(word) = attr {
            head.push_str(&format!(" · {word}"));
        }
    }
    let mut lines = vec![cut(&head, 34)];
    let mut tooltip = func.op_name(id);
    if data.kind != OpKind::Foreign {
        tooltip.push_str(&format!(": {}", row.summary));
    }
    let is_label = |name: &str| data.kind == OpKind::Foreign && name == Func::FOREIGN_NAME;
    for (name, attr) in data.attrs.iter().filter(|(name, _)| !is_label(name)) {
        tooltip.push_str(&format!("\n{name} = {attr}"));
        if literal.is_none() {
            lines.push(cut(&format!("{name} = {attr}"), 44));
        }
    }
    for operand in &data.operands {
        tooltip.push_str(&format!("\ntakes {}: {}", value(func, *operand), ty(func.ty(*operand))));
    }
    for result in &data.results {
        lines.push(cut(&ty(func.ty(*result)), 44));
        tooltip.push_str(&format!("\ngives {}", ty(func.ty(*result))));
    }
    push_loc(&mut tooltip, &data.loc);
    Label { lines, tooltip }
}

/// An entry argument.
pub(crate) fn arg(func: &Func, index: usize, of: Value) -> Label {
    let arg = func.args.get(index);
    let name = arg.and_then(|a| a.name.as_deref()).map_or_else(|| format!("arg {index}"), str::to_string);
    let what = if arg.is_some_and(|a| a.shared) { "shared variable" } else { "input" };
    let mut tooltip = format!("{what} {name}: {}", ty(func.ty(of)));
    if let Some(arg) = arg {
        push_loc(&mut tooltip, &arg.loc);
    }
    Label { lines: vec![cut(&name, 34), cut(&ty(func.ty(of)), 44)], tooltip }
}

/// A result of the function.
pub(crate) fn result(func: &Func, index: usize, of: Value) -> Label {
    let res = func.results.get(index);
    let name = res.and_then(|r| r.name.as_deref()).map_or_else(|| format!("result {index}"), str::to_string);
    let target = res.and_then(|r| r.updates).and_then(|i| func.body().args.get(i));
    let (head, what) = match target {
        Some(arg) => {
            let target = value(func, *arg);
            (format!("new {target}"), format!("becomes the value of {target} after the call"))
        }
        None => (name, format!("result {index} of the function")),
    };
    let tooltip = format!("{what}: {}", ty(func.ty(of)));
    Label { lines: vec![cut(&head, 34), cut(&ty(func.ty(of)), 44)], tooltip }
}

/// Where a value enters or leaves a region.
pub(crate) fn port(name: &str, of: &Type, what: &str) -> Label {
    Label { lines: vec![cut(name, 28), cut(&ty(of), 44)], tooltip: format!("{what} {name}: {}", ty(of)) }
}

fn push_loc(tooltip: &mut String, loc: &Loc) {
    if *loc != Loc::Unknown {
        tooltip.push_str(&format!("\nat {loc}"));
    }
}

/// A number with the digits that its element type needs.
fn number(dtype: DType, scalar: Scalar) -> String {
    match scalar {
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Float(x) if dtype == DType::F32 => format!("{:?}", x as f32),
        Scalar::Float(x) => format!("{x:?}"),
    }
}

/// The text, or its start and an ellipsis.
fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_string();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_of_their_type() {
        assert_eq!(number(DType::F32, Scalar::Float(0.3f32.into())), "0.3");
        assert_eq!(number(DType::F64, Scalar::Float(1e-300)), "1e-300");
        assert_eq!(number(DType::I64, Scalar::Int(-2)), "-2");
    }

    #[test]
    fn long_text_is_cut_by_characters() {
        assert_eq!(cut("Größe", 5), "Größe");
        assert_eq!(cut("Größen", 5), "Größ…");
    }
}
