//! From the LLVM dialect to code that runs, and every way in which that can fail.

use std::{env, ffi::c_void, fs, path::Path, process::Command};
use thn_mlir::{
    Error,
    codegen::{JitModule, LlvmModule, OPTIMIZE, Target, compile},
    new_context, parse, run_pipeline,
};

/// out[i] = a[i] * a[i] + 1, for n elements.
const SQUARES: &str = "
llvm.func @squares(%a: !llvm.ptr {llvm.noalias}, %out: !llvm.ptr {llvm.noalias}, %n: i64) {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %unit = llvm.mlir.constant(1.0 : f32) : f32
  llvm.br ^head(%zero : i64)
^head(%i: i64):
  %more = llvm.icmp \"slt\" %i, %n : i64
  llvm.cond_br %more, ^body, ^end
^body:
  %from = llvm.getelementptr %a[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  %x = llvm.load %from : !llvm.ptr -> f32
  %square = llvm.fmul %x, %x : f32
  %sum = llvm.fadd %square, %unit : f32
  %to = llvm.getelementptr %out[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  llvm.store %sum, %to : f32, !llvm.ptr
  %next = llvm.add %i, %one : i64
  llvm.br ^head(%next : i64)
^end:
  llvm.return
}
";

fn object(source: &str) -> Result<Vec<u8>, Error> {
    let context = new_context();
    let module = parse(&context, source, "test.mlir")?;
    compile(&context, &module, &Target::host()?)
}

fn link(source: &str, symbols: &[(&str, *const ())]) -> Result<JitModule, Error> {
    let object = object(source)?;
    // SAFETY: the tests pass functions of the types that their sources declare.
    unsafe { JitModule::link(&object, symbols) }
}

#[test]
fn compiled_code_runs_also_on_other_threads() {
    let module = link(SQUARES, &[]).expect("compiles");
    let address = module.lookup("squares").expect("is defined");
    let number = address.addr();
    // SAFETY: this is the function above.
    let squares: unsafe extern "C" fn(*const f32, *mut f32, i64) = unsafe { std::mem::transmute(address) };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let input: Vec<f32> = (0..1000_u16).map(f32::from).collect();
                let mut output = vec![0.0; input.len()];
                // SAFETY: both arrays hold that many elements.
                unsafe { squares(input.as_ptr(), output.as_mut_ptr(), input.len() as i64) };
                assert!(input.iter().zip(&output).all(|(x, y)| x * x + 1.0 == *y));
                assert_eq!(module.lookup("squares").expect("is defined").addr(), number);
            });
        }
    });
}

#[test]
fn several_threads_compile_at_once() {
    std::thread::scope(|scope| {
        for factor in 1..=6 {
            scope.spawn(move || {
                let context = new_context();
                let source = format!(
                    "func.func @f(%x: i32) -> i32 {{
                       %k = arith.constant {factor} : i32
                       %y = arith.muli %x, %k : i32
                       return %y : i32
                     }}"
                );
                let mut module = parse(&context, &source, "test.mlir").expect("parses");
                run_pipeline(&context, &mut module, "builtin.module(convert-to-llvm)").expect("lowers");
                let object = compile(&context, &module, &Target::host().expect("known")).expect("compiles");
                // SAFETY: it needs no symbols.
                let linked = unsafe { JitModule::link(&object, &[]) }.expect("links");
                // SAFETY: this is the function above.
                let f: unsafe extern "C" fn(i32) -> i32 =
                    unsafe { std::mem::transmute(linked.lookup("f").expect("is defined")) };
                // SAFETY: it takes and returns an integer.
                assert_eq!(unsafe { f(7) }, 7 * factor);
            });
        }
    });
}

