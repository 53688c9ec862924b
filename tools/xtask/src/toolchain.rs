//! The toolchain: which parts of LLVM and MLIR the build needs, where they are, and how they get here.
//!
//! On Debian and Ubuntu [`ensure`] installs what is missing through `apt-get`, if it may; everywhere else it
//! explains. It never goes on in silence: it returns only when every part is there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::distro::{Distro, Family};
use crate::error::{Error, Result};
use crate::process;

/// The one LLVM major version of this release.
pub(crate) const MAJOR: u32 = 22;

/// How a part is recognised.
enum Probe {
    /// `llvm-config` of the right major version.
    Version,
    /// A program: `bin/NAME` under the prefix, or `NAME-22` on the search path.
    Program(&'static str),
    /// A file under the prefix.
    File(&'static str),
    /// A header that the compiler finds by itself.
    SystemHeader(&'static str),
    /// A shared library whose file name starts so, under the prefix or where the system keeps libraries.
    SystemLibrary(&'static str),
}

/// One thing that the build needs, and the Debian package that holds it.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) needed_for: &'static str,
    package: &'static str,
    probe: Probe,
}

/// Everything that has to be installed besides Rust.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "LLVM 22",
        needed_for: "code generation; the build asks llvm-config for paths and libraries",
        package: "llvm-22-dev",
        probe: Probe::Version,
    },
    Part {
        name: "llvm-tblgen",
        needed_for: "reading the op table in `cargo xtask codegen`",
        package: "llvm-22-dev",
        probe: Probe::Program("llvm-tblgen"),
    },
    Part {
        name: "libLLVM.so",
        needed_for: "linking every tool that compiles",
        package: "llvm-22-dev",
        probe: Probe::File("lib/libLLVM.so"),
    },
    Part {
        name: "MLIR headers",
        needed_for: "compiling the dialect",
        package: "libmlir-22-dev",
        probe: Probe::File("include/mlir/IR/MLIRContext.h"),
    },
    Part {
        name: "MLIR C API",
        needed_for: "calling MLIR from Rust",
        package: "libmlir-22-dev",
        probe: Probe::File("lib/libMLIRCAPIIR.a"),
    },
    Part {
        name: "libMLIR.so",
        needed_for: "linking every tool that compiles, and the plugin",
        package: "libmlir-22-dev",
        probe: Probe::File("lib/libMLIR.so"),
    },
    Part {
        name: "Polly",
        needed_for: "building melior's macros, which link all of LLVM's archives",
        package: "libpolly-22-dev",
        probe: Probe::File("lib/libPolly.a"),
    },
    Part {
        name: "mlir-tblgen",
        needed_for: "generating the dialect's C++ from the op table",
        package: "mlir-22-tools",
        probe: Probe::Program("mlir-tblgen"),
    },
    Part {
        name: "mlir-opt",
        needed_for: "testing the plugin in the stock tool",
        package: "mlir-22-tools",
        probe: Probe::Program("mlir-opt"),
    },
    Part {
        name: "clang++",
        needed_for: "compiling the dialect's C++; the plugin does not work when g++ compiles it",
        package: "clang-22",
        probe: Probe::Program("clang++"),
    },
    Part {
        name: "libclang",
        needed_for: "reading MLIR's C headers when the Rust bindings are built",
        package: "libclang1-22",
        probe: Probe::SystemLibrary("libclang"),
    },
    Part {
        name: "lld",
        needed_for: "linking programs that are compiled ahead of time",
        package: "lld-22",
        probe: Probe::Program("ld.lld"),
    },
    Part {
        name: "zstd headers",
        needed_for: "linking LLVM's libraries",
        package: "libzstd-dev",
        probe: Probe::SystemHeader("zstd.h"),
    },
    Part {
        name: "zlib headers",
        needed_for: "linking LLVM's libraries",
        package: "zlib1g-dev",
        probe: Probe::SystemHeader("zlib.h"),
    },
];

impl Part {
    /// What was found: a version or a path. `Err` says what was looked for.
    pub(crate) fn find(&self) -> std::result::Result<String, String> {
        let shown = |path: PathBuf| path.display().to_string();
        match self.probe {
            Probe::Version => {
                let path = program("llvm-config").ok_or_else(|| not_found("llvm-config"))?;
                let version = process::output(Command::new(&path).arg("--version"));
                let version = version.ok_or_else(|| format!("{} does not run", path.display()))?;
                if version.split('.').next() == Some(&MAJOR.to_string()) {
                    Ok(format!("{version} in {}", prefix().display()))
                } else {
                    Err(format!("{} is of version {version}", path.display()))
                }
            }
            Probe::Program(name) => program(name).map(shown).ok_or_else(|| not_found(name)),
            Probe::File(name) => {
                let path = prefix().join(name);
                if path.exists() {
                    Ok(shown(path))
                } else {
                    Err(format!("{} does not exist", path.display()))
                }
            }
            Probe::SystemHeader(name) => {
                let folders = [prefix().join("include"), "/usr/include".into(), "/usr/local/include".into()];
                let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.exists());
                found.map(shown).ok_or_else(|| format!("{name} is in no system include folder"))
            }
            Probe::SystemLibrary(name) => system_library(name)
                .map(shown)
                .ok_or_else(|| format!("{name}.so is in no system library folder")),
        }
    }

