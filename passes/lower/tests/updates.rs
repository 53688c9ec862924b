//! State: updates in place, their order, and that a failing call leaves everything as it was.

mod support;

use support::*;
use thn_ir::*;
use thn_reference::interpret;
use thn_runtime::{Array, Executable, SharedVar};

fn state(func: &mut Func, name: &str, dims: &[Option<i64>]) -> Value {
    let arg = Arg { name: Some(name.into()), shared: true, ..Arg::default() };
    func.add_tensor_arg(DType::F64, dims, arg)
}

fn update(func: &mut Func, value: Value, target: usize) {
    func.add_result(value, Res { updates: Some(target), ..Res::default() });
}

fn array(v: &thn_reference::Value) -> Array {
    Array::from_literal(&v.to_literal().expect("a literal")).expect("memory")
}

fn value(a: &Array) -> thn_reference::Value {
    (&a.to_literal().expect("a literal")).into()
}

/// `w - x[i] * w[0]`, where `i` can be out of bounds, beside `b * 2`, which cannot fail.
fn step() -> Func {
    let mut f = Func::new("step");
    let x = arg(&mut f, "x", DType::F64, &[None]);
    let i = arg(&mut f, "i", DType::I64, &[None]);
    let w = state(&mut f, "w", &[None]);
    let b = state(&mut f, "b", &[None]);
    let mut e = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let two = e.number(DType::F64, 2.0).unwrap();
    let doubled = e.map(OpKind::Mul, &[b, two]).unwrap();
    let rows = e.map(OpKind::Gather, &[x, i]).unwrap();
    let loss = e.reduce(OpKind::Sum, rows, &[0]).unwrap();
    let new = e.map(OpKind::Sub, &[w, loss]).unwrap();
    f.add_result(loss, Res::default());
    f.add_result(b, Res::default());
    update(&mut f, doubled, 3);
    update(&mut f, new, 2);
    f
}

struct Setting {
    executable: Executable,
    w: SharedVar,
    b: SharedVar,
}

fn setting(text: &dyn Fn(&str) -> String) -> Setting {
    let (func, shapes) = ready(&step());
    let planned = thn_kernels::plan(&func, &thn_kernels::Options::default()).unwrap();
    let lowered = thn_lower::lower(&planned).unwrap();
    assert_eq!(lowered.in_place, [false, false, true, true], "{planned}");
    let executable = link_text(&planned, shapes, &lowered, &text(&lowered.text));
    let w = SharedVar::new(Some("w"), array(&noise(DType::F64, &[9], 1)));
    let b = SharedVar::new(Some("b"), array(&noise(DType::F64, &[5], 2)));
    Setting { executable, w, b }
}

impl Setting {
    fn call(&self, index: i64) -> Result<Vec<Array>, thn_runtime::CallError> {
        let x = array(&noise(DType::F64, &[4], 3));
        let i = Array::from_slice(&[2], &[0, index]).unwrap();
        self.executable.call(&[x.view(), i.view()], &[self.w.clone(), self.b.clone()])
    }

    fn bits(&self) -> [Array; 2] {
        [self.w.get_value().unwrap(), self.b.get_value().unwrap()]
    }

    /// Whether a call that fails leaves the state alone.
    fn is_atomic(&self) -> bool {
        let before = self.bits();
        assert!(self.call(7).is_err());
        before.iter().zip(&self.bits()).all(|(a, b)| a.same_bits(b))
    }
}

#[test]
fn updates_see_old_values_and_outputs_too() {
    let s = setting(&str::to_string);
    let func = step();
    for _ in 0..3 {
        let [w, b] = s.bits().map(|a| value(&a));
        let inputs =
            [noise(DType::F64, &[4], 3), tensor(DType::I64, &[2], |k| Scalar::Int(3 * k as i128)), w, b];
        let expected = interpret(&func, &inputs).unwrap();
        let found = s.call(3).unwrap();
        let [w, b] = s.bits().map(|a| value(&a));
        let all = [value(&found[0]), value(&found[1]), b, w];
        for (f, e) in all.iter().zip(&expected) {
            assert_eq!(difference(f, e, Within::Ulps(2.0)), None);
        }
    }
}

#[test]
fn a_failing_call_changes_nothing() {
    let s = setting(&str::to_string);
    assert!(s.is_atomic());
    assert!(s.call(1).is_ok());
    assert!(s.is_atomic());
}

/// The fault that the test above is for: a kernel that overwrites state runs before the check.
#[test]
fn a_planted_write_before_the_check_is_caught() {
    let s = setting(&|text| {
        let lines: Vec<&str> = text.lines().collect();
        let entry = lines.iter().position(|l| l.contains("@thn_entry")).unwrap();
        let call = |l: &&str| l.contains("call @kernel_");
        let first = entry + lines[entry..].iter().position(call).unwrap();
        let last = entry + lines[entry..].iter().rposition(call).unwrap();
        let doubling =
            (first..=last).find(|i| call(&lines[*i]) && lines[*i].matches("memref<").count() == 1).unwrap();
        let mut moved = lines.clone();
        let line = moved.remove(doubling);
        moved.insert(first, line);
        moved.join("\n")
    });
    assert!(!s.is_atomic());
}

/// Each update reads what the other overwrites: only one can be in place.
#[test]
fn variables_that_change_places() {
    let mut f = Func::new("swap");
    let (a, b) = (state(&mut f, "a", &[None]), state(&mut f, "b", &[None]));
    let mut e = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let n = e.neg(a);
    let m = e.neg(b);
    update(&mut f, m, 0);
    update(&mut f, n, 1);
    f.unify_dims().unwrap();
    let shapes = ShapeProgram::new(&f).unwrap();
    let planned = thn_kernels::plan(&f, &thn_kernels::Options::default()).unwrap();
    let lowered = thn_lower::lower(&planned).unwrap();
    let executable = link_text(&planned, shapes, &lowered, &lowered.text);
    let (x, y) = (noise(DType::F64, &[3], 1), noise(DType::F64, &[3], 2));
    let vars = [SharedVar::new(None, array(&x)), SharedVar::new(None, array(&y))];
    executable.call(&[], &vars).unwrap();
    let negated = |v: &thn_reference::Value| {
        tensor(DType::F64, &[3], |i| Scalar::Float(-v.to_f64().as_slice().unwrap()[i]))
    };
    let found = vars.map(|v| value(&v.get_value().unwrap()));
    assert_eq!(difference(&found[0], &negated(&y), Within::Ulps(0.0)), None);
    assert_eq!(difference(&found[1], &negated(&x), Within::Ulps(0.0)), None);
}

/// An update that turns its variable around reads elements that it has overwritten, so it is not in place.
#[test]
fn an_update_that_reads_other_places_is_not_in_place() {
    let mut f = Func::new("turn");
    let a = state(&mut f, "a", &[Some(4)]);
    let mut e = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let turned = e.slice(a, &[Dim::from(3)], &[-1], &Shape::fixed(&[4])).unwrap();
    let sum = e.map(OpKind::Add, &[turned, a]).unwrap();
    update(&mut f, sum, 0);
    let planned = thn_kernels::plan(&f, &thn_kernels::Options::default()).unwrap();
    assert_eq!(thn_lower::lower(&planned).unwrap().in_place, [false]);
}

trait Neg {
    fn neg(&mut self, x: Value) -> Value;
}

impl Neg for Builder<'_> {
    fn neg(&mut self, x: Value) -> Value {
        self.map(OpKind::Neg, &[x]).unwrap()
    }
}