#[test]
fn object_files_are_for_other_linkers_too() {
    let prefix = env::var("MLIR_SYS_220_PREFIX").expect("the workspace sets the prefix of LLVM");
    let folder = env::temp_dir().join(format!("thn-object-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
    let (object_file, library) = (folder.join("kernels.o"), folder.join("libkernels.so"));
    fs::write(&object_file, object(SQUARES).expect("compiles")).expect("can be written");
    let linked = Command::new(Path::new(&prefix).join("bin/clang"))
        .arg("-shared")
        .arg(&object_file)
        .arg("-o")
        .arg(&library)
        .output()
        .expect("clang is installed");
    let symbols = Command::new(Path::new(&prefix).join("bin/llvm-nm"))
        .arg("-D")
        .arg(&library)
        .output()
        .expect("llvm-nm is installed");
    fs::remove_dir_all(&folder).expect("was made here");
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
    assert!(String::from_utf8_lossy(&symbols.stdout).contains(" T squares"), "{symbols:?}");
}

#[test]
fn loops_are_vectorized_for_the_host() {
    let context = new_context();
    let module = parse(&context, SQUARES, "test.mlir").expect("parses");
    let target = Target::host().expect("the host is known");
    let mut llvm = LlvmModule::translate(&context, &module, &target).expect("translates");
    assert!(!llvm.ir().contains("x float>"));
    llvm.optimize(OPTIMIZE).expect("optimizes");
    assert!(llvm.ir().contains("x float>"), "{}", llvm.ir());
    assert!(llvm.assembly().expect("emits").contains("squares:"));
}

#[test]
fn the_runtime_is_called_by_address() {
    extern "C" fn twice(value: i64) -> i64 {
        2 * value
    }
    let source = "
      llvm.func @thn_test_twice(i64) -> i64
      llvm.func @f(%x: i64) -> i64 {
        %y = llvm.call @thn_test_twice(%x) : (i64) -> i64
        llvm.return %y : i64
      }";
    let module = link(source, &[("thn_test_twice", twice as *const ())]).expect("compiles");
    // SAFETY: this is the function above.
    let f: unsafe extern "C" fn(i64) -> i64 =
        unsafe { std::mem::transmute(module.lookup("f").expect("is defined")) };
    // SAFETY: it takes and returns an integer.
    assert_eq!(unsafe { f(21) }, 42);
}

#[test]
fn libm_is_found_in_the_process() {
    let source = "
      llvm.func @hypot(f64, f64) -> f64
      llvm.func @f(%x: f64, %y: f64) -> f64 {
        %z = llvm.call @hypot(%x, %y) : (f64, f64) -> f64
        llvm.return %z : f64
      }";
    let module = link(source, &[]).expect("compiles");
    // SAFETY: this is the function above.
    let f: unsafe extern "C" fn(f64, f64) -> f64 =
        unsafe { std::mem::transmute(module.lookup("f").expect("is defined")) };
    // SAFETY: it takes and returns numbers.
    assert_eq!(unsafe { f(3.0, 4.0) }, 5.0);
}

#[test]
fn a_missing_symbol_is_an_error_with_its_name() {
    let source = "
      llvm.func @thn_test_nowhere()
      llvm.func @f() { llvm.call @thn_test_nowhere() : () -> () llvm.return }";
    let module = link(source, &[]).expect("links lazily");
    let missing = module.lookup("f").expect_err("cannot be resolved").to_string();
    assert!(missing.contains("thn_test_nowhere"), "{missing}");
    let unknown = module.lookup("g").expect_err("is not defined").to_string();
    assert!(unknown.contains('g'), "{unknown}");
}

#[test]
fn a_symbol_given_twice_is_an_error() {
    let object = object(SQUARES).expect("compiles");
    let twice = [("thn_test", std::ptr::dangling::<()>()), ("squares", std::ptr::dangling())];
    // SAFETY: nothing of the module is called.
    let error = unsafe { JitModule::link(&object, &twice) }.err().expect("squares is there twice");
    assert!(error.to_string().contains("squares"), "{error}");
}

#[test]
fn a_module_of_other_dialects_is_an_error() {
    let error = object("func.func @f() { return }").expect_err("is not lowered").to_string();
    assert!(error.contains("cannot be translated"), "{error}");
    assert!(error.contains("test.mlir:1:1"), "{error}");
}

#[test]
fn bytes_that_are_no_object_file_are_an_error() {
    // SAFETY: nothing of the module is called.
    let linked = unsafe { JitModule::link(b"not an object file", &[]) };
    assert!(linked.and_then(|module| module.lookup("f").map(|_| ())).is_err());
}

#[test]
fn unknown_llvm_passes_and_targets_are_errors() {
    let context = new_context();
    let module = parse(&context, SQUARES, "test.mlir").expect("parses");
    let target = Target::host().expect("the host is known");
    let mut llvm = LlvmModule::translate(&context, &module, &target).expect("translates");
    assert!(llvm.optimize("no-such-pass").is_err_and(|e| e.to_string().contains("no-such-pass")));
    assert!(Target::new("no-such-machine", "", "").is_err());
}

#[test]
fn pipelines_lower_and_report() {
    let context = new_context();
    let source = "
      func.func @f(%x: i32) -> i32 attributes {llvm.emit_c_interface} {
        %y = arith.addi %x, %x : i32
        return %y : i32
      }";
    let mut module = parse(&context, source, "test.mlir").expect("parses");
    run_pipeline(&context, &mut module, "builtin.module(convert-to-llvm)").expect("lowers");
    let object = compile(&context, &module, &Target::host().expect("known")).expect("compiles");
    // SAFETY: it needs no symbols.
    let linked = unsafe { JitModule::link(&object, &[]) }.expect("links");
    // SAFETY: this is the function above.
    let f: unsafe extern "C" fn(i32) -> i32 =
        unsafe { std::mem::transmute(linked.lookup("_mlir_ciface_f").expect("is defined")) };
    // SAFETY: it takes and returns an integer.
    assert_eq!(unsafe { f(4) }, 8);
    let _: *const c_void = linked.lookup("f").expect("is defined").cast();
}

/// A function with vectors of 32 lanes, which `$LOOP` calls in a loop over `%p` of length `%n`.
const CALLING: &str = "
  func.func private @f(%x: f32) -> f32 attributes {llvm.linkage = #llvm.linkage<internal>, passthrough =
      [\"noinline\", [\"vector-function-abi-variant\", \"_ZGV_LLVM_N32v_f(f_x32)\"]]} {
    %y = arith.mulf %x, %x : f32
    return %y : f32
  }
  func.func private @f_x32(%x: vector<32xf32>) -> vector<32xf32> attributes {passthrough = [\"noinline\"]} {
    %y = arith.mulf %x, %x : vector<32xf32>
    return %y : vector<32xf32>
  }
  func.func @calling(%p: memref<?xf32>, %q: memref<?xf32>, %n: index, %k: index) -> f32 {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %start = arith.constant 0.0 : f32
    $LOOP
  }";

/// The loop as LLVM optimizes it.
fn loop_that_calls(text: &str) -> String {
    let context = new_context();
    let mut module = parse(&context, &CALLING.replace("$LOOP", text), "test.mlir").expect("parses");
    let pipeline = "builtin.module(convert-scf-to-cf,convert-to-llvm,reconcile-unrealized-casts)";
    run_pipeline(&context, &mut module, pipeline).expect("lowers");
    let target = Target::host().expect("the host is known");
    let mut llvm = LlvmModule::translate(&context, &module, &target).expect("translates");
    llvm.optimize(OPTIMIZE).and_then(|()| llvm.keep_only("calling")).expect("optimizes");
    llvm.ir()
}

#[test]
fn loops_call_functions_over_vectors() {
    let ir = loop_that_calls(
        "scf.for %i = %zero to %n step %one {
          %x = memref.load %p[%i] : memref<?xf32>
          %y = func.call @f(%x) : (f32) -> f32
          memref.store %y, %q[%i] : memref<?xf32>
        }
        return %start : f32",
    );
    assert!(ir.contains("call <32 x float> @f_x32(<32 x float>"), "{ir}");
}

#[test]
fn loops_with_branches_call_functions_over_vectors() {
    let ir = loop_that_calls(
        "scf.for %i = %zero to %n step %one {
          %x = memref.load %p[%i] : memref<?xf32>
          %early = arith.cmpi slt, %i, %k : index
          %y = scf.if %early -> (f32) {
            %z = func.call @f(%x) : (f32) -> f32
            scf.yield %z : f32
          } else {
            %z = arith.addf %x, %x : f32
            scf.yield %z : f32
          }
          memref.store %y, %q[%i] : memref<?xf32>
        }
        return %start : f32",
    );
    assert!(ir.contains("call <32 x float> @f_x32(<32 x float>"), "{ir}");
}

#[test]
fn sums_that_may_be_reordered_are_widened_and_others_are_not() {
    let sum = |flags: &str| {
        loop_that_calls(&format!(
            "%sum = scf.for %i = %zero to %n step %one iter_args(%s = %start) -> (f32) {{
              %x = memref.load %p[%i] : memref<?xf32>
              %y = func.call @f(%x) : (f32) -> f32
              %next = arith.addf %s, %y {flags} : f32
              scf.yield %next : f32
            }}
            return %sum : f32"
        ))
    };
    let ir = sum("fastmath<reassoc>");
    assert!(ir.contains("fadd reassoc <32 x float>"), "{ir}");
    let ir = sum("");
    assert!(!ir.contains("fadd <") && !ir.contains("reduce.fadd"), "{ir}");
}

#[test]
fn what_is_written_again_and_again_is_added_in_order() {
    let ir = loop_that_calls(
        "scf.for %i = %zero to %n step %one {
          %x = memref.load %p[%i] : memref<?xf32>
          %y = func.call @f(%x) : (f32) -> f32
          %s = memref.load %q[%k] : memref<?xf32>
          %next = arith.addf %s, %y : f32
          memref.store %next, %q[%k] : memref<?xf32>
        }
        return %start : f32",
    );
    assert!(!ir.contains("fadd <") && !ir.contains("reduce.fadd"), "{ir}");
}

#[test]
fn functions_that_nothing_needs_are_dropped() {
    let ir = loop_that_calls("return %start : f32");
    assert!(ir.contains("@calling(") && !ir.contains("@f_x32") && !ir.contains("@f("), "{ir}");
}
