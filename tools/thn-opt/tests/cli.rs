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
    let mut child = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("thn-opt was built");
    // A run that prints help ends before it has read its input.
    let _ = child.stdin.take().expect("piped").write_all(PROGRAM.as_bytes());
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
    for tables in thn_passes::TABLES {
        for pass in *tables {
            assert!(help.contains(&format!("--{} ", pass.argument())), "{}", pass.argument());
            assert!(help.contains(pass.description), "{}", pass.description);
            for option in (pass.options)() {
                assert!(help.contains(option.description), "{}", option.description);
            }
        }
    }
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
