//! Random programs in named ops of linalg compute the same before and after `--thn-eqsat`.

use thn_mlir::{
    codegen::{JitModule, Target, compile},
    new_context, parse, pass, run_pipeline,
};
use thn_random::Random;

/// The lengths of dims `a` and `b`.
const LENGTHS: [usize; 2] = [3, 4];
const PROGRAMS: u64 = 60;

/// Which dim each axis has.
type Dims = [usize; 2];

struct Program {
    random: Random,
    /// Whether lengths are written `?`.
    dynamic: bool,
    text: String,
    values: Vec<(String, Dims)>,
    names: usize,
}

impl Program {
    fn length(&self, dim: usize) -> String {
        if self.dynamic { "?".to_owned() } else { LENGTHS[dim].to_string() }
    }

    fn ty(&self, dims: &[usize]) -> String {
        let dims: Vec<String> = dims.iter().map(|dim| self.length(*dim) + "x").collect();
        format!("tensor<{}f64>", dims.concat())
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("%v{}", self.names)
    }

    fn line(&mut self, op: &str) -> String {
        let name = self.name();
        self.text += &format!("  {name} = {op}\n");
        name
    }

    fn empty(&mut self, dims: &[usize]) -> String {
        let lengths: Vec<_> = dims.iter().map(|dim| ["%a", "%b"][*dim]).collect();
        let lengths = if self.dynamic { lengths.join(", ") } else { String::new() };
        self.line(&format!("tensor.empty({lengths}) : {}", self.ty(dims)))
    }

    fn fill(&mut self, number: f64, dims: &[usize]) -> String {
        let ty = self.ty(dims);
        let one = self.line(&format!("arith.constant {number:?} : f64"));
        let empty = self.empty(dims);
        self.line(&format!("linalg.fill ins({one} : f64) outs({empty} : {ty}) -> {ty}"))
    }

    fn elementwise(&mut self, op: &str, operands: &[String], dims: Dims) -> String {
        let ty = self.ty(&dims);
        let empty = self.empty(&dims);
        let types = vec![ty.clone(); operands.len()].join(", ");
        let ins = format!("ins({} : {types}) outs({empty} : {ty})", operands.join(", "));
        match op.contains('.') {
            true => self.line(&format!("linalg.map {{ {op} }} {ins}")),
            false => self.line(&format!("linalg.{op} {ins} -> {ty}")),
        }
    }

    fn any(&mut self) -> (String, Dims) {
        let at = self.random.below(self.values.len());
        self.values[at].clone()
    }

    /// One or a few more ops.
    fn grow(&mut self) {
        let (x, dims) = self.any();
        let made = match self.random.below(9) {
            0..=2 => {
                let ops = ["tanh", "abs", "negf", "square", "exp", "math.expm1", "erf"];
                let op = ops[self.random.below(ops.len())];
                (self.elementwise(op, &[x], dims), dims)
            }
            3..=4 => {
                let same: Vec<_> = self.values.iter().filter(|(_, other)| *other == dims).cloned().collect();
                let y = match self.random.below(3) {
                    0 => {
                        let number = [0.0, 1.0, -2.0][self.random.below(3)];
                        self.fill(number, &dims)
                    }
                    _ => same[self.random.below(same.len())].0.clone(),
                };
                let ops = ["add", "sub", "mul", "max", "min"];
                let op = ops[self.random.below(ops.len())];
                (self.elementwise(op, &[x, y], dims), dims)
            }
            5 => {
                let small = self.elementwise("tanh", &[x], dims);
                let exp = self.elementwise("exp", &[small], dims);
                let one = self.fill(1.0, &dims);
                let sum = self.elementwise("add", &[one, exp], dims);
                (self.elementwise("log", &[sum], dims), dims)
            }
            6 => {
                let to = [dims[1], dims[0]];
                let (from, into) = (self.ty(&dims), self.ty(&to));
                let empty = self.empty(&to);
                let text =
                    format!("linalg.transpose ins({x} : {from}) outs({empty} : {into}) permutation = [1, 0]");
                (self.line(&text), to)
            }
            7 => {
                let fitting: Vec<_> = self.values.iter().filter(|(_, y)| y[0] == dims[1]).cloned().collect();
                if fitting.is_empty() {
                    return;
                }
                let (y, right) = fitting[self.random.below(fitting.len())].clone();
                let to = [dims[0], right[1]];
                let zeros = self.fill(0.0, &to);
                let (a, b, c) = (self.ty(&dims), self.ty(&right), self.ty(&to));
                let text = format!("linalg.matmul ins({x}, {y} : {a}, {b}) outs({zeros} : {c}) -> {c}");
                (self.line(&text), to)
            }
            _ => {
                let axis = self.random.below(2);
                let (from, row) = (self.ty(&dims), self.ty(&[dims[1 - axis]]));
                let exp = match self.random.below(2) {
                    0 => {
                        let small = self.elementwise("tanh", &[x], dims);
                        self.elementwise("exp", &[small], dims)
                    }
                    _ => x,
                };
                let zeros = self.fill(0.0, &[dims[1 - axis]]);
                let sum = self.line(&format!(
                    "linalg.reduce {{ arith.addf }} ins({exp} : {from}) outs({zeros} : {row}) dimensions = [{axis}]"
                ));
                let empty = self.empty(&dims);
                let text = format!(
                    "linalg.broadcast ins({sum} : {row}) outs({empty} : {from}) dimensions = [{axis}]"
                );
                (self.line(&text), dims)
            }
        };
        self.values.push(made);
    }

