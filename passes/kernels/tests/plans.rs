//! The kernels of training steps, and the faults that the verifier of plans catches.

use thn_ir::*;
use thn_kernels::{Options, plan, verify};

fn arg(func: &mut Func, name: &str, dtype: DType, dims: &[Option<i64>]) -> Value {
    func.add_tensor_arg(dtype, dims, Arg { name: Some(name.into()), ..Arg::default() })
}

fn state(func: &mut Func, name: &str, dims: &[Option<i64>]) -> Value {
    func.add_tensor_arg(DType::F32, dims, Arg { name: Some(name.into()), shared: true, ..Arg::default() })
}

/// Ops of the training steps below, in f32.
struct Steps<'f>(Builder<'f>);

impl Steps<'_> {
    fn op(&mut self, kind: OpKind, operands: &[Value]) -> Value {
        self.0.map(kind, operands).unwrap()
    }

    fn over(&mut self, kind: OpKind, x: Value, axes: &[i64]) -> Value {
        self.0.apply(kind, &[x], Attrs::new().ints("axes", axes)).unwrap()
    }

    fn number(&mut self, value: f64) -> Value {
        self.0.number(DType::F32, value).unwrap()
    }

    fn like(&mut self, x: Value, axes: &[i64], shape: Value) -> Value {
        let shape = self.0.shape(shape).unwrap();
        self.0.broadcast(x, axes, &shape).unwrap()
    }

    fn turned(&mut self, x: Value) -> Value {
        self.0.dimshuffle(x, &[1, 0]).unwrap()
    }

    /// `x / number of rows of like`.
    fn per_row(&mut self, x: Value, like: Value) -> Value {
        let n = self.0.shape(like).unwrap()[0].clone();
        let n = self.0.dim(n).unwrap();
        let n = self.0.cast(n, DType::F32).unwrap();
        self.op(OpKind::Div, &[x, n])
    }

    /// `w - 0.1 g`.
    fn descend(&mut self, w: Value, g: Value) -> Value {
        let rate = self.number(0.1);
        let d = self.op(OpKind::Mul, &[g, rate]);
        self.op(OpKind::Sub, &[w, d])
    }

    /// Mean negative log-likelihood of labels, and its gradient by the scores.
    fn cross_entropy(&mut self, scores: Value, labels: Value) -> (Value, Value) {
        let logs = self.over(OpKind::LogSoftmax, scores, &[1]);
        let own = self.op(OpKind::Pick, &[logs, labels]);
        let mean = self.over(OpKind::Mean, own, &[0]);
        let loss = self.op(OpKind::Neg, &[mean]);
        let p = self.over(OpKind::Softmax, scores, &[1]);
        let shape = self.0.shape(scores).unwrap();
        let ids = TensorType::new(DType::I64, shape);
        let ids = self.0.shaped(OpKind::Iota, &[], Attrs::new().with("axis", Attr::Int(1)), &ids).unwrap();
        let labels = self.like(labels, &[0], scores);
        let hot = self.op(OpKind::Eq, &[ids, labels]);
        let hot = self.0.cast(hot, DType::F32).unwrap();
        let d = self.op(OpKind::Sub, &[p, hot]);
        let d = self.per_row(d, scores);
        (loss, d)
    }
}

fn steps(func: &mut Func) -> Steps<'_> {
    Steps(Builder::new(func, Func::BODY, Loc::Unknown))
}

fn finish(mut func: Func, loss: Value, updates: &[(Value, usize)]) -> Func {
    func.add_result(loss, Res::default());
    for (value, target) in updates {
        func.add_result(*value, Res { updates: Some(*target), ..Res::default() });
    }
    func.unify_dims().unwrap();
    func
}

fn logistic() -> Func {
    let mut f = Func::new("logistic");
    let x = arg(&mut f, "x", DType::F32, &[None, Some(784)]);
    let y = arg(&mut f, "y", DType::F32, &[None]);
    let (w, b) = (state(&mut f, "w", &[Some(784)]), state(&mut f, "b", &[]));
    let mut s = steps(&mut f);
    let z = s.op(OpKind::Dot, &[x, w]);
    let z = s.op(OpKind::Add, &[z, b]);
    let p = s.op(OpKind::Sigmoid, &[z]);
    let soft = s.op(OpKind::Softplus, &[z]);
    let yz = s.op(OpKind::Mul, &[y, z]);
    let each = s.op(OpKind::Sub, &[soft, yz]);
    let loss = s.over(OpKind::Mean, each, &[0]);
    let squares = s.op(OpKind::Sqr, &[w]);
    let norm = s.over(OpKind::Sum, squares, &[0]);
    let decay = s.number(0.01);
    let penalty = s.op(OpKind::Mul, &[norm, decay]);
    let loss = s.op(OpKind::Add, &[loss, penalty]);
    let g = s.op(OpKind::Sub, &[p, y]);
    let g = s.per_row(g, x);
    let xt = s.turned(x);
    let gw = s.op(OpKind::Dot, &[xt, g]);
    let twice = s.number(0.02);
    let pull = s.op(OpKind::Mul, &[w, twice]);
    let gw = s.op(OpKind::Add, &[gw, pull]);
    let gb = s.over(OpKind::Sum, g, &[0]);
    let (w2, b2) = (s.descend(w, gw), s.descend(b, gb));
    finish(f, loss, &[(w2, 2), (b2, 3)])
}

