//! Calls: arguments, defaults, state, givens, and what is refused.

use ndarray::{arr1, arr2, s as nd};
use thn::prelude::*;
use thn::{Array as Owned, CallError, Error};

/// A test that runs on every target of this build.
macro_rules! on_every_target {
    ($name:ident($target:ident) $body:block) => {
        #[test]
        fn $name() {
            for $target in Target::ALL.iter().copied() {
                println!("on {}", $target.name());
                $body
            }
        }
    };
}

fn number(x: &Tensor) -> f64 {
    x.get_value().unwrap().as_slice::<f64>().unwrap()[0]
}

on_every_target! { updates_see_the_old_state(target) {
    let (a, b) = (shared(1.0, "a"), shared(2.0, "b"));
    let swap = function((), [&a, &b]).updates([(&a, &b), (&b, &a)]).target(target).compile().unwrap();
    let results = swap.call(()).unwrap();
    assert_eq!((results.item::<f64>(0).unwrap(), results.item::<f64>(1).unwrap()), (1.0, 2.0));
    assert_eq!((number(&a), number(&b)), (2.0, 1.0));
} }

on_every_target! { a_failing_call_leaves_the_state(target) {
    let (i, n) = (lscalar("i"), shared(0.0, "n"));
    let row = constant([1.0, 2.0]).at(s![&i]);
    let f = function([&i], &row).update(&n, &n + 1).target(target).compile().unwrap();
    assert!(f.call([1]).is_ok());
    let failed = f.call([2]).unwrap_err().to_string();
    assert!(failed.contains("index"), "{failed}");
    assert_eq!(number(&n), 1.0);
} }

on_every_target! { element_types_of_arguments_widen_and_never_narrow(target) {
    let (x, n) = (fvector("x"), lscalar("n"));
    let f = function([&x, &n], &x * &n.cast(f32)).target(target).compile().unwrap();
    let product = |r: Result<thn::Results, CallError>| r.unwrap().array::<f32>(0).unwrap()[[0]];
    // What the source spells counts by its value; what an array holds by its type.
    assert_eq!(product(f.call(([2, 3], 2))), 4.0);
    assert_eq!(product(f.call(([0.5, 3.0], 2))), 1.0);
    assert_eq!(product(f.call((&arr1(&[2_i16]), 2))), 4.0);
    let refused = |r: Result<thn::Results, CallError>| r.unwrap_err().to_string();
    let message = "argument x has element type float64; float32 is needed";
    assert_eq!(refused(f.call((&arr1(&[0.5_f64]), 2))), message);
    assert_eq!(product(f.call(([0.1, 3.0], 2))), 0.1_f32 * 2.0);
    assert!(refused(f.call(([0.5], 2.5))).contains("argument n has element type float64; int64 is needed"));
    let y = fscalar("y");
    let rounded = function([&y], &y).target(target).compile().unwrap().call([0.1]).unwrap();
    assert_eq!(rounded.item::<f32>(0).unwrap(), 0.1);
} }

on_every_target! { views_of_any_layout_are_read(target) {
    let x = dmatrix("x");
    let f = function([&x], x.at(s![0]) * 1).target(target).compile().unwrap();
    let a = arr2(&[[1.0, 2.0], [3.0, 4.0]]);
    let first = |r: thn::Results| r.array::<f64>(0).unwrap();
    assert_eq!(first(f.call([a.t()]).unwrap()), arr1(&[1.0, 3.0]).into_dyn());
    assert_eq!(first(f.call([a.slice(nd![..;-1, ..])]).unwrap()), arr1(&[3.0, 4.0]).into_dyn());
    assert_eq!(first(f.call([a.slice(nd![.., 1..])]).unwrap()), arr1(&[2.0]).into_dyn());
} }

