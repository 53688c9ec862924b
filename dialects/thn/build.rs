//! Generates the dialect from its table, compiles the shim and lets the linker find MLIR's C API.
//!
//! The compiler is clang++ 22 and nothing else: MLIR identifies traits by type-name strings, which
//! g++ spells differently, so that a g++ shim makes `canonicalize` loop forever inside a plugin.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// How many files the generated op definitions are split into; they compile side by side.
const OP_SHARDS: usize = 4;

/// Each file is its own archive, so that only tools link what only tools need.
const ARCHIVES: [(&str, &[&str]); 3] = [
    ("thn_tools", &["cpp/tools.cpp"]),
    ("thn_passes", &["cpp/passes.cpp", "cpp/parse.cpp"]),
    ("thn_dialect", &["cpp/dialect.cpp"]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let prefix = PathBuf::from(
        env::var("MLIR_SYS_220_PREFIX")
            .map_err(|_| "MLIR_SYS_220_PREFIX is not set: .cargo/config.toml of the workspace sets it")?,
    );
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for path in ["cpp", "ops", "ThnBase.td", "ThnOps.td", "build.rs"] {
        println!("cargo:rerun-if-changed={path}");
    }
    println!("cargo:rerun-if-env-changed=MLIR_SYS_220_PREFIX");
    println!("cargo:rerun-if-env-changed=THN_SANITIZE");

    let shards = format!("-op-shard-count={OP_SHARDS}");
    let generate = |arguments: &[&str], output: &str| generate(&prefix, &out, arguments, output);
    generate(&["-gen-dialect-decls", "-dialect=thn"], "ThnDialect.h.inc")?;
    generate(&["-gen-dialect-defs", "-dialect=thn"], "ThnDialect.cpp.inc")?;
    generate(&["-gen-op-decls", &shards], "ThnOps.h.inc")?;
    generate(&["-gen-op-defs", &shards], "ThnOps.cpp.inc")?;
    compile(&prefix, &out)?;
    write_c_api_script(&prefix, &out)?;
    println!("cargo:rustc-link-search=native={}", out.display());
    Ok(())
}

/// Runs `mlir-tblgen` over the op table.
fn generate(prefix: &Path, out: &Path, arguments: &[&str], output: &str) -> Result<(), Box<dyn Error>> {
    let tool = prefix.join("bin/mlir-tblgen");
    let status = Command::new(&tool)
        .args(arguments)
        .arg("-I")
        .arg(prefix.join("include"))
        .arg("ThnOps.td")
        .arg("-o")
        .arg(out.join(output))
        .status()
        .map_err(|error| format!("cannot run {}: {error}", tool.display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("mlir-tblgen {} failed on ThnOps.td", arguments.join(" ")).into())
    }
}

/// Compiles the shim with the flags that Debian's libMLIR was built with. `NDEBUG` is part of its ABI.
fn compile(prefix: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let shards = (0..OP_SHARDS)
        .map(|shard| {
            let path = out.join(format!("shard{shard}.cpp"));
            let text =
                format!("#include \"Thn.h\"\n#define GET_OP_DEFS_{shard}\n#include \"ThnOps.cpp.inc\"\n");
            // The text rarely changes; rewriting it would recompile the shard for nothing.
            if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                fs::write(&path, text)?;
            }
            Ok(path)
        })
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    // `cargo xtask sanitize` sets it.
    let sanitized = env::var_os("THN_SANITIZE").is_some();
    for (archive, sources) in ARCHIVES {
        let mut build = cc::Build::new();
        build
            .cpp(true)
            .compiler(prefix.join("bin/clang++"))
            .std("c++17")
            .include("cpp")
            .include(out)
            .include(prefix.join("include"))
            .flag("-fno-exceptions")
            .flag("-Wno-unused-parameter")
            .opt_level(1)
            .debug(false)
            .define("NDEBUG", None)
            .define("_GNU_SOURCE", None)
            .define("__STDC_CONSTANT_MACROS", None)
            .define("__STDC_FORMAT_MACROS", None)
            .define("__STDC_LIMIT_MACROS", None)
            .files(sources);
        if archive == "thn_dialect" {
            build.files(&shards);
        }
        if sanitized {
            // LLVM is built without the run-time type information that the checks of virtual calls read.
            build.flag("-fsanitize=address,undefined").flag("-fno-sanitize=vptr,function");
            build.flag("-fno-sanitize-recover=all").flag("-fno-omit-frame-pointer").flag("-g1");
        }
        build.try_compile(archive)?;
    }
    if sanitized {
        let runtime = prefix.join("lib/clang/22/lib/linux");
        println!("cargo:rustc-link-search=native={}", runtime.display());
        println!("cargo:rustc-link-lib=dylib=clang_rt.asan-{}", env::var("CARGO_CFG_TARGET_ARCH")?);
    }
    Ok(())
}

/// mlir-sys links `-lMLIR-C`, which Debian does not ship. A linker script of that name takes what is
/// needed from the C API's archives and resolves the rest from the two shared libraries.
fn write_c_api_script(prefix: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let libraries = prefix.join("lib");
    let mut archives = fs::read_dir(&libraries)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    archives.retain(|path| {
        path.extension().is_some_and(|extension| extension == "a")
            && path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("libMLIRCAPI"))
    });
    if archives.is_empty() {
        return Err(format!("no libMLIRCAPI*.a in {}", libraries.display()).into());
    }
    archives.sort();
    let archives: Vec<_> = archives.iter().map(|path| path.display().to_string()).collect();
    let script = format!(
        "GROUP ( {} {libraries}/libMLIR.so {libraries}/libLLVM-22.so )\n",
        archives.join(" "),
        libraries = libraries.display()
    );
    fs::write(out.join("libMLIR-C.so"), script)?;
    Ok(())
}