    /// What to do where the part is missing.
    pub(crate) fn advice(&self) -> String {
        format!("`cargo xtask test` installs it on Debian and Ubuntu, as package {}", self.package)
    }
}

fn not_found(program: &str) -> String {
    format!("neither {}/bin/{program} nor {program}-{MAJOR} on the search path", prefix().display())
}

/// Where LLVM and MLIR are installed: the very variable by which the build finds them, which cargo sets from
/// `.cargo/config.toml`.
fn prefix() -> PathBuf {
    env::var_os("MLIR_SYS_220_PREFIX").map_or_else(|| PathBuf::from("/usr/lib/llvm-22"), PathBuf::from)
}

/// Where clang keeps the libraries that instrumented programs need.
pub(crate) fn compiler_runtime() -> PathBuf {
    prefix().join(format!("lib/clang/{MAJOR}/lib/linux"))
}

/// A program of LLVM or MLIR: the one under the prefix, else the one with the version in its name.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = prefix().join("bin").join(name);
    if path.is_file() { Some(path) } else { process::find_program(&format!("{name}-{MAJOR}")) }
}

/// The first shared library of that name, under the prefix and then in the system's folders.
pub(crate) fn system_library(name: &str) -> Option<PathBuf> {
    let triple = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    let system = [triple.as_str(), "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib"].map(PathBuf::from);
    [prefix().join("lib")].into_iter().chain(system).find_map(|folder| {
        // The least name, so that the order in which a folder lists its files does not matter.
        let entries = fs::read_dir(folder).ok()?.flatten();
        entries
            .filter(|entry| is_library(&entry.file_name().to_string_lossy(), name))
            .map(|entry| entry.path())
            .min()
    })
}

/// Whether the file is a shared library `NAME.so…` or `NAME-VERSION.so…`.
fn is_library(file: &str, name: &str) -> bool {
    let rest = file.strip_prefix(name).unwrap_or_default();
    let version = rest.strip_prefix('-').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    version.unwrap_or(rest).starts_with(".so")
}

/// Every part that is missing, with the reason.
fn missing() -> Vec<(&'static Part, String)> {
    PARTS.iter().filter_map(|part| part.find().err().map(|reason| (part, reason))).collect()
}

/// Makes sure that every part is here, installing what is missing where that is possible, and gives one line
/// that says what is here. Whatever stands in the way is the error's text, with the commands that help.
pub(crate) fn ensure() -> Result<String> {
    let absent = missing();
    if !absent.is_empty() {
        let distro = Distro::of_this_machine();
        eprintln!("The toolchain is incomplete on {}:", distro.name);
        for (part, reason) in &absent {
            eprintln!("  {}, needed for {}: {reason}", part.name, part.needed_for);
        }
        let mut packages: Vec<&str> = absent.iter().map(|(part, _)| part.package).collect();
        packages.dedup();
        install(&distro, &packages)?;
        let still = missing();
        if !still.is_empty() {
            let reasons: Vec<String> =
                still.iter().map(|(part, reason)| format!("  {}: {reason}", part.name)).collect();
            return Err(Error::Toolchain(format!(
                "the packages are installed, and yet parts of the toolchain are missing:\n{}\n\
                 MLIR_SYS_220_PREFIX says where LLVM is; it is {}",
                reasons.join("\n"),
                prefix().display()
            )));
        }
    }
    let version = PARTS[0].find().map_err(Error::Toolchain)?;
    Ok(format!("LLVM {version}"))
}

