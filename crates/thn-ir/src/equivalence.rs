//! When two ops do the same with their inputs.

use crate::{Attr, Func, OpId, Value};
use std::{collections::HashMap, fmt::Write};

/// The attribute in which a pass notes what an op is due to. It is no part of what the op does.
pub const PROVENANCE: &str = "thn.change";

impl Func {
    /// A text that two ops share exactly if they do the same with their inputs: values are numbered in order, `inputs`
    /// first.
    pub fn fingerprint(&self, op: OpId, inputs: &[Value]) -> String {
        let mut numbers = Numbers { of: HashMap::new(), next: inputs.len() };
        for (i, v) in inputs.iter().enumerate() {
            numbers.of.entry(*v).or_insert(i);
        }
        let mut text = String::new();
        write_op(self, op, &mut numbers, &mut text);
        text
    }
}

/// Numbers of values in order of appearance.
struct Numbers {
    of: HashMap<Value, usize>,
    next: usize,
}

impl Numbers {
    fn get(&mut self, value: Value) -> usize {
        let number = *self.of.entry(value).or_insert(self.next);
        self.next = self.next.max(number + 1);
        number
    }
}

fn write_op(func: &Func, op: OpId, numbers: &mut Numbers, text: &mut String) {
    let data = func.op(op);
    text.push_str(data.kind.row().mnemonic);
    // Writing to a string does not fail.
    for v in &data.operands {
        let _ = write!(text, " {}", numbers.get(*v));
    }
    for (name, attr) in data.attrs.iter().filter(|(name, _)| *name != PROVENANCE) {
        // Literals are printed in part for people; here every element counts.
        let _ = match attr {
            Attr::Literal(l) => write!(text, " {name}={:?}", (l.ty(), l.to_bytes())),
            other => write!(text, " {name}={other}"),
        };
    }
    for r in &data.results {
        let _ = write!(text, " -> {}:{}", numbers.get(*r), func.ty(*r));
    }
    for region in &data.regions {
        let block = func.block(*region);
        text.push_str(" {");
        for arg in &block.args {
            let _ = write!(text, " {}:{}", numbers.get(*arg), func.ty(*arg));
        }
        for inner in &block.ops {
            text.push('\n');
            write_op(func, *inner, numbers, text);
        }
        text.push_str("\nyield");
        for result in &block.results {
            let _ = write!(text, " {}", numbers.get(*result));
        }
        text.push_str(" }");
    }
}