    /// A function from two matrices to the last value that was made, and the dims of that.
    fn make(seed: u64) -> (String, Dims) {
        let mut program = Program {
            random: Random::new(seed),
            dynamic: seed.is_multiple_of(2),
            text: String::new(),
            values: vec![("%x".to_owned(), [0, 1]), ("%y".to_owned(), [1, 0])],
            names: 0,
        };
        for _ in 0..4 + program.random.below(10) {
            program.grow();
        }
        let (last, dims) = program.values.last().cloned().expect("there are two");
        let memory =
            |dims: Dims| format!("memref<{}x{}xf64>", program.length(dims[0]), program.length(dims[1]));
        let (x, y, out) = (memory([0, 1]), memory([1, 0]), memory(dims));
        let (tx, ty, tout) = (program.ty(&[0, 1]), program.ty(&[1, 0]), program.ty(&dims));
        let text = format!(
            "func.func @f(%mx: {x}, %my: {y}, %out: {out}) attributes {{llvm.emit_c_interface}} {{
  %c0 = arith.constant 0 : index
  %x = bufferization.to_tensor %mx restrict : {x} to {tx}
  %y = bufferization.to_tensor %my restrict : {y} to {ty}
  %a = tensor.dim %x, %c0 : {tx}
  %b = tensor.dim %y, %c0 : {ty}
{}  bufferization.materialize_in_destination {last} in restrict writable %out : ({tout}, {out}) -> ()
  return
}}
",
            program.text
        );
        (text, dims)
    }
}

/// A matrix as MLIR passes it.
#[repr(C)]
struct Matrix {
    allocated: *mut f64,
    aligned: *mut f64,
    offset: i64,
    sizes: [i64; 2],
    strides: [i64; 2],
}

impl Matrix {
    fn over(data: &mut [f64], dims: Dims) -> Matrix {
        let [rows, columns] = dims.map(|dim| LENGTHS[dim] as i64);
        let start = data.as_mut_ptr();
        Matrix { allocated: start, aligned: start, offset: 0, sizes: [rows, columns], strides: [columns, 1] }
    }
}

/// What a function gives after these passes on it.
fn run(source: &str, dims: Dims, passes: &str) -> Vec<f64> {
    pass::register(thn_passes::TABLES);
    let context = new_context();
    let mut module = parse(&context, source, "test.mlir").unwrap_or_else(|e| panic!("{e}\n{source}"));
    let pipeline = format!(
        "builtin.module(func.func({passes}),one-shot-bufferize,func.func(convert-linalg-to-loops),\
         expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-math-to-libm,convert-to-llvm,\
         reconcile-unrealized-casts)"
    );
    run_pipeline(&context, &mut module, &pipeline).unwrap_or_else(|e| panic!("{e}\n{source}"));
    let object = compile(&context, &module, &Target::host().expect("known")).expect("compiles");
    // SAFETY: it needs no symbols but those of libm and the allocator.
    let linked = unsafe { JitModule::link(&object, &[]) }.expect("links");
    let entry = linked.lookup("_mlir_ciface_f").expect("is defined");
    // SAFETY: this is the function above: it takes three matrices.
    let f: unsafe extern "C" fn(*mut Matrix, *mut Matrix, *mut Matrix) =
        unsafe { std::mem::transmute(entry) };
    let count = LENGTHS[0] * LENGTHS[1];
    let mut x: Vec<f64> = (0..count).map(|i| (i as f64 * 0.37).sin()).collect();
    let mut y: Vec<f64> = (0..count).map(|i| (i as f64 * 0.73).cos() * 1.5).collect();
    let mut out = vec![f64::NAN; LENGTHS[dims[0]] * LENGTHS[dims[1]]];
    let [mut mx, mut my] = [Matrix::over(&mut x, [0, 1]), Matrix::over(&mut y, [1, 0])];
    let mut mout = Matrix::over(&mut out, dims);
    // SAFETY: the matrices have the lengths that the function expects.
    unsafe { f(&raw mut mx, &raw mut my, &raw mut mout) };
    out
}

fn differ(before: &[f64], after: &[f64]) -> bool {
    let scale = before.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
    before.iter().zip(after).any(|(a, b)| (a - b).abs() > 1e-9 * scale || a.is_nan() != b.is_nan())
}

#[test]
fn programs_mean_the_same() {
    let mut compared = 0;
    for seed in 0..PROGRAMS {
        let (source, dims) = Program::make(seed);
        let before = run(&source, dims, "canonicalize");
        if before.iter().any(|x| !x.is_finite() || x.abs() > 1e12) {
            continue;
        }
        compared += 1;
        for passes in ["thn-eqsat", "thn-eqsat{reassoc=true finite=true}", "thn-eqsat,thn-eqsat"] {
            let after = run(&source, dims, passes);
            assert!(
                !differ(&before, &after),
                "{passes}, program {seed}: {before:?} became {after:?}\n{source}"
            );
        }
    }
    assert!(compared > PROGRAMS * 2 / 3, "only {compared} of {PROGRAMS} programs have tame results");
}

#[test]
fn a_changed_program_is_told() {
    let changed = (0..PROGRAMS).filter(|seed| {
        let (source, dims) = Program::make(*seed);
        let other = source.replacen("linalg.tanh", "linalg.erf", 1).replacen("linalg.add", "linalg.sub", 1);
        other != source && differ(&run(&source, dims, "canonicalize"), &run(&other, dims, "canonicalize"))
    });
    assert!(changed.take(5).count() == 5);
}
