//! Every op of the table, compiled, against the reference.
//!
//! Walks `OpKind::ALL`: there is no list of ops here. Elementwise ops are judged against their formula in high precision,
//! within the bound of their row; ops that move elements must give the same bits as the reference interpreter; sums and
//! products are judged against high precision within their forward error bound. Lengths are symbolic where an op allows
//! it, so that one compilation serves empty, single and ordinary dims.
//!
//! `faults` plants mistakes and asks that these very checks find them.

#[path = "ops/call.rs"]
mod call;
#[path = "ops/elementwise.rs"]
mod elementwise;
#[path = "ops/faults.rs"]
mod faults;
#[path = "ops/judge.rs"]
mod judge;
#[path = "ops/samples.rs"]
mod samples;
#[path = "ops/structural.rs"]
mod structural;

use libtest_mimic::{Arguments, Trial};
use thn_ir::{DType, OpKind};

fn main() {
    let mut trials = vec![];
    for kind in OpKind::ALL {
        let row = kind.row();
        let accepted = DType::ALL.into_iter().filter(|d| row.dtypes.operands.contains(*d));
        for dtype in accepted {
            let name = format!("{}/{dtype}", row.mnemonic);
            if row.is_elementwise() {
                trials.push(Trial::test(name, move || Ok(elementwise::check(kind, dtype)?)));
            } else if let Some(programs) = structural::programs(kind, dtype) {
                trials.push(Trial::test(name, move || Ok(structural::check(&programs)?)));
            }
        }
    }
    trials.extend(faults::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