on_every_target! { wrong_calls_say_what_is_wrong(target) {
    let [x, y] = dvectors(["x", "y"]);
    let sum = &x + &y;
    let f = function([&x, &y], &sum).name("sum").target(target).compile().unwrap();
    let message = |r: Result<thn::Results, CallError>| r.unwrap_err().to_string();
    let shapes = message(f.call(([1.0, 2.0], [1.0])));
    assert!(shapes.contains("functions.rs"), "{shapes}");
    assert!(shapes.contains("x has shape (2) and y has shape (1): dim 0 is 2 and 1"), "{shapes}");
    assert_eq!(message(f.call([[1.0]])), "input y is not given and has no default");
    assert_eq!(message(f.call([[1.0], [1.0], [1.0]])), "2 arguments are needed, 3 are given");
    assert_eq!(message(f.call_named([("z", [1.0])])), "sum has no input z; its inputs are x, y");
    assert_eq!(message(f.call_named([("x", [1.0]), ("x", [1.0])])), "input x is given twice");
    assert!(message(f.call((1.0, [1.0]))).contains("x"), "a number for a vector");
    let ragged: Vec<Vec<f64>> = vec![vec![1.0], vec![]];
    assert!(message(f.call((ragged, [1.0]))).contains("different lengths"));
} }

on_every_target! { an_index_outside_is_told_with_tensors_length_and_line(target) {
    let (table, rows) = (dmatrix("table"), lvector("rows"));
    let f = function([&table, &rows], table.exp().at(s![&rows * 2])).target(target).compile().unwrap();
    let message = f.call(([[1.0], [2.0], [3.0]], [0, 2])).unwrap_err().to_string();
    assert!(message.contains("functions.rs") && message.contains("'thn.gather' op index 4"), "{message}");
    let f = function([&table, &rows], table.at(s![&rows])).target(target).compile().unwrap();
    let message = f.call(([[1.0], [2.0], [3.0]], [0, 3])).unwrap_err().to_string();
    assert!(message.contains("index 3") && message.contains("dim 0 of table"), "{message}");
    let k = lscalar("k");
    let f = function([&table, &k], table.at(s![.., -2]) * &k).target(target).compile().unwrap();
    let message = f.call(([[1.0], [2.0]], 1)).unwrap_err().to_string();
    assert!(message.contains("index table.1 - 2 = -1 is out of bounds for dim 1 of table with shape (2, 1)"), "{message}");
} }

#[cfg(feature = "cpu")]
#[test]
fn the_program_is_text_that_is_read_again() {
    for target in Target::ALL.iter().copied() {
        let (x, w) = (dmatrix("x \"of\" y"), shared([1.0, 2.0], "w-1"));
        let k = lscalar("k");
        let looped = &loop_(&k, &[&x.dot(&w)], |_, c| vec![c[0].exp() * 0.5])[0];
        let f = function([&x, &k], [("out put", &looped.at(s![..&k]))])
            .update(&w, &w * 2)
            .name("a function")
            .target(target)
            .compile()
            .unwrap();
        let text = f.program();
        let again =
            thn::cpu::read_function(&text, "program.mlir", None).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(&*again.name, "a function");
        assert_eq!(again.args[0].name.as_deref(), Some("x \"of\" y"));
        assert_eq!(thn::cpu::dialect_text(&again).unwrap(), text);
    }
}

#[cfg(feature = "cpu")]
#[test]
fn observers_hear_of_every_step_and_reports_are_short() {
    use std::sync::{Arc, Mutex};
    let x = dvector("x");
    let heard = Arc::new(Mutex::new(vec![]));
    let listener = heard.clone();
    let f = function([&x], x.exp())
        .observe(move |step| listener.lock().unwrap().push(step.to_string()))
        .compile();
    let f = f.unwrap();
    let report = &f.compiled().unwrap().report;
    let steps: Vec<String> = report.milliseconds.iter().map(|(step, _)| step.clone()).collect();
    assert_eq!(*heard.lock().unwrap(), steps);
    assert!(steps.len() > 5 && steps[0] == "check" && steps.iter().any(|s| s == "llvm passes"), "{steps:?}");
    let debug = format!("{report:?}");
    assert!(debug.len() < 400 && !debug.contains('+'), "{debug}");
    assert!(format!("{f:?}").len() < 2_000);
}

on_every_target! { defaults_have_the_declared_type(target) {
    let x = iscalar("x");
    let wrong = function([In::new(&x).value(1.5)], &x * 2).target(target).compile().unwrap_err().to_string();
    assert!(wrong.contains("the default of x: argument x has element type float64"), "{wrong}");
    assert!(wrong.contains("functions.rs"), "{wrong}");
} }