fn softmax_regression() -> Func {
    let mut f = Func::new("softmax_regression");
    let x = arg(&mut f, "x", DType::F32, &[None, Some(64)]);
    let y = arg(&mut f, "y", DType::I64, &[None]);
    let (w, b) = (state(&mut f, "w", &[Some(64), Some(10)]), state(&mut f, "b", &[Some(10)]));
    let mut s = steps(&mut f);
    let z = s.op(OpKind::Dot, &[x, w]);
    let bias = s.like(b, &[1], z);
    let z = s.op(OpKind::Add, &[z, bias]);
    let (loss, d) = s.cross_entropy(z, y);
    let xt = s.turned(x);
    let gw = s.op(OpKind::Dot, &[xt, d]);
    let gb = s.over(OpKind::Sum, d, &[0]);
    let (w2, b2) = (s.descend(w, gw), s.descend(b, gb));
    finish(f, loss, &[(w2, 2), (b2, 3)])
}

/// One hidden layer; mini-batches are rows of a shared matrix.
fn perceptron() -> Func {
    let mut f = Func::new("perceptron");
    let rows = arg(&mut f, "rows", DType::I64, &[None]);
    let data = state(&mut f, "data", &[None, Some(64)]);
    let labels = f.add_tensor_arg(
        DType::I64,
        &[None],
        Arg { name: Some("labels".into()), shared: true, ..Arg::default() },
    );
    let (w1, b1) = (state(&mut f, "w1", &[Some(64), Some(100)]), state(&mut f, "b1", &[Some(100)]));
    let (w2, b2) = (state(&mut f, "w2", &[Some(100), Some(10)]), state(&mut f, "b2", &[Some(10)]));
    let mut s = steps(&mut f);
    let x = s.op(OpKind::Gather, &[data, rows]);
    let y = s.op(OpKind::Gather, &[labels, rows]);
    let u = s.op(OpKind::Dot, &[x, w1]);
    let bias = s.like(b1, &[1], u);
    let u = s.op(OpKind::Add, &[u, bias]);
    let h = s.op(OpKind::Tanh, &[u]);
    let z = s.op(OpKind::Dot, &[h, w2]);
    let bias = s.like(b2, &[1], z);
    let z = s.op(OpKind::Add, &[z, bias]);
    let (loss, d) = s.cross_entropy(z, y);
    let ht = s.turned(h);
    let gw2 = s.op(OpKind::Dot, &[ht, d]);
    let gb2 = s.over(OpKind::Sum, d, &[0]);
    let w2t = s.turned(w2);
    let dh = s.op(OpKind::Dot, &[d, w2t]);
    let h2 = s.op(OpKind::Sqr, &[h]);
    let one = s.number(1.0);
    let slope = s.op(OpKind::Sub, &[one, h2]);
    let du = s.op(OpKind::Mul, &[dh, slope]);
    let xt = s.turned(x);
    let gw1 = s.op(OpKind::Dot, &[xt, du]);
    let gb1 = s.over(OpKind::Sum, du, &[0]);
    let new =
        [(s.descend(w1, gw1), 3), (s.descend(b1, gb1), 4), (s.descend(w2, gw2), 5), (s.descend(b2, gb2), 6)];
    finish(f, loss, &new)
}

fn planned(func: &Func) -> Func {
    let planned = plan(func, &Options::default()).unwrap();
    assert_eq!(verify(&planned), vec![]);
    assert_eq!(planned.to_string(), plan(func, &Options::default()).unwrap().to_string());
    planned
}

/// Kernels by schedule, in order.
fn schedules(func: &Func) -> Vec<String> {
    let kernels = func.walk(Func::BODY).into_iter().filter(|op| func.op(*op).kind == OpKind::Kernel);
    kernels.filter_map(|op| func.op(op).attrs.get_str("schedule").map(str::to_string)).collect()
}

#[test]
fn a_step_of_logistic_regression() {
    let f = planned(&logistic());
    assert_eq!(schedules(&f), ["rows", "rows", "elementwise", "elementwise"]);
    insta::assert_snapshot!(f);
}

#[test]
fn a_step_of_softmax_regression() {
    let f = planned(&softmax_regression());
    assert_eq!(schedules(&f), ["gemm", "rows", "elementwise", "gemm", "elementwise", "elementwise"]);
    insta::assert_snapshot!(f);
}

#[test]
fn a_step_of_a_perceptron() {
    let f = planned(&perceptron());
    let forward = ["rows", "gemm", "elementwise", "gemm", "rows", "elementwise"];
    let backward = ["gemm", "gemm", "rows", "gemm"];
    assert_eq!(schedules(&f), [&forward[..], &backward, &["elementwise"; 4]].concat());
    insta::assert_snapshot!(f);
}

