//! A readable listing of a program, close to the dialect's syntax, with symbolic dims by name.
//!
//! It is for people and snapshots; the dialect's own text is made by exporting to MLIR.

use crate::{BlockId, Func, OpId, Value, ValueDef};
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

/// What is still to be written, at its indentation.
enum Part {
    Op(OpId, usize),
    Region(BlockId, usize),
    End(BlockId, usize),
    Line,
}

impl Func {
    fn print_block(
        &self,
        f: &mut fmt::Formatter<'_>,
        block: BlockId,
        depth: usize,
        names: &mut Names,
    ) -> fmt::Result {
        let ops = |block: BlockId, depth: usize| {
            self.block(block).ops.iter().rev().map(move |op| Part::Op(*op, depth))
        };
        let mut parts: Vec<Part> = ops(block, depth).collect();
        while let Some(part) = parts.pop() {
            match part {
                Part::Op(op, depth) => {
                    self.print_op(f, op, depth, names)?;
                    parts.push(Part::Line);
                    parts.extend(self.op(op).regions.iter().rev().map(|r| Part::Region(*r, depth)));
                }
                Part::Region(region, depth) => {
                    let args = self.block(region).args.iter();
                    let args: Vec<String> =
                        args.map(|v| format!("{}: {}", names.of(self, *v), self.ty(*v))).collect();
                    writeln!(f, " {{ ({})", args.join(", "))?;
                    parts.push(Part::End(region, depth));
                    parts.extend(ops(region, depth + 1));
                }
                Part::End(region, depth) => {
                    let results = self.block(region).results.iter();
                    let results: Vec<String> = results.map(|v| names.of(self, *v)).collect();
                    let pad = "  ".repeat(depth);
                    write!(f, "{pad}  yield {}\n{pad}}}", results.join(", "))?;
                }
                Part::Line => writeln!(f)?,
            }
        }
        Ok(())
    }

    fn print_op(&self, f: &mut fmt::Formatter<'_>, op: OpId, depth: usize, names: &mut Names) -> fmt::Result {
        let data = self.op(op);
        let operands: Vec<String> = data.operands.iter().map(|v| names.of(self, *v)).collect();
        let results: Vec<String> = data.results.iter().map(|v| names.of(self, *v)).collect();
        let types: Vec<String> = data.results.iter().map(|v| self.ty(*v).to_string()).collect();
        write!(f, "{}{} = {}", "  ".repeat(depth), results.join(", "), data.kind.row().mnemonic)?;
        if !operands.is_empty() {
            write!(f, " {}", operands.join(", "))?;
        }
        for (name, attr) in data.attrs.iter() {
            write!(f, " {name} = {attr}")?;
        }
        write!(f, " : {}", types.join(", "))
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
