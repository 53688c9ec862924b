//! One-line formulas of tensors, in Theano's style: `((x ** 2) + exp(y))`.
//!
//! They show the graph as it was built. A loop shows its count, the initial values and its step, as in
//! `loop(k, a, (step, carried0) -> (carried0 * b))`; of a branch, `ifelse(c, x, y)` shows what gives this value.
//! A repeated rank-0 value prints as `fill(shape, value)`; the gradient of a
//! rank-0 cost begins with the number 1.0 itself, which Theano prints as a fill of the cost's shape.
//!
//! A formula of a graph can be exponentially longer than the graph, so what lies deep or far along prints as `…`.

use crate::{Tensor, arena::with};
use thn_ir::{Attr, DType, Func, Literal, OpData, OpKind, Scalar, Value, ValueDef};

impl Tensor {
    /// The formula of this tensor. Variables print by name; shared parts print as often as they are used. Formulas of
    /// more than a few thousand ops are cut.
    pub fn pp(&self) -> String {
        with(&[self], |graph, _, values| match graph.poisoned.contains_key(&values[0]) {
            true => "<could not be built>".into(),
            false => Printer { func: &graph.func, left: LONGEST }.formula(values[0], 0),
        })
    }
}

fn infix(kind: OpKind) -> Option<&'static str> {
    Some(match kind {
        OpKind::Add => "+",
        OpKind::Sub => "-",
        OpKind::Mul => "*",
        OpKind::Div => "/",
        OpKind::FloorDiv => "//",
        OpKind::Mod => "%",
        OpKind::Pow => "**",
        OpKind::Lt => "<",
        OpKind::Le => "<=",
        OpKind::Gt => ">",
        OpKind::Ge => ">=",
        _ => return None,
    })
}

/// Values that a formula shows.
const LONGEST: usize = 4_000;
/// Ops inside one another that a formula shows.
const DEEPEST: usize = 200;

struct Printer<'a> {
    func: &'a Func,
    /// How many values can still be shown.
    left: usize,
}

impl Printer<'_> {
    fn formula(&mut self, value: Value, depth: usize) -> String {
        if self.left == 0 || depth > DEEPEST {
            return "…".into();
        }
        self.left -= 1;
        let func = self.func;
        let Some(op) = func.def_op(value) else { return func.describe(value) };
        let data = func.op(op);
        let parts: Vec<String> = data.operands.iter().map(|v| self.formula(*v, depth + 1)).collect();
        if let (Some(sign), [x, y]) = (infix(data.kind), parts.as_slice()) {
            return format!("({x} {sign} {y})");
        }
        match data.kind {
            OpKind::Constant => data.attrs.get_literal("value").map(number).unwrap_or_default(),
            OpKind::Dim => match data.attrs.get_dim("expr") {
                Some(dim) if dim.as_symbol().is_none() && dim.as_const().is_none() => format!("({dim})"),
                dim => dim.map(ToString::to_string).unwrap_or_default(),
            },
            OpKind::Neg => format!("(-{})", parts[0]),
            OpKind::Broadcast if func.tensor(data.operands[0]).is_some_and(|t| t.rank() == 0) => {
                format!("fill({}, {})", shape(func, value), parts[0])
            }
            OpKind::Broadcast | OpKind::Reshape => {
                format!("{}({}, {})", data.kind.row().mnemonic, parts[0], shape(func, value))
            }
            OpKind::Dimshuffle => dimshuffle(func, data, &parts[0]),
            OpKind::Cond => {
                let index = result_index(func, value);
                let chosen: Vec<String> = data
                    .regions
                    .iter()
                    .filter_map(|region| func.block(*region).results.get(index).copied())
                    .map(|v| self.formula(v, depth + 1))
                    .collect();
                format!("ifelse({}, {})", parts[0], chosen.join(", "))
            }
            OpKind::Loop => {
                let body = data.regions.first().map(|region| func.block(*region).clone()).unwrap_or_default();
                let names: Vec<String> = body.args.iter().map(|v| func.describe(*v)).collect();
                let next: Vec<String> = body.results.iter().map(|v| self.formula(*v, depth + 1)).collect();
                let (head, names) = (parts.join(", "), names.join(", "));
                match next.as_slice() {
                    [next] => format!("loop({head}, ({names}) -> {next})"),
                    _ => {
                        let (next, index) = (next.join(", "), result_index(func, value));
                        format!("loop({head}, ({names}) -> [{next}])[{index}]")
                    }
                }
            }
            _ => {
                let mut all = parts;
                all.extend(data.attrs.iter().map(|(name, attr)| attribute(name, attr)));
                format!("{}({})", data.kind.row().mnemonic, all.join(", "))
            }
        }
    }
}

/// Which result of its op a value is.
fn result_index(func: &Func, value: Value) -> usize {
    match func.def(value) {
        ValueDef::Result { index, .. } => index as usize,
        ValueDef::Arg { .. } => 0,
    }
}

fn shape(func: &Func, value: Value) -> String {
    func.tensor(value).map(|t| t.shape.to_string()).unwrap_or_default()
}

/// `x.T` where the order is reversed, else the order with `x` for new dims.
fn dimshuffle(func: &Func, data: &OpData, x: &str) -> String {
    let order = data.attrs.get_ints("order");
    let rank = func.tensor(data.operands[0]).map_or(0, |t| t.rank()) as i64;
    if rank > 1 && order.iter().copied().eq((0..rank).rev()) {
        return format!("{x}.T");
    }
    let parts: Vec<String> =
        order.iter().map(|o| if *o < 0 { "x".to_string() } else { o.to_string() }).collect();
    format!("dimshuffle({x}, [{}])", parts.join(", "))
}

fn attribute(name: &str, attr: &Attr) -> String {
    match attr {
        Attr::DType(d) => format!("'{}'", d.numpy()),
        other => format!("{name}={other}"),
    }
}

fn number(literal: &Literal) -> String {
    match literal.splat_value() {
        Some(Scalar::Bool(b)) => b.to_string(),
        Some(Scalar::Int(i)) => i.to_string(),
        Some(Scalar::Float(x)) if literal.dtype() == DType::F32 => format!("{:?}", x as f32),
        Some(Scalar::Float(x)) => format!("{x:?}"),
        None => format!("constant{:?}", literal.shape()),
    }
}