on_every_target! { givens_replace_variables_and_their_lengths(target) {
    let (x, i) = (dmatrix("x"), lscalar("i"));
    let data = shared(arr2(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]), "data");
    let score = x.sum_over(0) / x.shape(0);
    let batch = data.at(s![&i * 2..(&i + 1) * 2]);
    let f = function([&i], &score).givens([(&x, &batch)]).target(target).compile().unwrap();
    assert_eq!(f.call([1]).unwrap().array::<f64>(0).unwrap(), arr1(&[6.0, 7.0]).into_dyn());
    // A batch beyond the end is empty, as in NumPy.
    assert!(f.call([2]).unwrap().array::<f64>(0).unwrap().iter().all(|mean| mean.is_nan()));
    let circle = function([&i], &score).givens([(&x, &x + 1)]).allow_unused_inputs().target(target).compile().unwrap_err();
    assert!(circle.to_string().contains("depends on x itself"), "{circle}");
} }

on_every_target! { wrong_updates_are_refused_with_a_hint(target) {
    let (n, x) = (shared(0_i64, "n"), dvector("x"));
    let message =
        |value: Tensor| function([&x], x.sum()).update(&n, value).target(target).compile().unwrap_err().to_string();
    assert!(
        message(x.sum()).contains("the update of n is tensor<f64>, but n is tensor<i64>; cast it to int64")
    );
    assert!(message(x.cast(i64)).contains("give it the same number of dims"));
    let twice = function((), ()).updates([(&n, &n + 1), (&n, &n + 2)]).target(target).compile().unwrap_err();
    assert!(twice.to_string().contains("n has two updates"));
    let unshared = function([&x], ()).update(&x, &x + 1).target(target).compile().unwrap_err();
    assert!(unshared.to_string().contains("x has an update, but is not a shared variable"));
} }

on_every_target! { state_keeps_type_and_rank(target) {
    let w = shared([1.0, 2.0], "w");
    w.set_value([3, 4, 5]).unwrap();
    assert_eq!(w.get_value().unwrap().shape(), [3]);
    assert!(w.set_value(1.0).is_err());
    assert!(dvector("x").get_value().unwrap_err().to_string().contains("x is not a shared variable"));
    let whole = Owned::from_slice(&[1], &[7.0]).unwrap();
    w.set_value(whole).unwrap();
    assert_eq!(number(&w), 7.0);
} }

on_every_target! { outputs_have_names(target) {
    let x = dvector("x");
    let total = x.sum().named("total");
    let f = function([&x], [("sum", &total), ("mean", &x.mean())]).target(target).compile().unwrap();
    let results = f.call([[1.0, 3.0]]).unwrap();
    assert_eq!(results.named("mean").unwrap().as_slice::<f64>().unwrap(), [2.0]);
    assert!(results.named("total").is_none());
    assert_eq!(results.len(), 2);
    assert!(matches!(results.item::<f64>(2), Err(CallError::ArgumentCount { .. })));
} }

on_every_target! { functions_are_called_from_many_threads(target) {
    let total = shared(0_i64, "total");
    let n = lscalar("n");
    let add = function([&n], &total).update(&total, &total + &n).target(target).compile().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for i in 0..50_i64 {
                    add.call([i]).unwrap();
                }
            });
        }
    });
    assert_eq!(total.get_value().unwrap().as_slice::<i64>().unwrap(), [4 * 50 * 49 / 2]);
} }

on_every_target! { compile_reports_everything_at_once(target) {
    let x = tensor("x", f64, &[Some(3)]);
    let wrong = [x.reshape([2]), &x + constant([1.0, 2.0])];
    let errors = function([&x], wrong).target(target).compile().unwrap_err();
    assert_eq!(errors.errors().len(), 2, "{errors}");
    let lines: Vec<String> = errors.to_string().lines().map(str::to_string).collect();
    assert!(lines.iter().all(|l| l.contains("functions.rs")), "{errors}");
    assert!(matches!(Error::from(errors), Error::Compile(_)));
} }
