//! Random programs of all kinds of kernels, on integers, where compiled code and the reference agree exactly.
//!
//! Integers make every wrong index map, missed row and double count visible, whatever the order of additions. Lengths
//! are symbols with small values; costly ops (`mod`, `pow`) make the planner share values.

mod support;

use support::*;
use thn_ir::*;

/// A small generator of numbers; the seed is the case.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.next(from.len())].clone()
    }
}

/// The arguments: a matrix, a vector per dim, a scalar, indices into rows and into columns.
const LENGTHS: [usize; 2] = [6, 5];

struct Program {
    func: Func,
    values: Vec<Value>,
    rows: Value,
    columns: Value,
}

fn start() -> Program {
    let mut func = Func::new("random");
    let x = arg(&mut func, "x", DType::I64, &[None, None]);
    let v = arg(&mut func, "v", DType::I64, &[None]);
    let w = arg(&mut func, "w", DType::I64, &[None]);
    let s = arg(&mut func, "s", DType::I64, &[]);
    let rows = arg(&mut func, "rows", DType::I32, &[None]);
    let columns = arg(&mut func, "columns", DType::I32, &[None]);
    // The vectors have the lengths of the matrix.
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let shape = b.shape(x).unwrap();
    let v_rows = b.broadcast(v, &[0], &shape).unwrap();
    let w_columns = b.broadcast(w, &[1], &shape).unwrap();
    let picked = b.map(OpKind::Pick, &[x, columns]).unwrap();
    func.unify_dims().unwrap();
    Program { func, values: vec![x, v, w, s, v_rows, w_columns, picked], rows, columns }
}

impl Program {
    fn shape(&self, v: Value) -> Shape {
        self.func.tensor(v).unwrap().shape.clone()
    }

    /// Values that satisfy a test.
    fn among(&self, test: impl Fn(&Shape) -> bool) -> Vec<Value> {
        self.values.iter().copied().filter(|v| test(&self.shape(*v))).collect()
    }

    /// One more op on values that are there.
    fn grow(&mut self, r: &mut Random) {
        let x = r.pick(&self.values);
        let shape = self.shape(x);
        let rank = shape.rank();
        let same = self.among(|s| *s == shape || s.rank() == 0);
        let y = r.pick(&same);
        let full = self.shape(self.values[0]);
        let choice = r.next(17);
        let deeper = self.among(|s| s.rank() == rank + 1 && s[..rank] == shape[..]);
        let contracts = self.among(|s| s.rank() == 2 && rank > 0 && s[0] == shape[rank - 1]);
        let vectors = self.among(|s| s.rank() == 1 && rank == 2 && s[0] == shape[1]);
        let (rows, columns) = (self.rows, self.columns);
        let matrix_rows = full[0].clone();
        let mut b = Builder::new(&mut self.func, Func::BODY, Loc::Unknown);
        let axes = |r: &mut Random| -> Vec<i64> { (0..rank as i64).filter(|_| r.next(2) == 0).collect() };
        let made = match choice {
            0..=2 => {
                let kinds = [OpKind::Add, OpKind::Sub, OpKind::Mul, OpKind::Maximum, OpKind::Minimum];
                b.map(r.pick(&kinds), &[x, y])
            }
            3 | 4 => {
                let modulus = b.number(DType::I64, 7.0).unwrap();
                b.map(r.pick(&[OpKind::Mod, OpKind::FloorDiv]), &[x, modulus])
            }
            5 => {
                let c = b.map(OpKind::Lt, &[x, y]).unwrap();
                b.map(OpKind::Select, &[c, x, y])
            }
            6 | 7 => {
                let axes = axes(r);
                b.reduce(r.pick(&[OpKind::Sum, OpKind::Max, OpKind::Min]), x, &axes)
            }
            8 if rank > 0 => {
                b.apply(OpKind::Argmax, &[x], Attrs::new().with("axis", Attr::Int(r.next(rank) as i64)))
            }
            9 if rank == 2 => b.dimshuffle(x, &[1, 0]),
            9 if rank == 0 => b.fill(x, &full),
            10 if rank == 1 && shape[0] == full[0] => b.broadcast(x, &[0], &full),
            10 if rank == 1 && shape[0] == full[1] => b.broadcast(x, &[1], &full),
            11 if rank > 0 => {
                let starts: Vec<Dim> = shape.iter().map(|d| d.clone() - Dim::ONE).collect();
                b.slice(x, &starts, &vec![-1; rank], &shape)
            }
            12 if rank > 0 => {
                let longer = b.apply(OpKind::Join, &[x, x], Attrs::new().with("axis", Attr::Int(0))).unwrap();
                let mut starts = vec![Dim::from(0); rank];
                starts[0] = Dim::from(2);
                b.slice(longer, &starts, &vec![1; rank], &shape)
            }
            13 if !contracts.is_empty() => b.map(OpKind::Dot, &[x, r.pick(&contracts)]),
            13 if !vectors.is_empty() => b.map(OpKind::Dot, &[x, r.pick(&vectors)]),
            14 if rank > 0 && shape[0] == matrix_rows => {
                let part = b.map(OpKind::Gather, &[x, rows]).unwrap();
                b.map(OpKind::ScatterAdd, &[x, rows, part])
            }
            15 if rank == 2 && shape == full => b.map(OpKind::Pick, &[x, columns]),
            15 if !deeper.is_empty() => {
                let wide = r.pick(&deeper);
                let to = b.shape(wide).unwrap();
                let axes: Vec<i64> = (0..rank as i64).collect();
                let x = b.broadcast(x, &axes, &to).unwrap();
                b.map(OpKind::Sub, &[wide, x])
            }
            16 if rank == 2 => {
                let flat = b.reshape(x, &Shape(vec![shape.size()])).unwrap();
                let flat = b.map(OpKind::Neg, &[flat]).unwrap();
                b.reshape(flat, &shape)
            }
            _ => b.map(OpKind::Neg, &[x]),
        };
        self.values.push(made.unwrap_or_else(|e| panic!("{e}")));
    }
}

