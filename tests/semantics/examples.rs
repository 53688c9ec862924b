//! The examples of the page, run in every way, and computed while compiling.

use crate::{
    call::same,
    code::{Ready, Way},
    page::{Example, Page, element_type, op},
};
use thn_ir::{Arg, Attr, AttrKind, Attrs, Builder, DType, Func, Loc, OpKind, Res, Scalar, Value};
use thn_reference::Value as Tensor;

/// Runs all examples.
pub(crate) fn check(page: &Page) -> Result<(), String> {
    let all = page.examples.iter().map(Case::read).collect::<Result<Vec<_>, String>>()?;
    let (right, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(|c| c.result.is_some());
    let mut wrong = vec![];
    for constants in [false, true] {
        let func = together(&right, constants)?;
        let inputs: Vec<Tensor> = match constants {
            true => vec![],
            false => right.iter().flat_map(|c| c.operands.clone()).collect(),
        };
        // What hangs on constants alone is computed while compiling: the optimizer's way is the only other one.
        for way in Way::ALL.into_iter().filter(|w| !constants || *w == Way::Optimized) {
            let results = Ready::new(way, &func)?.call(&inputs)?;
            for (case, given) in right.iter().zip(&results) {
                let expected = case.result.iter().next();
                if !expected.is_some_and(|e| equal(e, given)) {
                    let how = if constants { "of constants " } else { "" };
                    wrong.push(format!(
                        "{}: {way:?} {how}gives {:?} {:?}",
                        case.text,
                        given.shape(),
                        given.data
                    ));
                }
            }
        }
    }
    for case in &refused {
        let func = together(std::slice::from_ref(case), false)?;
        for way in Way::ALL {
            if let Ok(given) = Ready::new(way, &func)?.call(&case.operands) {
                wrong.push(format!("{}: {way:?} gives {:?}", case.text, given[0].data));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn equal(a: &Tensor, b: &Tensor) -> bool {
    a.dtype == b.dtype && a.shape() == b.shape() && a.elements().zip(b.elements()).all(|(a, b)| same(*a, *b))
}

/// An example.
struct Case {
    /// As the page has it.
    text: String,
    kind: OpKind,
    attrs: Attrs,
    operands: Vec<Tensor>,
    /// `None` where it is an error.
    result: Option<Tensor>,
}

impl Case {
    fn read(example: &Example) -> Result<Case, String> {
        let text = format!("{} of {} is {}", example.op, example.operands.join(", "), example.result);
        let why = |e: String| format!("{text}: {e}");
        let mut words = example.op.split(' ');
        let kind = words.next().ok_or("no op").map_err(|e| why(e.into())).and_then(|w| op(w).map_err(why))?;
        let dtypes = words.map(element_type).collect::<Result<Vec<_>, String>>().map_err(why)?;
        let dtype = *dtypes.first().ok_or_else(|| why("no element type".into()))?;
        let row = kind.row();
        let mut attrs = Attrs::new();
        for spec in row.attrs {
            attrs = match spec.kind {
                AttrKind::DType => {
                    let to = dtypes.get(1).ok_or_else(|| why("no type to cast to".into()))?;
                    attrs.with(spec.name, Attr::DType(*to))
                }
                AttrKind::Ints => attrs.ints(spec.name, &[0]),
                AttrKind::Int => attrs.with(spec.name, Attr::Int(0)),
                _ => return Err(why(format!("has the attribute {}", spec.name))),
            };
        }
        let operand = |(text, spec): (&String, &thn_ir::OperandSpec)| match spec.name {
            "c" => tensor(text, DType::Bool),
            "index" => tensor(text, DType::I64),
            _ => tensor(text, dtype),
        };
        if example.operands.len() != row.operands.len() {
            return Err(why(format!("the op has {} operands", row.operands.len())));
        }
        let operands = example.operands.iter().zip(row.operands).map(operand);
        let operands = operands.collect::<Result<Vec<_>, String>>().map_err(why)?;
        let mut case = Case { text: text.clone(), kind, attrs, operands, result: None };
        if example.result != "error" {
            let func = together(std::slice::from_ref(&case), false)?;
            let to = func.tensor(func.body().results[0]).map_or(dtype, |t| t.dtype);
            case.result = Some(tensor(&example.result, to).map_err(why)?);
        }
        Ok(case)
    }
}

/// A number, or a vector in brackets.
fn tensor(text: &str, dtype: DType) -> Result<Tensor, String> {
    let number = |text: &str| {
        let text = text.trim();
        let wrong = || format!("{text:?} is no number of {dtype}");
        match dtype {
            DType::Bool => text.parse().map(Scalar::Bool).map_err(|_| wrong()),
            d if d.is_float() => text.parse().map(|x| Scalar::Float(x).cast(d)).map_err(|_| wrong()),
            d => {
                let n: i128 = text.parse().map_err(|_| wrong())?;
                if Scalar::Int(n).cast(d) == Scalar::Int(n) { Ok(Scalar::Int(n)) } else { Err(wrong()) }
            }
        }
    };
    let made = match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        None => Tensor::new(dtype, &[], vec![number(text)?]),
        Some(inner) => {
            let parts = inner.split(',').filter(|p| !p.trim().is_empty());
            let all = parts.map(number).collect::<Result<Vec<_>, String>>()?;
            Tensor::new(dtype, &[all.len()], all)
        }
    };
    made.map_err(|e| e.to_string())
}

/// Examples as one program, whose operands are arguments, or constants.
fn together(cases: &[Case], constants: bool) -> Result<Func, String> {
    let mut func = Func::new("examples");
    for case in cases {
        let mut operands: Vec<Value> = vec![];
        for operand in &case.operands {
            if constants {
                let literal = operand.to_literal().ok_or("an operand that is no literal")?;
                let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
                operands.push(b.literal(literal).map_err(|e| e.to_string())?);
            } else {
                let name = format!("x{}", func.args.len());
                let arg = Arg { name: Some(name.as_str().into()), ..Arg::default() };
                operands.push(func.add_tensor_arg(operand.dtype, &vec![None; operand.shape().len()], arg));
            }
        }
        let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
        let result = b.apply(case.kind, &operands, case.attrs.clone());
        let result = result.map_err(|e| format!("{}: {e}", case.text))?;
        func.add_result(result, Res::default());
    }
    Ok(func)
}