/// Makes sure that rustfmt and clippy are here, which a minimal installation of Rust leaves out.
pub(crate) fn ensure_rust_components(root: &Path) -> Result<()> {
    let absent: Vec<&str> = [("rustfmt", "fmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(_, command)| process::output(process::cargo(root).args([command, "--version"])).is_none())
        .map(|(component, _)| component)
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    if process::find_program("rustup").is_none() {
        return Err(Error::Toolchain(format!(
            "this installation of Rust lacks {0}; install {0} the way in which Rust was installed \
             (with rustup: `rustup component add {0}`)",
            absent.join(" ")
        )));
    }
    process::run(Command::new("rustup").args(["component", "add"]).args(&absent).current_dir(root))
}

/// What this user may do to the system.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Privilege {
    Root,
    /// `sudo` asks for no password.
    Sudo,
    None,
}

impl Privilege {
    fn of_this_user() -> Self {
        if process::output(Command::new("id").arg("-u")).as_deref() == Some("0") {
            Self::Root
        } else if process::output(Command::new("sudo").args(["-n", "true"])).is_some() {
            Self::Sudo
        } else {
            Self::None
        }
    }

    /// `apt-get` with these rights. Its output goes to standard error: standard output may be JSON.
    fn apt_get(self) -> Command {
        let mut command = match self {
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                command
            }
            Self::Root | Self::None => {
                let mut command = Command::new("apt-get");
                command.env("DEBIAN_FRONTEND", "noninteractive");
                command
            }
        };
        command.stdout(std::io::stderr());
        command
    }
}

fn install(distro: &Distro, packages: &[&str]) -> Result<()> {
    if distro.family == Family::Other || process::find_program("apt-get").is_none() {
        return Err(Error::Toolchain(explain_other(distro)));
    }
    let privilege = Privilege::of_this_user();
    if privilege == Privilege::None {
        return Err(Error::Toolchain(explain_command(distro, packages)));
    }
    if distro.family == Family::Ubuntu {
        eprintln!("Trying the packages that {} itself carries.", distro.name);
    }
    let mut updated = false;
    if !without_candidate(packages).is_empty() {
        process::run(privilege.apt_get().arg("update"))?;
        updated = true;
        let unknown = without_candidate(packages);
        if !unknown.is_empty() {
            return Err(Error::Toolchain(explain_repository(distro, &unknown, packages)));
        }
    }
    let install = || {
        process::run(privilege.apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
    };
    match install() {
        // An old package list names files that the mirror no longer has.
        Err(error) if !updated => {
            eprintln!("{error}; trying again with a new package list.");
            process::run(privilege.apt_get().arg("update"))?;
            install()
        }
        outcome => outcome,
    }
}

/// The packages that apt cannot install with the package lists it has.
fn without_candidate<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let policy = process::output(Command::new("apt-cache").arg("policy").args(packages).env("LC_ALL", "C"));
    let known = candidates(&policy.unwrap_or_default());
    packages.iter().copied().filter(|package| !known.iter().any(|known| known == package)).collect()
}

/// The packages that have a candidate version in the output of `apt-cache policy`, where a line `NAME:` heads
/// each package's indented lines.
fn candidates(policy: &str) -> Vec<String> {
    let mut package = "";
    let mut found = Vec::new();
    for line in policy.lines() {
        if !line.starts_with(' ') {
            package = line.trim_end_matches(':');
        } else if line.trim().strip_prefix("Candidate: ").is_some_and(|version| version != "(none)") {
            found.push(package.to_owned());
        }
    }
    found
}

fn explain_command(distro: &Distro, packages: &[&str]) -> String {
    format!(
        "installing packages on {} needs root, and this user has no `sudo` without a password. \
         Run this, then try again:\n\n  \
         sudo apt-get update && sudo apt-get install --yes {}\n",
        distro.name,
        packages.join(" ")
    )
}