/// The program of a seed.
fn program(seed: u64) -> Func {
    let mut r = Random(seed);
    let mut p = start();
    for _ in 0..12 + r.next(10) {
        p.grow(&mut r);
    }
    let mut out = vec![];
    for _ in 0..1 + r.next(4) {
        out.push(r.pick(&p.values[6..]));
    }
    out.push(*p.values.last().unwrap());
    results(&mut p.func, &out);
    p.func
}

fn inputs(seed: u64) -> Tensors {
    let [n, m] = LENGTHS;
    let index = |count: usize, below: usize, shift: u64| {
        tensor(DType::I32, &[count], |i| {
            Scalar::Int(((i as u64 * 7 + shift) % (2 * below as u64)) as i128 - below as i128)
        })
    };
    vec![
        noise(DType::I64, &[n, m], seed),
        noise(DType::I64, &[n], seed + 1),
        noise(DType::I64, &[m], seed + 2),
        noise(DType::I64, &[], seed + 3),
        index(n, n, seed),
        index(n, m, seed + 5),
    ]
}

#[test]
fn compiled_and_interpreted_programs_agree() {
    for seed in 0..60 {
        println!("seed {seed}");
        check(&program(seed), &inputs(seed), Within::Ulps(0.0));
    }
}

/// The kernels of a lowered module with one line changed: the first that holds `right`, in a line that holds `where_`.
fn with_fault(text: &str, right: &str, wrong: &str, where_: &str) -> Option<String> {
    let begin = text.find("@kernel_0")?;
    let end = text.find("@thn_entry")?;
    let mut lines: Vec<String> = text[begin..end].split('\n').map(str::to_string).collect();
    let line = lines.iter_mut().find(|l| l.contains(right) && l.contains(where_))?;
    *line = line.replacen(right, wrong, 1);
    Some(format!("{}{}{}", &text[..begin], lines.join("\n"), &text[end..]))
}

/// Faults of the lowering that the comparison must see: a wrong index map and wrong scalar code. None of them leaves
/// the memory that a kernel may touch.
#[test]
fn planted_faults_are_caught() {
    let faults = [
        ("affine_map<(d0, d1) -> (d0)>", "affine_map<(d0, d1) -> (0)>", "linalg.generic"),
        ("arith.subi", "arith.addi", ": i64"),
        ("arith.maxsi", "arith.minsi", ": i64"),
        ("arith.muli", "arith.addi", ": i64"),
    ];
    for (right, wrong, place) in faults {
        let mut caught = 0;
        let mut tried = 0;
        for seed in 0..60 {
            let (func, shapes) = ready(&program(seed));
            let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).unwrap();
            let lowered = thn_lower::lower(&planned).unwrap();
            let Some(text) = with_fault(&lowered.text, right, wrong, place).filter(|_| tried < 4) else {
                continue;
            };
            tried += 1;
            let executable = link_text(&planned, shapes, &lowered, &text);
            let expected = thn_reference::interpret(&func, &inputs(seed)).unwrap();
            // A fault may also make a check fail that must not.
            caught += usize::from(match run(&executable, &inputs(seed)) {
                Ok(found) => {
                    found.iter().zip(&expected).any(|(f, e)| difference(f, e, Within::Ulps(0.0)).is_some())
                }
                Err(_) => true,
            });
        }
        assert!(caught > 0, "no program of {tried} shows `{wrong}` instead of `{right}`");
    }
}
