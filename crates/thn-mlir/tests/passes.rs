//! Rust passes in pipelines: options, failures, panics, threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use thn_mlir::{
    Error, Severity,
    melior::ir::operation::OperationLike,
    new_context, parse,
    pass::{Level, Pipeline, Tables, register},
    run_pipeline,
    text::print,
};

mod grumble {
    //! A pass that fails, panics, or writes its options down.

    use std::sync::Mutex;
    use thn_mlir::{Error, melior::ir::OperationRef, pass::Options};

    pub(crate) static SEEN: Mutex<Vec<String>> = Mutex::new(vec![]);

    pub(crate) fn run(_: OperationRef, options: &Options) -> Result<(), Error> {
        match options.text("how") {
            "panic" => panic!("out of mood"),
            "fail" => Err(Error::unsupported("this mood").at(thn_ir::Loc::File("mood.rs".into(), 3, 4))),
            how => {
                let seen = format!("{how} {} {}", options.int("times").unwrap_or(-1), options.flag("loudly"));
                SEEN.lock().expect("nobody panics while holding it").push(seen);
                Ok(())
            }
        }
    }
}

mod count_functions {
    //! A pass on functions.

    use super::{AtomicUsize, Ordering};
    use thn_mlir::{
        Error,
        melior::ir::OperationRef,
        pass::{Options, on_func},
    };

    pub(crate) static COUNT: AtomicUsize = AtomicUsize::new(0);

    pub(crate) fn run(function: OperationRef, _: &Options) -> Result<(), Error> {
        on_func(function, |_| {
            COUNT.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    }
}

mod lower_to_nothing {
    //! A pass that replaces a program by an empty function.

    use thn_mlir::{
        Error,
        melior::ir::OperationRef,
        pass::{Options, on_program},
    };

    pub(crate) fn run(module: OperationRef, _: &Options) -> Result<(), Error> {
        on_program(module, |_| Ok("func.func @lowered() { return }".to_owned()))
    }
}

thn_mlir::passes! {
    grumble: "Complains", Tensors => Tensors {
        how: "", "In which way";
        times: 2, "How often";
        loudly: false, "Whether others should hear it";
    }
    count_functions: "Counts functions", Tensors => Tensors, on "func.func", makes [arith];
    lower_to_nothing: "Replaces a program", Tensors => Loops;
}

static TABLES: Tables = Tables {
    passes: &[PASSES],
    pipelines: &[Pipeline {
        name: "tidy-and-grumble",
        description: "Tidies up, then complains",
        from: Level::Tensors,
        to: Level::Tensors,
        text: "builtin.module(func.func(canonicalize),grumble{how=tidily})",
    }],
};

const TWO: &str = "
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %unused = thn.constant dense<1.0> : tensor<4xf32>
  return %x : tensor<4xf32>
}
";

fn run(pipeline: &str) -> Result<String, Error> {
    run_on(TWO, pipeline)
}

fn run_on(source: &str, pipeline: &str) -> Result<String, Error> {
    register(&TABLES);
    let context = new_context();
    let mut module = parse(&context, source, "test.mlir")?;
    run_pipeline(&context, &mut module, pipeline)?;
    Ok(print(module.as_operation()))
}

#[test]
fn options_arrive() {
    run("builtin.module(grumble{how=quietly},grumble{how=a times=-7 loudly=true})").expect("runs");
    let seen = grumble::SEEN.lock().expect("nobody panics while holding it");
    assert!(seen.contains(&"quietly 2 false".to_owned()), "{seen:?}");
    assert!(seen.contains(&"a -7 true".to_owned()), "{seen:?}");
}

#[test]
fn pipelines_have_names() {
    let text = run("builtin.module(tidy-and-grumble)").expect("runs");
    assert!(!text.contains("thn.constant"), "{text}");
    let seen = grumble::SEEN.lock().expect("nobody panics while holding it");
    assert!(seen.contains(&"tidily 2 false".to_owned()), "{seen:?}");
    drop(seen);
    assert!(run("builtin.module(tidy-and-grumble{a=1})").is_err());
}

#[test]
fn failures_carry_place_text_and_the_way_to_see_them_again() {
    let error = run("builtin.module(func.func(canonicalize),grumble{how=fail})").expect_err("fails");
    let failure = error.failure();
    let first = &failure.diagnostics[0];
    assert_eq!((first.severity, first.location.as_str()), (Severity::Error, "mood.rs:3:4"));
    assert_eq!(first.message, "not supported: this mood");
    let reproducer = failure.reproducer.as_ref().expect("is there");
    assert_eq!(
        reproducer.command,
        "thn-opt --pass-pipeline='builtin.module(func.func(canonicalize),grumble{how=fail})' -"
    );
    assert!(reproducer.module.contains("thn.constant"), "the module before the pipeline ran");
    assert!(error.to_string().contains("to reproduce: thn-opt"), "{error}");
}

#[test]
fn panics_are_contained() {
    let error = run("builtin.module(grumble{how=panic})").expect_err("fails").to_string();
    assert!(error.contains("internal error: the pass panicked: out of mood"), "{error}");
}

#[test]
fn unknown_passes_and_options_are_named() {
    let error = run("builtin.module(no-such-pass)").expect_err("fails").to_string();
    assert!(error.contains("no-such-pass"), "{error}");
    let error = run("builtin.module(grumble{volume=3})").expect_err("fails").to_string();
    assert!(error.contains("volume"), "{error}");
    assert!(run("func.func(").is_err());
}

#[test]
fn many_functions_on_many_threads_give_one_text() {
    register(&TABLES);
    let source: String = (0..40)
        .map(|index| {
            format!(
                "func.func @f{index}(%x: tensor<?xf32>) -> tensor<?xf32> {{
                   %0 = thn.exp %x : tensor<?xf32>
                   %1 = thn.add %0, %x : tensor<?xf32>, tensor<?xf32>
                   return %1 : tensor<?xf32>
                 }}\n"
            )
        })
        .collect();
    let texts: Vec<String> = (0..4)
        .map(|_| {
            let context = new_context();
            context.enable_multi_threading(true);
            let mut module = parse(&context, &source, "test.mlir").unwrap_or_else(|error| panic!("{error}"));
            let pipeline = "builtin.module(func.func(count-functions,cse,count-functions))";
            run_pipeline(&context, &mut module, pipeline).unwrap_or_else(|error| panic!("{error}"));
            assert!(module.as_operation().verify());
            print(module.as_operation())
        })
        .collect();
    assert_eq!(count_functions::COUNT.load(Ordering::Relaxed), 4 * 40 * 2);
    assert!(texts.iter().all(|text| *text == texts[0]));
}

