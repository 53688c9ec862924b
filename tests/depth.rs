//! Nothing ends the process: long and deep programs go through every pass and tool on a thread with 2 MiB of stack, or are
//! refused with a sentence.
//!
//! Ops in a row may be [`MANY`]. Where a pass takes long for each op, or keeps much of it, there are fewer, but always more
//! than a recursion that takes 200 bytes a call survives. Regions nest as deep as [`Func::MAX_NESTING`] says; what lies
//! deeper is refused where it comes in.

#[path = "depth/programs.rs"]
mod programs;

use programs::{
    MANY, balanced, chain, conditions, diamonds, fan, first_value, foreign_text, joined, nested_loops,
    nested_text, on_small_stack, slices, text,
};
use thn_accuracy::{Accuracy, improve};
use thn_cpu::{Options as CpuOptions, compile_function};
use thn_eqsat::{
    Budget, Options,
    explain::{self, optimize_explained},
    optimize,
};
use thn_graph::{Program, Request, Tensor, dscalar, dvector, f64, grad, ifelse, s, zeros};
use thn_ir::{Dim, Func, OpKind, ShapeProgram, expand, verify};
use thn_mlir::{
    export_module, import, melior::ir::block::BlockLike, new_context, parse, pass, run_pipeline, text::print,
};
use thn_reference::{Value as Input, exact, interpret};

/// Ops where each costs much.
const SOME: usize = 10_000;