#[test]
fn without_fusion_each_op_is_a_kernel() {
    let f = plan(&softmax_regression(), &Options { fusion: false }).unwrap();
    assert_eq!(verify(&f), vec![]);
    for op in f.walk(Func::BODY).into_iter().filter(|op| f.op(*op).kind == OpKind::Kernel) {
        assert_eq!(f.block(f.op(op).regions[0]).ops.len(), 1);
    }
}

/// The messages of the verifier for a plan that was changed.
fn faults(change: impl Fn(&mut Func)) -> String {
    let mut f = planned(&logistic());
    change(&mut f);
    verify(&f).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_verifier_catches_planted_faults() {
    let rows = |f: &Func| f.body().ops[0];
    let region = |f: &Func| f.op(f.body().ops[0]).regions[0];
    assert_eq!(faults(|_| {}), "");
    let stray = faults(|f| {
        let w = f.body().args[2];
        Builder::new(f, Func::BODY, Loc::Unknown).map(OpKind::Neg, &[w]).unwrap();
    });
    assert!(stray.contains("'thn.neg' op is in no kernel"), "{stray}");
    let needless = faults(|f| {
        let (block, w) = (region(f), f.block(region(f)).args[1]);
        Builder::new(f, block, Loc::Unknown).map(OpKind::Neg, &[w]).unwrap();
    });
    assert!(needless.contains("'thn.neg' op is in a kernel that does not need it"), "{needless}");
    let twice = faults(|f| {
        let (block, other) = (region(f), f.op(f.body().ops[1]).regions[0]);
        let op = *f.block(block).ops.last().unwrap();
        f.block_mut(other).ops.push(op);
    });
    assert!(!twice.is_empty());
    let unknown = faults(|f| {
        let op = rows(f);
        f.op_mut(op).attrs.set("schedule", Attr::Str("diagonal".into()));
    });
    assert!(unknown.contains("unknown schedule `diagonal`"), "{unknown}");
    let wrong_rows = faults(|f| {
        let op = rows(f);
        f.op_mut(op).attrs.set("outer", Attr::Dims([Dim::from(784)].into()));
    });
    assert!(wrong_rows.contains("reads a value before its row makes it"), "{wrong_rows}");
    let no_product = faults(|f| {
        let op = rows(f);
        f.op_mut(op).attrs.set("schedule", Attr::Str("gemm".into()));
    });
    assert!(no_product.contains("gives one value"), "{no_product}");
    // No recursion of the emitter would survive this many.
    let deep = faults(|f| {
        let block = region(f);
        let last = f.block(block).results[0];
        let mut b = Builder::new(f, block, Loc::Unknown);
        let last = (0..100_000).fold(last, |v, _| b.map(OpKind::Neg, &[v]).unwrap());
        f.block_mut(block).results[0] = last;
    });
    assert!(deep.contains("inside one another, at most 400 are taken"), "{deep}");
}

#[test]
fn programs_with_other_dialects_are_refused() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", DType::F32, &[Some(2)]);
    let ty = f.ty(x).clone();
    let op = f.push(Func::BODY, OpKind::Foreign, &[x], Attrs::new(), &[], [ty], Loc::Unknown);
    let y = f.op(op).result();
    f.add_result(y, Res::default());
    assert!(plan(&f, &Options::default()).unwrap_err().to_string().contains("not supported"));
}

/// A value that one kernel would read at other rows than it makes is read from memory by another.
#[test]
fn rows_that_do_not_match_are_not_fused() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", DType::F32, &[Some(8), Some(8)]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let e = b.apply(OpKind::Softmax, &[x], Attrs::new().ints("axes", &[1])).unwrap();
    let t = b.dimshuffle(e, &[1, 0]).unwrap();
    let sum = b.map(OpKind::Add, &[e, t]).unwrap();
    f.add_result(sum, Res::default());
    assert_eq!(schedules(&planned(&f)), ["rows", "elementwise"]);
}

/// Two sums over one operand are one pass.
#[test]
fn folds_of_one_operand_share_a_kernel() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", DType::F32, &[None, None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let square = b.map(OpKind::Sqr, &[x]).unwrap();
    let a = b.reduce(OpKind::Sum, x, &[1]).unwrap();
    let c = b.reduce(OpKind::Sum, square, &[1]).unwrap();
    f.add_result(a, Res::default());
    f.add_result(c, Res::default());
    assert_eq!(schedules(&planned(&f)), ["rows"]);
}

/// A value that is made from positions alone is read twice, and so is worth loops of its own; its only reader, a sum
/// over the rows, would have no memory to follow without it.
#[test]
fn a_fold_of_positions_keeps_its_rows() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", DType::F32, &[None, None, None]);
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let shape = b.shape(x).unwrap();
    let axis = Attrs::new().with("axis", Attr::Int(0));
    let places = b.shaped(OpKind::Iota, &[], axis, &TensorType::new(DType::F32, shape)).unwrap();
    let sine = b.map(OpKind::Sin, &[places]).unwrap();
    let both = b.map(OpKind::LogAddExp, &[sine, sine]).unwrap();
    let sum = b.reduce(OpKind::Sum, both, &[0]).unwrap();
    f.add_result(sum, Res::default());
    assert_eq!(schedules(&planned(&f)), ["rows"]);
}