#[test]
fn programs_are_replaced_whole_or_not_at_all() {
    let lower = |top: &str| run_on(&format!("{top}{TWO}"), "builtin.module(lower-to-nothing)");
    for only_functions in ["", "func.func private @declared(tensor<4xf32>)\n"] {
        let text = lower(only_functions).unwrap_or_else(|error| panic!("{error}"));
        assert!(text.contains("@lowered") && !text.contains("@f"), "{text}");
    }

    // The body of a module is a graph: these use each other across the order in which they stand, and even
    // in a circle.
    let constant = "%c = thn.constant dense<1.0> : tensor<2xf32>\n";
    let tops = [
        (constant.to_owned(), "thn.constant"),
        (format!("%a = thn.neg %c : tensor<2xf32>\n{constant}"), "thn.neg"),
        ("%a = thn.neg %b : tensor<2xf32>\n%b = thn.exp %a : tensor<2xf32>\n".to_owned(), "thn.neg"),
    ];
    for (top, culprit) in tops {
        let error = lower(&top).expect_err("something would be lost");
        let first = &error.failure().diagnostics[0];
        assert!(first.location.starts_with("test.mlir:1:"), "{}", first.location);
        let expected = format!("a program is one function; the module also has {culprit} at its top");
        assert!(first.message.contains(&expected), "{}", first.message);
    }
}

#[test]
fn a_file_that_is_no_module_is_an_error_with_its_place() {
    let context = new_context();
    let error = parse(&context, "func.func @f() {\n  nonsense\n}", "a.mlir").expect_err("does not parse");
    assert_eq!(error.failure().diagnostics[0].location, "a.mlir:2:3");
    assert!(parse(&context, "a\0b", "a.mlir").is_err());
}
