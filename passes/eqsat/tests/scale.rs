//! Random programs: large ones take space in proportion to their size, and a second optimization finds nothing.

#[path = "../examples/scale/programs.rs"]
#[expect(dead_code, reason = "the example also optimizes training steps")]
mod programs;

use thn_eqsat::{Budget, Level, Options, Stop, optimize};
use thn_ir::*;
use thn_random::Random;

/// A program of `n` elementwise ops, each over values made shortly before.
fn random(n: usize, seed: u64) -> Func {
    let mut f = Func::new("f");
    let mut values: Vec<Value> =
        (0..8).map(|_| f.add_tensor_arg(DType::F64, &[Some(16)], Arg::default())).collect();
    let mut random = Random::new(seed);
    let mut next = |below: usize| random.below(below);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    while b.func.body().ops.len() < n {
        let recent = values.len().min(60);
        let mut pick = |b: &mut Builder<'_>| match next(12) {
            0 => b.number(DType::F64, [0.0, 1.0, 2.0, -1.0][next(4)]).unwrap(),
            _ => values[values.len() - 1 - next(recent)],
        };
        let (x, y) = (pick(&mut b), pick(&mut b));
        use OpKind::*;
        let kind = [Add, Sub, Mul, Div, Exp, Log, Neg, Sqr, Sqrt, Maximum, Sigmoid, Tanh][next(12)];
        let binary = kind.row().operands.len() == 2;
        let operands = if binary { vec![x, y] } else { vec![x] };
        values.push(b.map(kind, &operands).unwrap());
    }
    let results: Vec<Value> = values.iter().rev().take(40).copied().collect();
    results.into_iter().for_each(|v| f.add_result(v, Res::default()));
    f
}

#[test]
fn work_grows_with_the_program() {
    let mut per_op = vec![];
    for n in [500, 4_000] {
        let mut f = random(n, 7);
        let start = std::time::Instant::now();
        let report = optimize(&mut f, &Options::default()).unwrap();
        println!("{n} ops: {:?}, {report:?}", start.elapsed());
        assert_eq!(verify::verify(&f), vec![]);
        assert!(report.ops_after < report.ops_before);
        per_op.push(report.nodes as f64 / report.ops_before as f64);
    }
    // E-nodes are counted, not seconds: the bound is the same on every machine.
    assert!(per_op[1] < 2.0 * per_op[0], "e-nodes per op: {per_op:?}");
}

/// Options with room for one round.
fn one_round() -> Options {
    Options { budget: Budget { total_nodes: 1, ..Budget::default() }, ..Options::default() }
}

/// E-nodes of one round are as many on every machine. The bounds are 3 % above what they are with today's rules: without
/// any one of the ways in which the search leaves nodes out, at least one is exceeded.
#[test]
fn programs_of_the_benchmark_make_few_nodes() {
    type Program = fn(usize, u64) -> Result<Func, Error>;
    let all: [(Program, usize); 2] = [(programs::mixed, 65_690), (programs::cancelling, 44_900)];
    for (program, bound) in all {
        let mut f = program(20_000, 7).unwrap();
        let report = optimize(&mut f, &one_round()).unwrap();
        assert!(report.nodes < bound, "{}: {} nodes of {} ops", f.name, report.nodes, report.ops_before);
    }
}

#[test]
fn folded_constants_are_written_once() {
    let mut f = Func::new("f");
    let args = [(); 2].map(|()| f.add_tensor_arg(DType::F64, &[], Arg::default()));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let mut results = vec![];
    for (x, far) in args.into_iter().zip([40.0, 50.0]) {
        let far = b.number(DType::F64, far).unwrap();
        let one = b.map(OpKind::Tanh, &[far]).unwrap();
        results.push(b.map(OpKind::Atan2, &[x, one]).unwrap());
    }
    results.into_iter().for_each(|v| f.add_result(v, Res::default()));
    // Another round would find that they are the same.
    let report = optimize(&mut f, &one_round()).unwrap();
    assert_eq!((report.ops_after, report.stop), (3, Stop::Iterations), "{f}");
}

