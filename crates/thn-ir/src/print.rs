//! A readable listing of a program, close to the dialect's syntax, with symbolic dims by name.
//!
//! It is for people and snapshots; the dialect's own text is made by exporting to MLIR.

use crate::{BlockId, Func, Value, ValueDef};
use std::{collections::HashMap, fmt};

impl fmt::Display for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Names::default();
        let args: Vec<String> = self
            .body()
            .args
            .iter()
            .zip(&self.args)
            .map(|(v, a)| {
                format!("{}: {}{}", names.of(self, *v), self.ty(*v), if a.shared { " shared" } else { "" })
            })
            .collect();
        writeln!(f, "func @{}({}) {{", self.name, args.join(", "))?;
        self.print_block(f, Func::BODY, 1, &mut names)?;
        let results: Vec<String> = self
            .body()
            .results
            .iter()
            .zip(&self.results)
            .map(|(v, r)| match r.updates {
                Some(i) => {
                    let target = self.body().args.get(i).map(|arg| names.of(self, *arg));
                    format!("{} -> {}", names.of(self, *v), target.unwrap_or_else(|| format!("argument {i}")))
                }
                None => names.of(self, *v),
            })
            .collect();
        writeln!(f, "  return {}", results.join(", "))?;
        writeln!(f, "}}")
    }
}

impl Func {
    fn print_block(
        &self,
        f: &mut fmt::Formatter<'_>,
        block: BlockId,
        depth: usize,
        names: &mut Names,
    ) -> fmt::Result {
        let pad = "  ".repeat(depth);
        for op in &self.block(block).ops {
            let data = self.op(*op);
            let operands: Vec<String> = data.operands.iter().map(|v| names.of(self, *v)).collect();
            let results: Vec<String> = data.results.iter().map(|v| names.of(self, *v)).collect();
            let types: Vec<String> = data.results.iter().map(|v| self.ty(*v).to_string()).collect();
            write!(f, "{pad}{} = {}", results.join(", "), data.kind.row().mnemonic)?;
            if !operands.is_empty() {
                write!(f, " {}", operands.join(", "))?;
            }
            for (name, attr) in data.attrs.iter() {
                write!(f, " {name} = {attr}")?;
            }
            write!(f, " : {}", types.join(", "))?;
            for region in &data.regions {
                let inner = self.block(*region);
                let args: Vec<String> =
                    inner.args.iter().map(|v| format!("{}: {}", names.of(self, *v), self.ty(*v))).collect();
                writeln!(f, " {{ ({})", args.join(", "))?;
                self.print_block(f, *region, depth + 1, names)?;
                let results: Vec<String> = inner.results.iter().map(|v| names.of(self, *v)).collect();
                write!(f, "{pad}  yield {}\n{pad}}}", results.join(", "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Unique printed names: the user's where there is one, numbers otherwise.
#[derive(Default)]
struct Names {
    of: HashMap<Value, String>,
    taken: HashMap<String, usize>,
    next: usize,
}

impl Names {
    fn of(&mut self, func: &Func, value: Value) -> String {
        if let Some(name) = self.of.get(&value) {
            return name.clone();
        }
        let name = match (&func.value(value).name, func.def(value)) {
            (Some(name), _) => {
                let repeats = self.taken.entry(name.to_string()).or_insert(0);
                *repeats += 1;
                if *repeats == 1 { format!("%{name}") } else { format!("%{name}_{}", *repeats - 1) }
            }
            (None, ValueDef::Arg { block, index }) if block == Func::BODY => format!("%arg{index}"),
            (None, _) => {
                self.next += 1;
                format!("%{}", self.next - 1)
            }
        };
        self.of.insert(value, name.clone());
        name
    }
}