fn explain_repository(distro: &Distro, unknown: &[&str], packages: &[&str]) -> String {
    let codename = distro.codename.as_deref().unwrap_or("CODENAME");
    let hint = if distro.family == Family::Debian {
        "Debian 12 carries them in its security archive (`bookworm-security`): see that it is among the sources.\n"
    } else {
        ""
    };
    format!(
        "`apt-get update` was run, and the package sources of {name} have no {unknown}.\n{hint}\
         The LLVM project's own repository has them for many releases. Adding a repository is yours to decide:\n\n  \
         sudo apt-get install --yes wget ca-certificates\n  \
         sudo wget -O /etc/apt/trusted.gpg.d/apt.llvm.org.asc https://apt.llvm.org/llvm-snapshot.gpg.key\n  \
         echo 'deb https://apt.llvm.org/{codename}/ llvm-toolchain-{codename}-{MAJOR} main' | sudo tee /etc/apt/sources.list.d/llvm-{MAJOR}.list\n  \
         sudo apt-get update && sudo apt-get install --yes {packages}\n",
        name = distro.name,
        unknown = unknown.join(", "),
        packages = packages.join(" "),
    )
}

fn explain_other(distro: &Distro) -> String {
    format!(
        "{} is not a system on which this command installs packages; nothing was changed. Install LLVM and MLIR \
         {MAJOR} with headers, libMLIR.so, libLLVM.so, the MLIR C API archives, mlir-opt, mlir-tblgen, llvm-tblgen, \
         clang++ and lld, and the headers of zstd and zlib.\n\
         If they are elsewhere than in /usr/lib/llvm-{MAJOR}, change that path in .cargo/config.toml: it stands in \
         MLIR_SYS_220_PREFIX, in TABLEGEN_220_PREFIX and in the rpath of the linker flags.\n\
         `cargo xtask doctor` shows what is found.",
        distro.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distro::tests::example;

    #[test]
    fn a_package_needs_a_candidate() {
        let policy = "lld-22:\n  Installed: (none)\n  Candidate: 1:22.1.8-1\n  Version table:\n     1:22.1.8-1 500\n\
                      clang-22:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n";
        assert_eq!(candidates(policy), ["lld-22"]);
        assert!(candidates("").is_empty());
    }

    #[test]
    fn libraries_are_known_by_name_and_version() {
        for file in ["libclang.so", "libclang.so.1", "libclang-22.so.22"] {
            assert!(is_library(file, "libclang"), "{file}");
        }
        for file in ["libclang-cpp.so.22.1", "libclangAST.so", "libclang.a", "other"] {
            assert!(!is_library(file, "libclang"), "{file}");
        }
    }

    #[test]
    fn packages_of_one_name_stand_together() {
        // `ensure` drops repeated packages by looking at neighbours only.
        let mut packages: Vec<&str> = PARTS.iter().map(|part| part.package).collect();
        packages.dedup();
        let neighbours = packages.len();
        packages.sort_unstable();
        packages.dedup();
        assert_eq!(packages.len(), neighbours);
    }

    #[test]
    fn without_rights_the_command_is_named() {
        let debian = example(Family::Debian, "Debian GNU/Linux 12 (bookworm)", Some("bookworm"));
        insta::assert_snapshot!("needs_root", explain_command(&debian, &["clang-22", "lld-22"]));
    }

    #[test]
    fn ubuntu_without_the_packages_is_told_about_the_repository() {
        let ubuntu = example(Family::Ubuntu, "Ubuntu 24.04.1 LTS", Some("noble"));
        insta::assert_snapshot!(
            "ubuntu",
            explain_repository(&ubuntu, &["clang-22"], &["clang-22", "zlib1g-dev"])
        );
    }

    #[test]
    fn debian_without_the_packages_is_told_about_its_archive_first() {
        let debian = example(Family::Debian, "Debian GNU/Linux 12 (bookworm)", Some("bookworm"));
        let text = explain_repository(&debian, &["clang-22"], &["clang-22"]);
        assert!(text.contains("bookworm-security"), "{text}");
    }

    #[test]
    fn other_systems_are_told_what_is_needed() {
        insta::assert_snapshot!("other_system", explain_other(&example(Family::Other, "Fedora Linux", None)));
    }
}