/// Every long program with so many ops.
fn long(ops: usize) -> [(&'static str, Func); 5] {
    [
        ("chain", chain(ops)),
        ("diamonds", diamonds(ops)),
        ("fan", fan(ops)),
        ("balanced", balanced(ops)),
        ("joined", joined(ops)),
    ]
}

/// Deep programs that are right.
fn deep() -> [(&'static str, Func); 2] {
    [("loops", nested_loops(Func::MAX_NESTING)), ("slices", slices(SOME / 10))]
}

#[test]
fn programs_are_checked_copied_printed_and_dropped() {
    on_small_stack(|| {
        for (name, func) in long(MANY).into_iter().chain(deep()) {
            assert_eq!(verify::verify(&func), vec![], "{name}");
            let copy = func.compact();
            assert_eq!(copy.to_string().len(), func.to_string().len(), "{name}");
            let mut unified = copy.clone();
            unified.unify_dims().expect("its dims agree");
            ShapeProgram::new(&func).expect("it has shapes");
            assert_eq!(func.use_counts().len(), func.value_count(), "{name}");
        }
    });
}

#[test]
fn composites_of_a_long_program_expand_in_linear_time() {
    on_small_stack(|| {
        let mut func = chain(MANY);
        for op in func.walk(Func::BODY) {
            func.op_mut(op).kind = OpKind::Softplus;
        }
        expand::expand_where(&mut func, &|_| true).expect("it expands");
        assert_eq!(verify::verify(&func), vec![]);
        assert_eq!(func.body().ops.len(), 7 * MANY);
    });
}

#[test]
fn long_programs_are_interpreted() {
    on_small_stack(|| {
        for (name, func) in long(MANY).into_iter().chain(deep()) {
            let results = interpret(&func, &first_value(&func)).expect("it runs");
            assert!(results[0].to_f64().iter().all(|x| x.is_finite()), "{name}");
        }
        let func = chain(SOME / 10);
        exact::evaluate(&func, &first_value(&func)).expect("it has a true value");
    });
}

#[test]
fn long_programs_are_drawn() {
    on_small_stack(|| {
        for (name, func) in long(SOME).into_iter().chain(deep()) {
            let drawing = thn_draw::svg(&func);
            assert!(drawing.ends_with("</svg>\n"), "{name}");
        }
        // One that is refused elsewhere is drawn as far as it may go.
        assert!(thn_draw::svg(&nested_loops(2_000)).ends_with("</svg>\n"));
    });
}

#[test]
fn gradients_of_long_programs() {
    on_small_stack(|| {
        for func in
            [chain(MANY), diamonds(MANY), fan(MANY), balanced(MANY), nested_loops(Func::MAX_NESTING / 4)]
        {
            let name = func.name.clone();
            let mut func = func;
            let (cost, by) = (func.body().results[0], func.body().args[0]);
            let mut b = thn_ir::Builder::new(&mut func, Func::BODY, thn_ir::Loc::Unknown);
            let rank = b.tensor(cost).expect("a tensor").rank() as i64;
            let cost = b.reduce(OpKind::Sum, cost, &(0..rank).collect::<Vec<_>>()).expect("a sum");
            let found = thn_autodiff::grad(&mut b, cost, &[by]).expect("it has a gradient");
            assert!(found[0].is_some(), "{name}");
        }
    });
}

#[test]
fn the_front_end_builds_prints_and_drops_long_expressions() {
    on_small_stack(|| {
        let x = dvector("x");
        let mut y = x.clone();
        for _ in 0..MANY {
            y = y.sin();
        }
        assert!(y.pp().contains('…'));
        let request = |outputs: Vec<Tensor>| Request {
            inputs: vec![x.clone()],
            outputs: outputs.into_iter().map(|t| (t, None)).collect(),
            ..Request::default()
        };
        let gradient = grad(&y.sum(), &[&x]).remove(0);
        let program = Program::extract(&request(vec![y, gradient])).expect("it is right");
        assert_eq!(verify::verify(&program.func), vec![]);
        // What cannot be built is told once, from however far.
        let mut wrong = x.dot(dscalar("z"));
        for _ in 0..MANY {
            wrong = wrong.exp();
        }
        assert_eq!(Program::extract(&request(vec![wrong])).expect_err("it is wrong").len(), 1);
    });
}

#[test]
fn lengths_computed_from_lengths_are_dims_however_long_it_takes() {
    on_small_stack(|| {
        let (x, k) = (dvector("x"), thn_graph::lscalar("k"));
        let mut n = k;
        for _ in 0..SOME {
            n = &n + 1;
        }
        assert_eq!(zeros(&n, f64).dims()[0].to_string(), format!("k + {SOME}"));
        assert_eq!(x.at(s![..&n]).ndim(), 1);
        // Each is read twice.
        for _ in 0..60 {
            n = &n + &n;
        }
        assert_eq!(x.at(s![..&n]).ndim(), 1);
    });
}

#[test]
fn chains_of_slices_keep_small_dims_and_others_are_refused() {
    on_small_stack(|| {
        let mut x = dvector("x");
        for _ in 0..1_000 {
            x = x.at(s![1..]);
        }
        assert!(x.dims()[0].to_string().len() < 100, "{}", x.dims());
        let mut halves = dvector("x");
        for _ in 0..SOME {
            halves = halves.at(s![..; 2]);
        }
        let problems = halves.problems();
        let [problem] = problems.as_slice() else { panic!("one problem: {problems:?}") };
        let message = problem.to_string();
        assert!(message.contains("depth.rs:") && message.contains("'thn.slice' op"), "{message}");
        assert!(
            message.contains(&format!("more than {} operations inside one another", Dim::MAX_DEPTH)),
            "{message}"
        );
    });
}

/// Branches in branches: what fits is run only if it is chosen, the rest before.
#[test]
fn chains_of_branches_nest_as_far_as_they_may() {
    on_small_stack(|| {
        let (x, c) = (dscalar("x"), thn_graph::bscalar("c"));
        let mut y = x.clone();
        for _ in 0..2_000 {
            y = ifelse(&c, &y.sin(), &x);
        }
        let request =
            Request { inputs: vec![x.clone(), c.clone()], outputs: vec![(y, None)], ..Request::default() };
        let program = Program::extract(&request).expect("it is right");
        assert_eq!(verify::verify(&program.func), vec![]);
        assert_eq!(program.func.body().ops.len(), 2);
        let inputs = [Input::scalar(0.5f64), Input::scalar(1i8)];
        let found = interpret(&program.func, &inputs).expect("it runs")[0].to_f64();
        let expected = (0..2_000).fold(0.5f64, |x, _| x.sin());
        assert_eq!(found.iter().copied().collect::<Vec<_>>(), [expected]);
        // What can fail must not run there.
        let table = dvector("table");
        let mut y = x.clone();
        for _ in 0..2 * Func::MAX_NESTING {
            y = ifelse(&c, &table.take(&y.cast(thn_graph::i64), 0), &x);
        }
        let request = Request { inputs: vec![x, c, table], outputs: vec![(y, None)], ..Request::default() };
        let errors = Program::extract(&request).expect_err("it is too deep");
        let message = errors[0].to_string();
        assert!(message.contains("depth.rs:") && message.contains("regions nest 65 deep"), "{message}");
    });
}

#[test]
fn loops_deeper_than_the_limit_are_refused_by_name_and_line() {
    on_small_stack(|| {
        for depth in [Func::MAX_NESTING + 1, 2_000] {
            let errors = verify::verify(&nested_loops(depth));
            let [error] = errors.as_slice() else { panic!("one error: {errors:?}") };
            let sentence = format!(
                "deep.rs:{}:1: not supported: 'thn.loop' op regions nest {depth} deep here, at most 64 are taken",
                Func::MAX_NESTING + 1
            );
            assert_eq!(error.to_string(), sentence);
            let mut func = nested_loops(depth);
            assert_eq!(optimize(&mut func, &Options::default()).expect_err("it is too deep"), *error);
            assert_eq!(interpret(&func, &first_value(&func)).expect_err("it is too deep"), *error);
            assert!(thn_kernels::plan(&func, &thn_kernels::Options::default()).is_err());
            let failure = compile_function(&func, &CpuOptions::default()).expect_err("it is too deep");
            assert!(failure.to_string().contains("regions nest"), "{failure}");
        }
    });
}

/// Every pass of the table that reads tensors, on every program. The optimizer takes fewer ops, as it keeps a hundred times
/// as much of each.
#[test]
fn every_pass_takes_long_programs() {
    pass::register(thn_passes::TABLES);
    for pass in thn_passes::TABLES.passes.iter().copied().flatten() {
        if pass.from != pass::Level::Tensors || pass.name == "thn_test_fail" {
            continue;
        }
        let ops = match pass.name {
            "thn_eqsat" => SOME / 4,
            // MLIR prints and reads the types of each op more than once.
            _ => SOME,
        };
        let sources = [
            ("chain", text(ops, false)),
            ("fan", text(ops, true)),
            ("loops", nested_text(Func::MAX_NESTING)),
            ("foreign", foreign_text(ops)),
        ];
        for (name, source) in sources {
            // The gradient of a loop is two loops, each with all that is inside; the gradient of another op is none, and
            // its kernel neither.
            let refused = match pass.name {
                "thn_grad" => matches!(name, "loops" | "foreign"),
                "thn_plan_kernels" => name == "foreign",
                _ => false,
            };
            if refused {
                continue;
            }
            let pipeline = format!("builtin.module(func.func({}))", pass.argument());
            on_small_stack(|| {
                let context = new_context();
                let mut module = parse(&context, &source, "deep.mlir").expect("it parses");
                if let Err(error) = run_pipeline(&context, &mut module, &pipeline) {
                    panic!("{} {name}: {:?}", pass.name, error.failure().message);
                }
                assert!(print(module.as_operation()).len() > 100);
            });
        }
    }
}

/// From the program to the text that MLIR reads.
#[test]
fn long_programs_are_planned_and_written_as_loops() {
    on_small_stack(|| {
        for (name, func) in long(SOME).into_iter().chain(deep()) {
            let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).expect("it is right");
            let lowered = thn_lower::lower(&planned).expect("it is right");
            assert!(lowered.text.len() < 4_000 * SOME, "{name}: {} characters", lowered.text.len());
        }
    });
}

#[test]
fn text_deeper_than_the_limit_is_refused() {
    pass::register(thn_passes::TABLES);
    on_small_stack(|| {
        let context = new_context();
        let source = nested_text(Func::MAX_NESTING + 1);
        let module = parse(&context, &source, "deep.mlir").expect("MLIR takes it");
        let function = module.body().first_operation().expect("a function");
        let error = import(function).err().expect("it is too deep").to_string();
        assert!(
            error.contains("deep.mlir:") && error.contains("regions nest 65 deep here, at most 64"),
            "{error}"
        );
        let error =
            parse(&context, &nested_text(2_000), "deep.mlir").expect_err("it is too deep").to_string();
        assert!(error.contains("nested deeper than"), "{error}");
        // As many regions of other dialects as the text may hold go through MLIR's own recursions.
        let most = thn_mlir::DEEPEST - 2;
        let open = |i: usize| format!("scf.for %i{i} = %c0 to %n step %n {{\n");
        let loops = format!(
            "func.func @f(%n: index) {{\n%c0 = arith.constant 0 : index\n{}{}return\n}}",
            (0..most).map(open).collect::<String>(),
            "}\n".repeat(most)
        );
        let mut module = parse(&context, &loops, "deep.mlir").expect("it parses");
        run_pipeline(
            &context,
            &mut module,
            "builtin.module(func.func(thn-roundtrip,thn-eqsat),canonicalize)",
        )
        .expect("it goes through");
    });
}

#[test]
fn programs_of_the_front_end_become_text_and_come_back() {
    on_small_stack(|| {
        let context = new_context();
        for (name, func) in long(SOME).into_iter().chain(deep()) {
            let module = export_module(&context, &[&func]).expect("it is written");
            let function = module.body().first_operation().expect("a function");
            let back = import(function).expect("it is read").func;
            assert_eq!(back.walk(Func::BODY).len(), func.walk(Func::BODY).len(), "{name}");
        }
    });
}

/// One round each: what the programs are is no matter here.
#[test]
fn long_programs_are_optimized() {
    on_small_stack(|| {
        let options =
            Options { budget: Budget { total_nodes: 1, ..Budget::default() }, ..Options::default() };
        for (name, mut func) in long(SOME).into_iter().chain(deep()) {
            optimize(&mut func, &options).expect("it is right");
            assert_eq!(verify::verify(&func), vec![], "{name}");
        }
        // All of these are one of two values, and every union looks at all users of both.
        let mut func = conditions(SOME / 2);
        optimize(&mut func, &options).expect("it is right");
        assert_eq!(verify::verify(&func), vec![]);
    });
}

#[test]
fn the_search_for_accuracy_refuses_what_is_too_long() {
    on_small_stack(|| {
        let settings = Accuracy { points: 8, held_out: 8, rounds: 0, nodes: 100, ..Accuracy::default() };
        let error = improve(&mut chain(MANY), &settings).expect_err("it is too long").to_string();
        assert!(
            error.starts_with("deep.rs:1:1: ") && error.contains("expression of 100001 terms"),
            "{error}"
        );
        // Written out, this is exponentially long.
        let found = improve(&mut diamonds(120), &settings).expect("it is searched");
        assert!(found[0].expression.len() < 5_000, "{}", found[0].expression.len());
    });
}

/// All of a long program is one term, whose steps nest as deep as it is long.
#[test]
fn long_programs_are_explained() {
    on_small_stack(|| {
        for mut func in [chain(SOME / 5), diamonds(SOME / 5)] {
            let (_, explanation) = optimize_explained(&mut func, &Options::default()).expect("it is right");
            explain::check(&explanation).expect("every step holds");
        }
    });
}
