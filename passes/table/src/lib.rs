//! The table of all passes that run inside MLIR.
//!
//! Each pass on thn functions is one file here and one line below; it imports a function, runs what
//! another crate provides, and exports the result. Passes of other crates come with their own tables.

use thn_mlir::pass::{Level, Pipeline, Tables};

mod rule_file;
mod thn_eqsat;
mod thn_expand;
mod thn_grad;
mod thn_improve;
mod thn_plan_kernels;
mod thn_raise;
mod thn_roundtrip;
mod thn_test_fail;
mod thn_to_loops;

thn_mlir::passes! {
    thn_roundtrip: "Read functions into thn's own representation and write them back unchanged",
        Tensors => Tensors, on "func.func";
    thn_raise: "Write ops of other dialects as those of thn that mean the same", Tensors => Tensors, on "func.func";
    thn_grad: "Append the gradients of a function's cost to its results", Tensors => Tensors, on "func.func" {
        cost: 0, "Which result is the cost; it has rank 0";
        wrt: "", "Arguments to differentiate by, by name or position, separated by commas; all of float type if empty";
        disconnected: "", "What arguments are that the cost does not depend on: error, warning or zero; empty is error where they are named, else zero";
    }
    thn_eqsat: "Rewrite functions by equality saturation", Tensors => Tensors, on "func.func",
        makes [arith, linalg, math, tensor, vector] {
        finite: false, "Also use rules that hold only where inputs and intermediate values are finite";
        reassoc: false, "Let sums and products of other dialects change their order, also where no flags do";
        strict: false, "Use no rules that change the order of sums and products";
        fast: false, "Also use rules that may lose accuracy";
        including: "", "Rules, families and classes to use, separated by commas; all if empty";
        excluding: "", "Rules, families and classes not to use, separated by commas";
        rules: "", "Files of further rules, separated by commas; each rule is checked before it is used";
        level: 2, "How hard to try: 0 removes dead code, 1 uses exact and accurate rules, 2 all, 3 looks further";
        cost: "cpu", "What is cheap: cpu, gpu or primitives, which counts ops";
        exact: 0, "Choose among the ops of at most this many values at once exactly, not greedily";
        report: false, "Remark what was done to each function";
        profile: false, "Remark that, and what each phase and rule took";
        json: false, "Remark that as JSON";
        explain: false, "Remark which rules led to each op that is new";
    }
    thn_improve: "Write float results as equal expressions that lose fewer digits, as samples show",
        Tensors => Tensors, on "func.func", makes [arith, linalg, math, tensor, vector] {
        points: 192, "Points at which the search measures errors";
        held_out: 512, "Points at which what it found is compared with the program";
        seed: 1, "Where the points start";
        rounds: 4, "Rounds of search, each from the best expressions of the one before";
        nodes: 2500, "E-nodes of one round";
        branches: false, "Whether an expression may choose between others by the values of the arguments";
        json: false, "Remark what was found as JSON";
    }
    thn_expand: "Write composite ops as the ops they are made of", Tensors => Tensors, on "func.func";
    thn_plan_kernels: "Gather the ops that are computed together into kernels", Tensors => Kernels, on "func.func" {
        fusion: true, "Whether ops share kernels at all";
    }
    thn_to_loops: "Turn a planned function into loops over memory, with the entry that the runtime calls",
        Kernels => Loops, on "builtin.module", makes [arith, cf, linalg, llvm, math, memref, scf];
    thn_test_fail: "Fails on purpose, to show what a failure looks like", Tensors => Tensors, on "func.func" {
        panic: false, "Panic instead of reporting an error";
        message: "asked to fail", "What to report";
        after: 0, "Fail only in functions with more ops than this";
    }
}

/// All passes and pipelines.
pub static TABLES: &Tables = &Tables {
    passes: &[PASSES],
    pipelines: &[
        Pipeline {
            name: "thn-explain",
            description: "Rewrite functions by equality saturation, and remark which rules led to each new op",
            from: Level::Tensors,
            to: Level::Tensors,
            text: "builtin.module(func.func(thn-eqsat{explain=true}))",
        },
        Pipeline {
            name: "thn-to-llvm",
            description: "Take what thn-to-loops leaves to the LLVM dialect",
            from: Level::Loops,
            to: Level::Llvm,
            text: thn_lower::PIPELINE,
        },
    ],
};

/// The entries of an option that holds a list.
fn list(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned)
}