#[test]
fn parts_of_sums_are_written_once() {
    let mut f = Func::new("f");
    let [x, y, z, w] = [(); 4].map(|()| f.add_tensor_arg(DType::F64, &[Some(4)], Arg::default()));
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let mut map = |kind, a, c| b.map(kind, &[a, c]).unwrap();
    let part = map(OpKind::Add, x, y);
    let (more, less) = (map(OpKind::Add, x, w), map(OpKind::Sub, z, w));
    let more = map(OpKind::Add, more, y);
    let sum = map(OpKind::Add, more, less);
    [part, sum].into_iter().for_each(|v| f.add_result(v, Res::default()));
    // The sum becomes that of x, y and z.
    let report = optimize(&mut f, &one_round()).unwrap();
    assert_eq!((report.ops_before, report.ops_after), (5, 2), "{f}");
}

#[test]
fn a_second_optimization_changes_nothing() {
    for seed in 0..300 {
        for options in [Options::default(), Options::strict()] {
            let mut f = random(40, seed);
            let before = f.to_string();
            optimize(&mut f, &options).unwrap();
            assert_eq!(verify::verify(&f), vec![], "seed {seed}");
            let once = f.to_string();
            let again = optimize(&mut f, &options).unwrap();
            assert_eq!(f.to_string(), once, "seed {seed}: {again:?}\n{before}");
        }
    }
}

#[test]
fn options_name_what_exists() {
    let error = |options: Options| optimize(&mut random(20, 1), &options).unwrap_err().to_string();
    let message = error(Options::default().excluding("sub-slef"));
    assert!(message.contains("`sub-slef`") && message.contains("`sub-self`"), "{message}");
    assert!(error(Options::default().including("stabilise")).contains("`stabilize`"));
    for name in ["sub-self", "stabilize", "finite", "flatten-sum", "loop-hoist", "region"] {
        optimize(&mut random(20, 1), &Options::default().excluding(name)).unwrap();
    }
    let report = optimize(&mut random(300, 1), &Options::default().excluding("finite")).unwrap();
    assert!(report.finite.is_empty());
}

#[test]
fn levels_do_more_and_more() {
    let run = |level| {
        let mut f = random(4_000, 7);
        let report = optimize(&mut f, &Options::level(level)).unwrap();
        assert_eq!(verify::verify(&f), vec![]);
        report
    };
    let reports = Level::ALL.map(run);
    assert!(reports[0].fired.is_empty() && reports[0].cost_after == reports[0].cost_before);
    let costs: Vec<_> = reports.iter().map(|r| r.cost_after).collect();
    // Forms that lose fewer digits may cost more, and more room finds more of them.
    assert!(costs[1] < 1.03 * costs[0] && costs[3] < 1.04 * costs[2], "{costs:?}");
    assert!(costs[2] < costs[0] && costs[2] < costs[1], "{costs:?}");
    assert!(reports[1].finite.is_empty() && !reports[2].finite.is_empty());
    for report in &reports {
        assert!(report.used.keys().all(|name| report.fired.contains_key(name)), "{:?}", report.used);
        assert!(report.tree_cost_after >= report.cost_after);
    }
    assert!(!reports[2].used.is_empty() && reports[2].gap.is_none());
}

#[test]
fn exact_extraction_costs_no_more() {
    let mut ended = 0;
    for seed in 0..20 {
        let cost = |options| {
            let mut f = random(30, seed);
            let report = optimize(&mut f, &options).unwrap();
            assert_eq!(verify::verify(&f), vec![]);
            ended += usize::from(report.gap.is_some());
            report.cost_after
        };
        let [heuristic, exact] = [Options::default(), Options::default().with_exact(40)].map(cost);
        assert!(exact <= heuristic * 1.000_001, "seed {seed}: {exact} above {heuristic}");
    }
    assert!(ended > 10, "{ended} exact searches ended");
}
