//! `cargo xtask doctor`: what this machine has and lacks, what each part is needed for, and what to do.
//!
//! It only looks: nothing is installed or changed. It ends with success exactly when the build has all it needs.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;

use serde_json::{Value, json};

use crate::error::Result;
use crate::{process, toolchain};

/// One line of the report.
struct Check {
    group: &'static str,
    name: &'static str,
    needed_for: &'static str,
    /// Whether the build or the suite fails without it.
    required: bool,
    finding: Finding,
}

enum Finding {
    /// What was found: a version, a path, a number.
    Found(String),
    Missing {
        reason: String,
        advice: String,
    },
}

impl Check {
    fn is_missing(&self) -> bool {
        matches!(self.finding, Finding::Missing { .. })
    }
}

/// Prints the report, as text or as JSON.
pub(crate) fn run(as_json: bool) -> Result<ExitCode> {
    let checks = examine();
    let ready = is_ready(&checks);
    if as_json {
        println!("{:#}", json(&checks));
    } else {
        print!("{}", text(&checks));
    }
    Ok(if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_ready(checks: &[Check]) -> bool {
    !checks.iter().any(|check| check.required && check.is_missing())
}

fn examine() -> Vec<Check> {
    let mut checks = Vec::new();
    for part in toolchain::PARTS {
        checks.push(Check {
            group: "toolchain",
            name: part.name,
            needed_for: part.needed_for,
            required: true,
            finding: match part.find() {
                Ok(found) => Finding::Found(found),
                Err(reason) => Finding::Missing { reason, advice: part.advice() },
            },
        });
    }
    checks.extend(rust());
    checks.extend(cpu());
    checks.extend(gpu());
    checks
}

/// Cargo's own subcommands; the first line of what they say about their version.
fn rust() -> Vec<Check> {
    let subcommand = |name, subcommand, needed_for, required, advice: &str| {
        let version = process::output(process::cargo(Path::new(".")).args([subcommand, "--version"]));
        let found = version.and_then(|text| text.lines().next().map(str::to_owned));
        Check {
            group: "rust",
            name,
            needed_for,
            required,
            finding: found.map_or_else(
                || Finding::Missing {
                    reason: format!("`cargo {subcommand}` does not run"),
                    advice: advice.to_owned(),
                },
                Finding::Found,
            ),
        }
    };
    vec![
        subcommand(
            "rustfmt",
            "fmt",
            "the suite's check of the formatting",
            true,
            "rustup component add rustfmt",
        ),
        subcommand("clippy", "clippy", "the suite's lints", true, "rustup component add clippy"),
        subcommand(
            "nextest",
            "nextest",
            "running the tests in parallel with a limit of time for each; `cargo test` serves without it",
            false,
            "cargo install --locked cargo-nextest",
        ),
    ]
}

/// Whether this CPU has a feature, by the name that the standard library uses for it.
macro_rules! features {
    ($detect:ident: $($name:tt, $needed_for:literal;)*) => {
        vec![$(($name, std::arch::$detect!($name), $needed_for)),*]
    };
}

fn cpu() -> Vec<Check> {
    #[cfg(target_arch = "x86_64")]
    let features = features! { is_x86_feature_detected:
        "avx2", "vectors of four f64 or eight f32";
        "fma", "multiply-add with one rounding, in matrix products and the mathematical functions";
        "avx512f", "vectors of eight f64 or sixteen f32";
    };
    #[cfg(target_arch = "aarch64")]
    let features = features! { is_aarch64_feature_detected:
        "neon", "vectors of two f64 or four f32";
        "sve", "vectors of the CPU's own length";
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let features: Vec<(&'static str, bool, &'static str)> = Vec::new();

    let mut checks = vec![Check {
        group: "cpu",
        name: "threads",
        needed_for: "building and for calls from several threads; one call runs on one",
        required: false,
        finding: match thread::available_parallelism() {
            Ok(count) => Finding::Found(count.to_string()),
            Err(error) => Finding::Missing {
                reason: error.to_string(),
                advice: "nothing to do: programs then run on one thread".to_owned(),
            },
        },
    }];
    checks.extend(features.into_iter().map(|(name, present, needed_for)| Check {
        group: "cpu",
        name,
        needed_for,
        required: false,
        finding: if present {
            Finding::Found("yes".to_owned())
        } else {
            Finding::Missing {
                reason: "this CPU does not have it, or the virtual machine hides it".to_owned(),
                advice:
                    "nothing to do: code is compiled for the CPU that it runs on, and is slower without it"
                        .to_owned(),
            }
        },
    }));
    checks
}

fn gpu() -> Vec<Check> {
    let needed_for = "a GPU backend; this version has none, everything runs on the CPU";
    // The first node is the driver of a Linux machine with a card, the last one that of Windows' Linux subsystem.
    let node =
        ["/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg"].into_iter().find(|node| Path::new(node).exists());
    let card = node.map(|node| {
        let query = ["--query-gpu=name,memory.total", "--format=csv,noheader"];
        let name = process::output(Command::new("nvidia-smi").args(query));
        name.map_or_else(|| node.to_owned(), |name| format!("{node}: {}", name.replace('\n', "; ")))
    });
    let check = |name, found: Option<String>, reason: &str, advice: &str| Check {
        group: "gpu",
        name,
        needed_for,
        required: false,
        finding: found.map_or_else(
            || Finding::Missing { reason: reason.to_owned(), advice: advice.to_owned() },
            Finding::Found,
        ),
    };
    vec![
        check(
            "NVIDIA device",
            card,
            "no device node such as /dev/nvidia0",
            "nothing to do without a card; in a container, start it with the GPU passed in",
        ),
        check(
            "CUDA driver",
            toolchain::system_library("libcuda").map(|path| path.display().to_string()),
            "libcuda.so is in no system library folder",
            "nothing to do without a card; with one, install NVIDIA's driver",
        ),
    ]
}

fn text(checks: &[Check]) -> String {
    let mut text = String::new();
    let mut group = "";
    for check in checks {
        if check.group != group {
            group = check.group;
            text.push_str(&format!("{group}\n"));
        }
        let (sign, detail) = match &check.finding {
            Finding::Found(detail) => ("ok", detail),
            Finding::Missing { reason, .. } if check.required => ("MISSING", reason),
            Finding::Missing { reason, .. } => ("no", reason),
        };
        text.push_str(&format!("  {sign:<7}  {:<13}  {detail}\n", check.name));
        text.push_str(&format!("{:26}for {}\n", "", check.needed_for));
        if let Finding::Missing { advice, .. } = &check.finding {
            text.push_str(&format!("{:26}do: {advice}\n", ""));
        }
    }
    text.push_str(if is_ready(checks) {
        "\nThis machine has all that the build needs.\n"
    } else {
        "\nThe build needs what is marked MISSING. `cargo xtask test` and `cargo xtask demo` install it on Debian \
         and Ubuntu, and explain what to do elsewhere.\n"
    });
    text
}

fn json(checks: &[Check]) -> Value {
    let list: Vec<Value> = checks
        .iter()
        .map(|check| {
            let (state, detail, advice) = match &check.finding {
                Finding::Found(detail) => ("found", detail, None),
                Finding::Missing { reason, advice } => ("missing", reason, Some(advice)),
            };
            json!({
                "group": check.group,
                "name": check.name,
                "state": state,
                "detail": detail,
                "required": check.required,
                "needed_for": check.needed_for,
                "advice": advice,
            })
        })
        .collect();
    json!({ "ready": is_ready(checks), "checks": list })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(required: bool) -> Vec<Check> {
        let check = |name, required, finding| Check {
            group: "toolchain",
            name,
            needed_for: "tests",
            required,
            finding,
        };
        let missing = Finding::Missing { reason: "not there".to_owned(), advice: "install it".to_owned() };
        vec![
            check("clang++", true, Finding::Found("/usr/bin/clang++-22".to_owned())),
            check("lld", required, missing),
        ]
    }

    #[test]
    fn the_report_says_what_is_missing_and_what_to_do() {
        insta::assert_snapshot!("report", text(&example(true)));
    }

    #[test]
    fn only_required_parts_make_a_machine_unready() {
        assert!(is_ready(&example(false)));
        assert!(!is_ready(&example(true)));
        assert_eq!(json(&example(true))["ready"], false);
    }

    #[test]
    fn json_holds_every_field() {
        let report = json(&example(true));
        assert_eq!(
            report["checks"][1],
            json!({
                "group": "toolchain", "name": "lld", "state": "missing", "detail": "not there", "required": true,
                "needed_for": "tests", "advice": "install it",
            })
        );
    }

    #[test]
    fn this_machine_is_examined_in_every_group() {
        let checks = examine();
        for group in ["toolchain", "rust", "cpu", "gpu"] {
            assert!(checks.iter().any(|check| check.group == group), "{group}");
        }
        assert!(checks.iter().all(|check| !check.needed_for.is_empty()));
    }
}
