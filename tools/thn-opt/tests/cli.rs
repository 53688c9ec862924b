//! `thn-opt` as its users meet it: flags, help, failures.

use std::{
    env,
    io::Write,
    process::{Command, Output, Stdio},
};

const PROGRAM: &str = "
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %unused = thn.constant dense<1.0> : tensor<4xf32>
  %a = thn.constant dense<2.0> : tensor<4xf32>
  return %a : tensor<4xf32>
}
";

fn thn_opt(arguments: &[&str]) -> Output {
    thn_opt_on(PROGRAM, arguments)
}

fn thn_opt_on(input: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("thn-opt was built");
    // A run that prints help ends before it has read its input.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the child exists")
}

fn output(arguments: &[&str]) -> String {
    let output = thn_opt(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("thn-opt writes UTF-8")
}

fn error(arguments: &[&str]) -> String {
    let output = thn_opt(arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).expect("thn-opt writes UTF-8")
}

#[test]
fn help_lists_our_passes_and_options() {
    let help = output(&["--help"]);
    for table in thn_passes::TABLES.passes {
        for pass in *table {
            assert!(help.contains(&format!("--{} ", pass.argument())), "{}", pass.argument());
            assert!(help.contains(pass.description), "{}", pass.description);
            for option in (pass.options)() {
                assert!(help.contains(option.description), "{}", option.description);
            }
        }
    }
    for pipeline in thn_passes::TABLES.pipelines {
        assert!(help.contains(&format!("--{} ", pipeline.name)), "{}", pipeline.name);
    }
}

#[test]
fn help_begins_with_ours_and_points_to_the_rest() {
    let help = output(&["--help"]);
    let (ours, rest) =
        (help.find("--thn-eqsat").expect("ours"), help.find("--canonicalize").expect("upstream"));
    assert!(ours < rest && help.lines().count() < 100, "{help}");
    assert!(help.contains("--help-all") && !help.contains("--arm-"), "{help}");
    let all = output(&["--help-all"]);
    assert!(all.contains("--thn-eqsat") && all.contains("--affine-loop-fusion"), "{all}");
    assert_eq!(output(&["-h"]), help);
}

#[test]
fn the_version_is_ours_and_that_of_llvm() {
    let version = output(&["--version"]);
    assert!(
        version.starts_with(&format!("thn-opt {}\nLLVM and MLIR 22.", env!("CARGO_PKG_VERSION"))),
        "{version}"
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    // More than a pipe holds, so that the writer meets its closed end.
    let line = "  %u = thn.constant dense<1.0> : tensor<4xf32>\n";
    let program = |lines: usize| {
        let body: String = (0..lines).map(|i| line.replace("%u", &format!("%u{i}"))).collect();
        format!(
            "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {{\n{body}  return %x : tensor<4xf32>\n}}\n"
        )
    };
    for (arguments, input) in [(vec!["--help-all"], String::new()), (vec![], program(5_000))] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
            .args(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("thn-opt was built");
        drop(child.stdout.take());
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the child exists");
        assert!(!output.status.success(), "{arguments:?} wrote everything");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn every_name_is_given_once() {
    let passes = thn_passes::TABLES.passes.iter().copied().flatten().map(|pass| pass.argument());
    let pipelines = thn_passes::TABLES.pipelines.iter().map(|pipeline| pipeline.name.to_owned());
    let mut names: Vec<_> = passes.chain(pipelines).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
}

#[test]
fn upstream_passes_work_on_our_ops() {
    assert_eq!(output(&["--canonicalize"]).matches("thn.constant").count(), 1);
}

#[test]
fn passes_on_functions_are_bare_flags_with_options() {
    assert!(output(&["--thn-test-fail=after=3"]).contains("thn.constant"));
    assert!(error(&["--thn-test-fail=message=planted"]).contains("error: planted"));
}

#[test]
fn a_panic_in_a_pass_is_a_diagnostic() {
    let text = error(&["--thn-test-fail=panic=true message=planted"]);
    assert!(text.contains("error: internal error: the pass panicked: planted"), "{text}");
}

#[test]
fn an_unknown_option_is_refused() {
    let text = error(&["--pass-pipeline=builtin.module(func.func(thn-test-fail{nothing=1}))"]);
    assert!(text.contains("no such option nothing"), "{text}");
}

#[test]
fn the_pipeline_that_runs_can_be_shown() {
    let output = thn_opt(&["--thn-test-fail=after=9", "--dump-pass-pipeline"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("thn-test-fail{after=9"), "{text}");
}

/// The plugin that cargo built for this test.
fn plugin() -> String {
    let test = env::current_exe().expect("a test has a path");
    let path = test.parent().expect("a test lies in a folder").join("libthn_mlir22.so");
    assert!(path.exists(), "cargo builds the plugin, on which this test depends");
    path.display().to_string()
}

#[test]
fn our_own_plugin_is_refused() {
    // Two copies of the dialect in one process make LLVM abort.
    let path = plugin();
    for arguments in [
        vec![format!("--load-dialect-plugin={path}")],
        vec![format!("--load-pass-plugin={path}"), "--canonicalize".to_owned()],
        vec!["-load-pass-plugin".to_owned(), path],
    ] {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let text = error(&arguments);
        assert!(text.contains("is the plugin of thn itself"), "{arguments:?}: {text}");
    }
    // What is no plugin of ours is left to MLIR, which goes on without it.
    let output = thn_opt(&["--load-pass-plugin=/no/such/library.so"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("Failed to load passes"), "{text}");
}

#[test]
fn options_that_cannot_be_are_refused() {
    for (option, why) in [
        ("level=9", "level 9: the levels are 0 to 3"),
        ("level=-1", "level -1: the levels are 0 to 3"),
        ("level=x", "'x' value invalid for long argument"),
        ("finite=maybe", "'maybe' is invalid value for boolean argument"),
        ("cost=gold", "there is no cost model gold; there are cpu, gpu, primitives"),
        ("exact=-1", "exact=-1: a number of classes is not below 0"),
        ("including=nonsense", "no rule, family or class is called `nonsense`"),
        ("excluding=nonsense", "no rule, family or class is called `nonsense`"),
        ("rules=/no/such.rules", "cannot read the rules in `/no/such.rules`"),
    ] {
        let said = error(&[&format!("--thn-eqsat={option}")]);
        assert!(said.contains(why), "{option}: {said}");
    }
}

/// A text with `times` brackets of a kind inside each other, for each kind of nesting.
fn nested(times: usize) -> [String; 5] {
    let around = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    [
        format!("func.func private @f({})\n", around("tuple<", "f32", ">")),
        format!("module attributes {{a.b = {}}} {{}}\n", around("[", "1", "]")),
        around("module {\n", "", "}\n"),
        format!("#m = affine_map<(d0) -> ({})>\n", around("(", "d0", ")")),
        format!("module {{}} loc({})\n", around("fused[", "\"a\"", "]")),
    ]
}

#[test]
fn text_that_nests_too_deep_is_refused() {
    for text in nested(250) {
        let output = thn_opt_on(&text, &["--thn-eqsat"]);
        assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for times in [257, 5_000, 300_000] {
        for text in nested(times) {
            let output = thn_opt_on(&text, &["--thn-eqsat"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(
                said.starts_with("<stdin>:") && said.contains(": error: nested deeper than 256"),
                "{said}"
            );
        }
    }
    // What an alias stands for is as deep as it is.
    let chain = |times: usize| {
        let more = (1..times).map(|i| format!("!a{i} = tuple<!a{}>\n", i - 1));
        format!("!a0 = tuple<f32>\n{}func.func private @f(!a{})\n", more.collect::<String>(), times - 1)
    };
    assert!(thn_opt_on(&chain(200), &[]).status.success());
    assert_refused(&chain(100_000), "257:15: error: nested deeper than 256");
    // Brackets of one part that are never closed are not around the next.
    let parts = format!("{}// -----\n{}", "(".repeat(200) + "\n", "(".repeat(200));
    let said = |arguments: &[&str]| {
        String::from_utf8_lossy(&thn_opt_on(&parts, arguments).stderr).contains("nested deeper than 256")
    };
    assert!(said(&[]) && !said(&["--split-input-file"]));
}

/// Says of a text that it is refused without harm, and what is told of it: line, column and message.
#[track_caller]
fn assert_refused(text: &str, told: &str) {
    let output = thn_opt_on(text, &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with(&format!("<stdin>:{told}")), "{said}");
}

/// What MLIR's own parser does not survive is refused before.
#[test]
fn lists_that_are_none_are_refused() {
    let text = |list: &str| {
        format!(
            "func.func @f(%x: tensor<4x3xf32>, %t: tensor<3x4xf32>) -> tensor<3x4xf32> {{\n\
             %0 = linalg.transpose ins(%x : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) permutation = {list}\n\
             return %0 : tensor<3x4xf32>\n}}\n"
        )
    };
    assert!(thn_opt_on(&text("[1, 0]"), &[]).status.success());
    for list in ["[1, 0", "[1,, 0]", "w1, 0]", "[99999999999999999999]"] {
        assert_refused(&text(list), "2:90: error: a list of integers is expected");
    }
}

/// So is what MLIR's verifiers do not survive, wherever in the text and by whatever name.
#[test]
fn products_without_indices_are_refused() {
    let text = |maps: &str| {
        format!(
            "#a = affine_map<(m, n, k) -> (m, k)>\n#b = affine_map<(m, n, k) -> (k)>\n\
             #c = affine_map<(m, n, k) -> (m, n)>\n#none = affine_map<(m, n, k) -> ()>\n!t = tensor<2x2xf32>\n\
             func.func @f(%x: !t, %y: tensor<2xf32>) -> !t {{\n\
             %0 = linalg.matmul indexing_maps = {maps} ins(%x, %y : !t, tensor<2xf32>) outs(%x : !t) -> !t\n\
             return %0 : !t\n}}\n"
        )
    };
    let output = thn_opt_on(&text("[#a, #b, #c]"), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (maps, told) in [
        ("[]", "7:36: error: a product has three indexing maps"),
        ("[#a]", "7:36: error: a product has three indexing maps"),
        ("[#none, #b, #c]", "7:37: error: an input has at least one index here"),
        ("[#a, #none, #c]", "7:41: error: an input has at least one index here"),
    ] {
        assert_refused(&text(maps), told);
    }
    let far = "// far\n".repeat(10_000);
    let elements = |element: &str| {
        format!(
            "!e = {element}\n!t = tensor<2x2x2x!e>\nfunc.func @f(%x: !t) -> !t {{\n\
             %0 = linalg.batch_matmul {far} ins(%x, %x : !t, !t) outs(%x : !t) -> !t\n\
             %1 = linalg.elementwise kind = #linalg.elementwise_kind<exp> {far} ins(%0 : !t) outs(%x : !t) -> !t\n\
             return %1 : !t\n}}\n"
        )
    };
    let output = thn_opt_on(&elements("f32"), &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (element, told) in [
        ("index", "10004:33: error: such elements are not multiplied and added here"),
        ("i32", "20005:11: error: the kind of this op is not for such elements"),
    ] {
        assert_refused(&elements(element), told);
    }
}

/// The parser also descends from term to term, where no brackets say how deep it gets.
#[test]
fn long_sums_are_read() {
    let terms: Vec<String> = (2..40_002).map(|i| format!("d0 mod {i}")).collect();
    let text = format!("#m = affine_map<(d0) -> ({})>\n", terms.join(" + "));
    let output = thn_opt_on(&text, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
