//! Plans of random programs.

use thn_ir::*;
use thn_kernels::{Options, plan, verify};
use thn_random::Random;

/// Matrices of one shape, of which later ones are functions of earlier ones: elementwise, of what is folded along either
/// axis, and of what is transposed.
fn program(random: &mut Random, ops: usize) -> Func {
    let mut func = Func::new("f");
    let mut all: Vec<Value> =
        (0..4).map(|_| func.add_tensor_arg(DType::F32, &[Some(300), Some(300)], Arg::default())).collect();
    let mut b = Builder::new(&mut func, Func::BODY, Loc::Unknown);
    let matrix = b.shape(all[0]).unwrap();
    for _ in 0..ops {
        // What is recent is read more often.
        let mut pick = || all[all.len() - 1 - random.below(all.len()).min(random.below(all.len()))];
        let (x, y) = (pick(), pick());
        let made = match random.below(6) {
            0 | 1 => {
                let axis = random.below(2) as i64;
                let row = b.apply(OpKind::Sum, &[x], Attrs::new().ints("axes", &[axis])).unwrap();
                let row = b.broadcast(row, &[axis], &matrix).unwrap();
                b.map(OpKind::Add, &[row, y]).unwrap()
            }
            2 => {
                let turned = b.dimshuffle(x, &[1, 0]).unwrap();
                b.map(OpKind::Mul, &[turned, y]).unwrap()
            }
            3 => b.map(OpKind::Exp, &[x]).unwrap(),
            _ => b.map(OpKind::Mul, &[x, y]).unwrap(),
        };
        all.push(made);
    }
    all.iter().for_each(|v| func.add_result(*v, Res::default()));
    func
}

#[test]
fn every_kernel_follows_what_it_reads() {
    for seed in 0..300 {
        let func = program(&mut Random::new(seed), 60);
        let planned = plan(&func, &Options::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(verify(&planned), vec![], "seed {seed}");
    }
}
