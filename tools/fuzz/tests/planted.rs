//! Crashes of every kind are found, told with their input, and do not end the run.

use std::process::Command;

#[test]
fn planted_crashes_are_found() {
    for (how, told) in
        [("panic", "exit status"), ("abort", "signal"), ("overflow", "signal"), ("fault", "exit status")]
    {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_thn-fuzz"));
            let output = command.arg("rules").args(arguments).output().expect("the fuzzer runs");
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let (succeeded, said) = run(&["--executions", "40", "--jobs", "2", "--plant", "7", "--planted", how]);
        assert!(!succeeded, "a planted {how} is not found:\n{said}");
        assert!(said.contains("rules 7 (seed 1): ") && said.contains(told), "{how}:\n{said}");
        assert!(said.ends_with("rules: 40 executions, 1 crashes\n"), "{how}:\n{said}");
        let (_, input) = run(&["--executions", "1", "--from", "7", "--print"]);
        assert!(said.contains(input.trim_end()), "{how}: without its input:\n{said}");
        let (succeeded, said) = run(&["--executions", "40"]);
        assert!(succeeded && said.ends_with("0 crashes\n"), "{said}");
    }
}
