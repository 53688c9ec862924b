//! `thn-run` as its users meet it: files in, files and text out, and every way to get it wrong.

use ndarray::{Array1, Array2, ArrayD, arr0, arr1, arr2};
use ndarray_npy::{ReadNpyExt, WritableElement, WriteNpyExt};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Two functions: a product with a row added, and a step of state.
const PROGRAMS: &str = "
func.func @affine(%x: tensor<?x3xf64> {thn.name = \"x\", thn.dims = [\"N\"]}, %w: tensor<3x2xf64> {thn.name = \"w\"})
    -> (tensor<?x2xf64> {thn.name = \"y\"}) {
  %y = thn.dot %x, %w : tensor<?x3xf64>, tensor<3x2xf64>
  return %y : tensor<?x2xf64>
}
func.func @step(%w: tensor<2xf32> {thn.name = \"w\", thn.shared}, %x: tensor<2xf32>)
    -> (tensor<2xf32> {thn.updates = 0 : i64}, tensor<f32>) {
  %new = thn.add %w, %x : tensor<2xf32>, tensor<2xf32>
  %sum = thn.sum %w axes = [0] : tensor<2xf32>
  return %new, %sum : tensor<2xf32>, tensor<f32>
}
func.func @rows(%x: tensor<4xf64> {thn.name = \"x\"}, %i: tensor<?xi64> {thn.name = \"i\"}) -> tensor<?xf64> {
  %y = thn.gather %x, %i : tensor<4xf64>, tensor<?xi64>
  return %y : tensor<?xf64>
}
";

/// A folder of its own for a test, with the programs in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("thn-run-{name}"));
        fs::create_dir_all(&path).expect("the folder can be made");
        fs::write(path.join("programs.mlir"), PROGRAMS).expect("the folder is writable");
        Folder(path)
    }

    fn npy<T: WritableElement, D: ndarray::Dimension>(&self, name: &str, array: &ndarray::Array<T, D>) {
        array.write_npy(File::create(self.0.join(name)).expect("is writable")).expect("is written");
    }

    fn read<A: ReadNpyExt>(&self, name: &str) -> A {
        A::read_npy(File::open(self.0.join(name)).expect("is there")).expect("is a tensor")
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thn-run"));
        command.current_dir(&self.0).arg("programs.mlir").args(arguments).output().expect("thn-run was built")
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("thn-run writes UTF-8")
    }

    fn error(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).expect("thn-run writes UTF-8").trim_end().to_string()
    }
}

/// A folder with inputs of `affine`.
fn affine(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.npy("x.npy", &arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    folder.npy("w.npy", &arr2(&[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]));
    folder
}

const AFFINE: [&str; 6] = ["--entry", "affine", "--input", "x=x.npy", "--input", "w=w.npy"];

#[test]
fn files_go_in_and_out_on_both_targets() {
    let folder = affine("files");
    for target in ["cpu", "reference"] {
        folder.run(&[&AFFINE[..], &["--output", "y=y.npy", "--target", target]].concat());
        assert_eq!(folder.read::<Array2<f64>>("y.npy"), arr2(&[[4.0, 5.0], [10.0, 11.0]]), "{target}");
    }
    let printed = folder.run(&AFFINE);
    assert_eq!(printed, "y: float64 [2, 2]\n[[4, 5],\n [10, 11]]\n");
}

#[test]
fn column_major_files_are_read_right() {
    let folder = affine("columns");
    let x = arr2(&[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]).reversed_axes();
    assert!(!x.is_standard_layout());
    folder.npy("x.npy", &x);
    assert!(folder.run(&AFFINE).contains("[4, 5]"));
}

#[test]
fn random_inputs_are_the_same_on_both_targets() {
    let folder = affine("random");
    let lengths = ["--entry", "affine", "--input", "x=random:1:5x3", "--input", "w=random:2", "--print"];
    let compiled = folder.run(&[&lengths[..], &["--output", "y=cpu.npy"]].concat());
    folder.run(&[&lengths[..], &["--output", "y=reference.npy", "--target", "reference"]].concat());
    assert!(compiled.starts_with("y: float64 [5, 2]\n"), "{compiled}");
    let (a, b): (Array2<f64>, Array2<f64>) = (folder.read("cpu.npy"), folder.read("reference.npy"));
    assert!((&a - &b).iter().all(|d| d.abs() < 1e-15), "{a} {b}");
    let error = folder.error(&["--entry", "affine", "--input", "x=random:1", "--input", "w=random:2"]);
    assert!(
        error.contains("dim N of x with shape (N, 3) is not known; give lengths, as in x=random:1:3x4"),
        "{error}"
    );
}

#[test]
fn state_goes_in_as_an_input_and_out_as_an_output() {
    let folder = Folder::new("state");
    folder.npy("w.npy", &arr1(&[1.0f32, 2.0]));
    folder.npy("x.npy", &arr1(&[0.5f32, 0.25]));
    let arguments =
        ["--entry", "step", "--input", "w=w.npy", "--input", "arg1=x.npy", "--output", "w=new.npy"];
    for target in ["cpu", "reference"] {
        let times = ["--output", "result1=sum.npy", "--target", target, "--time", "3"];
        let printed = folder.run(&[&arguments[..], &times].concat());
        assert_eq!(folder.read::<Array1<f32>>("new.npy"), arr1(&[1.5, 2.25]), "{target}");
        assert_eq!(folder.read::<ArrayD<f32>>("sum.npy"), arr0(3.0f32).into_dyn(), "{target}");
        assert!(printed.starts_with("3 calls: min ") && printed.contains("median"), "{printed}");
    }
}

#[test]
fn json_has_everything() {
    let folder = Folder::new("json");
    folder.npy("w.npy", &arr1(&[1.0f32, f32::NAN]));
    folder.npy("x.npy", &arr1(&[f32::INFINITY, 0.25]));
    let arguments =
        ["--entry", "step", "--input", "w=w.npy", "--input", "arg1=x.npy", "--json", "--time", "2"];
    let json: serde_json::Value = serde_json::from_str(&folder.run(&arguments)).expect("is JSON");
    assert_eq!(json["function"], "step");
    assert_eq!(json["target"], "cpu");
    assert_eq!(json["outputs"][0]["name"], "w");
    assert_eq!(json["outputs"][0]["update"], true);
    assert_eq!(json["outputs"][0]["dtype"], "float32");
    assert_eq!(json["outputs"][0]["shape"], serde_json::json!([2]));
    assert_eq!(json["outputs"][0]["data"], serde_json::json!(["inf", "nan"]));
    assert_eq!(json["outputs"][1]["data"], serde_json::json!(["nan"]));
    assert!(json["compile"]["kernels"].as_u64().is_some_and(|n| n > 0), "{json}");
    assert_eq!(json["time"]["calls"], 2);
    assert!(json["time"]["min_ns"].as_u64() <= json["time"]["median_ns"].as_u64());
}

#[test]
fn wrong_names_are_answered_with_the_right_ones() {
    let folder = affine("names");
    assert_eq!(
        folder.error(&["--entry", "afine"]),
        "thn-run: error: programs.mlir: there is no function @afine; there is @affine, @step, @rows"
    );
    assert!(folder.error(&[]).contains("which function? There are @affine, @step, @rows"));
    assert_eq!(
        folder.error(&["--entry", "affine", "--input", "z=x.npy"]),
        "thn-run: error: there is no argument z; there is x: float64 (N, 3), w: float64 (3, 2)"
    );
    assert_eq!(
        folder.error(&["--entry", "step", "--input", "arg1=x.npy"]),
        "thn-run: error: no value is given for w: float32 (2) shared"
    );
    let twice = folder.error(&[&AFFINE[..], &["--input", "x=x.npy"]].concat());
    assert_eq!(twice, "thn-run: error: argument x is given twice");
    let result = folder.error(&[&AFFINE[..], &["--output", "z=z.npy"]].concat());
    assert_eq!(result, "thn-run: error: there is no result z; there is y: float64 (N, 2)");
}

#[test]
fn wrong_types_ranks_and_lengths_are_named() {
    let folder = affine("types");
    folder.npy("x.npy", &arr2(&[[1i64, 2, 3]]));
    assert!(folder.run(&AFFINE).contains("[4, 5]"), "int64 widens to float64, as in a call");
    folder.npy("i.npy", &arr1(&[1.0]));
    let narrow = folder.error(&["--entry", "rows", "--input", "x=random:1:4", "--input", "i=i.npy"]);
    assert_eq!(narrow, "thn-run: error: i.npy: the elements are float64; int64 is needed");
    folder.npy("x.npy", &arr1(&[1.0, 2.0, 3.0]));
    assert_eq!(
        folder.error(&AFFINE),
        "thn-run: error: argument x has shape (3) with 1 dim, but a tensor with 2 dims is needed"
    );
    folder.npy("x.npy", &arr2(&[[1.0, 2.0]]));
    assert_eq!(
        folder.error(&AFFINE),
        "thn-run: error: argument x has shape (1, 2), but its declared shape is (N, 3): dim 1 is 2 and 3"
    );
}

#[test]
fn a_failing_call_names_the_line() {
    let folder = Folder::new("index");
    folder.npy("x.npy", &arr1(&[1.0, 2.0, 3.0, 4.0]));
    folder.npy("i.npy", &arr1(&[3i64, -4, 4]));
    let error = folder.error(&["--entry", "rows", "--input", "x=x.npy", "--input", "i=i.npy"]);
    assert!(error.contains("programs.mlir:14:8: 'thn.gather' op"), "{error}");
    assert!(error.contains("index 4 in i is out of bounds for dim 0 of x with length 4"), "{error}");
}

#[test]
fn broken_files_are_errors() {
    let folder = affine("broken");
    let whole = fs::read(folder.0.join("x.npy")).expect("is there");
    let refused = |bytes: &[u8]| {
        fs::write(folder.0.join("x.npy"), bytes).expect("is writable");
        folder.error(&AFFINE)
    };
    assert_eq!(
        refused(&whole[..whole.len() - 5]),
        "thn-run: error: x.npy: the file is truncated: 5 bytes are missing"
    );
    assert_eq!(
        refused(&[whole.as_slice(), b"more"].concat()),
        "thn-run: error: x.npy: 4 bytes follow the last element"
    );
    for wrong in [&whole[..40], &whole[..3], b"", b"1,2,3\n4,5,6\n"] {
        assert!(refused(wrong).starts_with("thn-run: error: x.npy: "), "{wrong:?}");
    }
    // A header that claims more elements than there is memory allocates nothing.
    let text = String::from_utf8_lossy(&whole[10..128]).into_owned();
    let huge = text.replace("(2, 3", "(2000000000000000, 3");
    assert_ne!(huge, text);
    let header = format!("{:<117}\n", huge.trim_end());
    let mut bytes = [&whole[..10], header.as_bytes()].concat();
    bytes[8..10].copy_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend(&whole[128..]);
    let error = refused(&bytes);
    assert!(error.contains("truncated") || error.contains("too large"), "{error}");

    fs::remove_file(folder.0.join("x.npy")).expect("is there");
    assert!(folder.error(&AFFINE).contains("x.npy: No such file"));
    let output = folder.error(&[&AFFINE[2..4], &["--entry", "affine"]].concat());
    assert!(output.contains("no value is given for w: float64 (3, 2)"), "{output}");
}

#[test]
fn broken_programs_are_errors_with_their_place() {
    let folder = affine("programs");
    let refused = |text: &str| {
        fs::write(folder.0.join("programs.mlir"), text).expect("is writable");
        folder.error(&["--print"])
    };
    assert!(refused("func.func @f(").contains("programs.mlir:1:"));
    let wrong = refused(
        "func.func @f() -> tensor<f64> {\n  %y = thn.sqrd : tensor<f64>\n  return %y : tensor<f64>\n}",
    );
    assert!(wrong.contains("programs.mlir:2:"), "{wrong}");
    let shapes = refused(
        "func.func @f(%x: tensor<2xf64>, %y: tensor<3xf64>) -> tensor<2xf64> {\n  %z = thn.add %x, %y : tensor<2xf64>, tensor<3xf64>\n  return %z : tensor<2xf64>\n}",
    );
    assert!(shapes.contains("programs.mlir:2:") && shapes.contains("dim 0 is 2 and 3"), "{shapes}");
    let foreign = refused("func.func @f() -> f64 {\n  %z = arith.constant 1.0 : f64\n  return %z : f64\n}");
    assert!(foreign.starts_with("thn-run: error: "), "{foreign}");
    let call = refused(
        "func.func private @g() -> tensor<f64>\nfunc.func @f() -> tensor<f64> {\n  %z = func.call @g() : () -> tensor<f64>\n  \
         return %z : tensor<f64>\n}",
    );
    assert!(call.contains("func.call is no op of thn") || call.contains("which function?"), "{call}");
    let names = refused(
        "func.func @f(%x: tensor<2xf64> {thn.name = \"x\"}, %y: tensor<2xf64> {thn.name = \"x\"}) -> tensor<2xf64> {\n  \
         return %x : tensor<2xf64>\n}",
    );
    assert_eq!(names, "thn-run: error: two arguments are called x; inputs are given by name");
}

#[test]
fn a_terminal_gets_colours_and_files_get_none() {
    let folder = affine("colours");
    let run = |arguments: &[&str], how: (&str, &str)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thn-run"));
        command.current_dir(&folder.0).arg("programs.mlir").args(arguments).env(how.0, how.1);
        command.output().expect("thn-run was built")
    };
    // What is not a terminal is told to be one.
    let forced = ("CLICOLOR_FORCE", "1");
    let error = String::from_utf8_lossy(&run(&["--entry", "afine"], forced).stderr).into_owned();
    assert!(error.contains("\u{1b}[31m") && error.contains("error:\u{1b}[0m"), "{error:?}");
    let values = String::from_utf8_lossy(&run(&AFFINE, forced).stdout).into_owned();
    assert!(values.starts_with("\u{1b}[1my\u{1b}[0m: float64"), "{values:?}");
    assert!(!folder.run(&AFFINE).contains('\u{1b}'));
    assert!(!folder.error(&["--entry", "afine"]).contains('\u{1b}'));
}

#[test]
fn the_program_comes_from_standard_input() {
    let folder = affine("stdin");
    let mut child = Command::new(env!("CARGO_BIN_EXE_thn-run"))
        .current_dir(&folder.0)
        .args(["-"])
        .args(AFFINE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("thn-run was built");
    child.stdin.take().expect("piped").write_all(PROGRAMS.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "y: float64 [2, 2]\n[[4, 5],\n [10, 11]]\n");
}

#[test]
fn numbers_are_printed_in_few_digits() {
    let folder = Folder::new("digits");
    fs::write(
        folder.0.join("programs.mlir"),
        "func.func @f() -> (tensor<9xf64>, tensor<2xf32>, tensor<2xi1>, tensor<i64>) {
           %0 = thn.constant dense<[1.0, -0.5, 5.0e-201, -1.0e200, 123456.0, 0.1, 0x7FF0000000000000, 0x7FF8000000000000, -0.0]>
             : tensor<9xf64>
           %1 = thn.constant dense<[0.1, 1.0e-30]> : tensor<2xf32>
           %2 = thn.constant dense<[true, false]> : tensor<2xi1>
           %3 = thn.constant dense<-100000000000000000> : tensor<i64>
           return %0, %1, %2, %3 : tensor<9xf64>, tensor<2xf32>, tensor<2xi1>, tensor<i64>
         }",
    )
    .expect("is writable");
    let expected = "result0: float64 [9]\n[1, -0.5, 5e-201, -1e200, 123456, 0.1, inf, NaN, -0]\n\
                    result1: float32 [2]\n[0.1, 1e-30]\nresult2: bool [2]\n[true, false]\n\
                    result3: int64 []\n-100000000000000000\n";
    assert_eq!(folder.run(&[]), expected);
}

#[test]
fn lengths_come_from_what_a_program_needs_to_be_equal() {
    let folder = Folder::new("lengths");
    fs::write(
        folder.0.join("programs.mlir"),
        "func.func @f(%x: tensor<?xf64>, %y: tensor<?xf64>, %z: tensor<?x3xf64>) -> tensor<?xf64> {
           %0 = thn.add %x, %y : tensor<?xf64>, tensor<?xf64>
           %1 = thn.exp %z : tensor<?x3xf64>
           %2 = thn.sum %1 axes = [1] : tensor<?x3xf64>
           %3 = thn.mul %0, %2 : tensor<?xf64>, tensor<?xf64>
           return %3 : tensor<?xf64>
         }",
    )
    .expect("is writable");
    let printed =
        folder.run(&["--input", "arg0=random:1:5", "--input", "arg1=random:2", "--input", "arg2=random:3"]);
    assert!(printed.starts_with("result0: float64 [5]\n"), "{printed}");
}

#[test]
fn wrong_options_show_the_usage() {
    let folder = affine("options");
    let wrong: [&[&str]; 5] = [
        &["--target", "gpu"],
        &["--time", "0"],
        &["--input", "x"],
        &["--output", "y"],
        &["--input", "x=random:one"],
    ];
    for arguments in wrong {
        let output = folder.output(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}
