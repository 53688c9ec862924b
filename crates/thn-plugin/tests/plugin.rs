//! The plugin inside the stock `mlir-opt`.
//!
//! Every run has a time limit: a shim built by another compiler than MLIR's own makes `canonicalize`
//! loop forever here, and only here.

use std::{
    env, fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(60);

const TWO_EQUAL_CONSTANTS: &str = "
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %unused = thn.constant dense<1.0> : tensor<4xf32>
  %a = thn.constant dense<2.0> : tensor<4xf32>
  %b = thn.constant dense<2.0> : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}
";

struct Outcome {
    succeeded: bool,
    output: String,
    errors: String,
}

/// The shared object that cargo built for this test.
fn plugin() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test.parent().expect("a test lies in a folder");
    [folder.join("libthn_mlir22.so"), folder.join("../libthn_mlir22.so")]
        .into_iter()
        .find(|path| path.exists())
        .expect("cargo builds the plugin before its tests")
}

fn mlir_opt(arguments: &[&str], input: &str) -> Outcome {
    let prefix = env::var("MLIR_SYS_220_PREFIX").expect("the workspace sets the prefix of MLIR");
    let plugin = plugin();
    let mut child = Command::new(Path::new(&prefix).join("bin/mlir-opt"))
        .arg(format!("--load-dialect-plugin={}", plugin.display()))
        .arg(format!("--load-pass-plugin={}", plugin.display()))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mlir-opt is installed");
    // A run that needs no input may end before it has read all of it.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let mut read = {
        let mut output = child.stdout.take().expect("piped");
        let mut errors = child.stderr.take().expect("piped");
        Some(thread::spawn(move || {
            let mut texts = (String::new(), String::new());
            output.read_to_string(&mut texts.0).expect("mlir-opt writes UTF-8");
            errors.read_to_string(&mut texts.1).expect("mlir-opt writes UTF-8");
            texts
        }))
    };
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child exists") {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("the child exists");
            panic!("mlir-opt {arguments:?} was still running after {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (output, errors) = read.take().expect("set above").join().expect("reading does not panic");
    Outcome { succeeded: status.success(), output, errors }
}

#[test]
fn canonicalize_and_cse_through_the_plugin() {
    let outcome =
        mlir_opt(&["--pass-pipeline=builtin.module(func.func(canonicalize,cse))"], TWO_EQUAL_CONSTANTS);
    assert!(outcome.succeeded, "{}", outcome.errors);
    assert_eq!(outcome.output.matches("thn.constant").count(), 1, "{}", outcome.output);
}

#[test]
fn a_rust_pass_reads_its_option() {
    let run = |after: &str| {
        let pipeline = format!(
            "--pass-pipeline=builtin.module(func.func(thn-test-fail{{after={after} message=planted}}))"
        );
        mlir_opt(&[&pipeline], TWO_EQUAL_CONSTANTS)
    };
    let passed = run("4");
    assert!(passed.succeeded, "{}", passed.errors);
    let failed = run("3");
    assert!(!failed.succeeded);
    assert!(failed.errors.contains("error: planted"), "{}", failed.errors);
}

#[test]
fn the_reproducer_of_a_planted_failure_fails_again() {
    let file = env::temp_dir().join(format!("thn-plugin-reproducer-{}.mlir", std::process::id()));
    let path = file.to_str().expect("the folder for temporary files has a UTF-8 name");
    let failed = mlir_opt(
        &[
            "--pass-pipeline=builtin.module(func.func(canonicalize,thn-test-fail{message=planted}))",
            &format!("--mlir-pass-pipeline-crash-reproducer={path}"),
        ],
        TWO_EQUAL_CONSTANTS,
    );
    assert!(!failed.succeeded);
    let replayed = mlir_opt(&["--run-reproducer", path], "");
    fs::remove_file(&file).expect("mlir-opt wrote the reproducer");
    assert!(!replayed.succeeded);
    assert!(replayed.errors.contains("error: planted"), "{}", replayed.errors);
}

#[test]
fn types_are_inferred_through_the_plugin() {
    let outcome = mlir_opt(
        &[],
        "func.func @f(%x: tensor<2x3xf32>) -> tensor<2xf32> {
           %0 = thn.sum %x axes = [1] : tensor<2x3xf32>
           return %0 : tensor<2xf32>
         }",
    );
    assert!(outcome.succeeded, "{}", outcome.errors);
}

/// The programs and the session of docs/foreign.md, in the stock `mlir-opt`.
#[test]
fn programs_of_other_compilers_are_improved_as_the_page_says() {
    let page = include_str!("../../../docs/foreign.md");
    let fenced = |fence: &str| -> Vec<&str> {
        page.split(fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
    };
    let [before, after] = fenced("```mlir\n")[..] else {
        panic!("the page shows a program before and after")
    };
    let session = fenced("```console\n").concat();
    let words = session.split_whitespace().map(|word| word.replace('\'', ""));
    let pipeline =
        words.into_iter().find(|word| word.starts_with("--pass-pipeline")).expect("passes are named");
    let outcome = mlir_opt(&[&pipeline], before);
    assert!(outcome.succeeded, "{}", outcome.errors);
    assert_eq!(outcome.output.trim(), after.trim());
}

/// The session of docs/optimizer.md with rules of one's own, in the stock `mlir-opt`.
#[test]
fn rules_of_ones_own_are_used_as_the_page_says() {
    let page = include_str!("../../../docs/optimizer.md");
    let fenced = |fence: &str| -> Vec<&str> {
        page.split(fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
    };
    let [before, after] = fenced("```mlir\n")[..] else {
        panic!("the page shows a program before and after")
    };
    let rules = fenced("```text\n").into_iter().find(|block| block.starts_with('[')).expect("shows rules");
    let session =
        fenced("```console\n").into_iter().find(|block| block.contains("mlir-opt")).expect("shows a session");
    let pipeline = session.split('"').nth(1).expect("names the passes");
    let file = env::temp_dir().join(format!("thn-plugin-{}.rules", std::process::id()));
    fs::write(&file, rules).expect("the rules are written");
    let path = file.to_str().expect("the folder for temporary files has a UTF-8 name");
    let outcome = mlir_opt(&[&format!("--pass-pipeline={}", pipeline.replace("mine.rules", path))], before);
    fs::remove_file(&file).expect("the rules are there");
    assert!(outcome.succeeded, "{}", outcome.errors);
    assert_eq!(outcome.output.trim(), after.trim());
}
