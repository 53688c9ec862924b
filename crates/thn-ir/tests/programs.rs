//! Programs built by hand: inference, checks, copies and dims.

use thn_ir::*;

fn arg(func: &mut Func, name: &str, dims: &[Option<i64>]) -> Value {
    func.add_tensor_arg(DType::F64, dims, Arg { name: Some(name.into()), ..Arg::default() })
}

fn builder(func: &mut Func) -> Builder<'_> {
    Builder::new(func, Func::BODY, Loc::File("model.rs".into(), 7, 3))
}

/// The error of one elementwise addition.
fn add_error(a: &[Option<i64>], b: &[Option<i64>]) -> String {
    let mut f = Func::new("f");
    let (x, y) = (arg(&mut f, "x", a), arg(&mut f, "y", b));
    builder(&mut f).map(OpKind::Add, &[x, y]).unwrap_err().to_string()
}

#[test]
fn certain_mismatches_name_shapes_dims_and_the_line() {
    assert_eq!(
        add_error(&[Some(3), Some(2)], &[Some(3), Some(4)]),
        "model.rs:7:3: 'thn.add' op elementwise operands must have one shape, but x has shape (3, 2) and y has shape \
         (3, 4): dim 1 is 2 and 4"
    );
    assert!(add_error(&[Some(3)], &[Some(3), Some(1)]).contains("ranks 1 and 2 differ"));
}

#[test]
fn possible_mismatches_become_checks_of_the_call() {
    let mut f = Func::new("f");
    let (x, y) = (arg(&mut f, "x", &[None, Some(2)]), arg(&mut f, "y", &[None, Some(2)]));
    let sum = builder(&mut f).map(OpKind::Add, &[x, y]).unwrap();
    f.add_result(sum, Res::default());
    let program = ShapeProgram::new(&f).unwrap();
    assert_eq!(program.check_count(), 1);
    assert_eq!(program.run(&[&[5, 2], &[5, 2]], &|_| None), Ok(vec![Some(vec![5, 2])]));
    let failure = program.run(&[&[5, 2], &[6, 2]], &|_| None).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "model.rs:7:3: 'thn.add' op elementwise operands must have one shape, but x has shape (5, 2) and y has shape \
         (6, 2): dim 0 is 5 and 6"
    );
    let failure = program.run(&[&[5, 3], &[5, 3]], &|_| None).unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("argument x has shape (5, 3), but its declared shape is (x.0, 2): dim 1 is 3 and 2"),
        "{failure}"
    );
    f.unify_dims().unwrap();
    assert_eq!(f.ty(x), f.ty(y));
}

#[test]
fn dead_ops_go_and_live_ones_keep_names_and_locations() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[Some(4)]);
    let mut b = builder(&mut f);
    let kept = b.map(OpKind::Exp, &[x]).unwrap();
    b.map(OpKind::Log, &[kept]).unwrap();
    f.value_mut(kept).name = Some("kept".into());
    f.add_result(kept, Res::default());
    let g = f.compact();
    assert_eq!(
        g.to_string(),
        "func @f(%x: tensor<4xf64>) {\n  %kept = exp %x : tensor<4xf64>\n  return %kept\n}\n"
    );
    assert_eq!(g.op(g.body().ops[0]).loc, Loc::File("model.rs".into(), 7, 3));
    assert!(verify::verify(&g).is_empty());
}

/// A loop that adds `x` to its carried value, captured from outside.
fn looped() -> (Func, OpId) {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[Some(2)]);
    let body = f.new_block();
    f.add_block_arg(body, TensorType::scalar(DType::I64));
    let carried = f.add_block_arg(body, TensorType::new(DType::F64, Shape::fixed(&[2])));
    let next = Builder::new(&mut f, body, Loc::Unknown).map(OpKind::Add, &[carried, x]).unwrap();
    f.block_mut(body).results.push(next);
    let mut b = builder(&mut f);
    let count = b.literal(Literal::scalar(DType::I64, Scalar::Int(3))).unwrap();
    let op = b.op(OpKind::Loop, &[count, x], Attrs::new(), None, &[body]).unwrap();
    let result = f.op(op).result();
    f.add_result(result, Res::default());
    (f, op)
}

#[test]
fn loops_capture_and_survive_copies() {
    let (f, op) = looped();
    assert_eq!(f.captures(op), f.body().args);
    assert!(verify::verify(&f).is_empty());
    let g = f.compact();
    assert!(verify::verify(&g).is_empty());
    assert_eq!(g.to_string(), f.to_string());
}

#[test]
fn the_verifier_catches_planted_faults() {
    let (f, op) = looped();
    let message = |f: &Func| verify::verify(f).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");

    let mut late = f.clone();
    late.block_mut(Func::BODY).ops.reverse();
    assert!(message(&late).contains("uses a value before its definition"));

    let mut wrong = f.clone();
    let result = wrong.op(op).result();
    wrong.value_mut(result).ty = TensorType::scalar(DType::F64).into();
    assert!(message(&wrong).contains("declared as tensor<f64>"));

    let mut escaped = f.clone();
    let inner = escaped.block(escaped.op(op).regions[0]).results[0];
    escaped.block_mut(Func::BODY).results[0] = inner;
    assert!(message(&escaped).contains("not defined in it"));

    let mut negative = f.clone();
    let x = negative.body().args[0];
    negative.value_mut(x).ty = TensorType::new(DType::F64, Shape::fixed(&[-1])).into();
    assert!(message(&negative).contains("x has type tensor<-1xf64>: a length is negative"));

    let mut update = f;
    update.results[0].updates = Some(0);
    assert!(message(&update).contains("not shared"));
}

#[test]
fn composites_expand_to_ops_that_have_index_maps() {
    for kind in [OpKind::Softmax, OpKind::LogSoftmax, OpKind::LogSumExp, OpKind::Mean] {
        let mut f = Func::new("f");
        let x = arg(&mut f, "x", &[None, Some(3)]);
        let y = builder(&mut f).apply(kind, &[x], Attrs::new().ints("axes", &[1])).unwrap();
        f.add_result(y, Res::default());
        let before = f.ty(y).clone();
        expand::expand_where(&mut f, &|_| true).unwrap();
        let f = f.compact();
        assert!(verify::verify(&f).is_empty(), "{f}");
        assert_eq!(*f.ty(f.body().results[0]), before);
        assert!(f.body().ops.iter().all(|op| access::access(&f, *op).unwrap().is_some()), "{f}");
    }
}

#[test]
fn composites_keep_their_shape_where_constants_decide() {
    // `xlogy` of a tensor of zeros and a number is a tensor of zeros, not a 0.
    let composite =
        |k: &OpKind| k.row().is_elementwise() && matches!(k.row().semantics, Semantics::Expand(_));
    let mut chosen = 0;
    for kind in OpKind::ALL.into_iter().filter(composite) {
        let count = kind.row().operands.len();
        for constant in 0..count {
            for number in [0.0, 1.0, -2.0, f64::INFINITY] {
                let mut f = Func::new("f");
                let x = arg(&mut f, "x", &[None, Some(3)]);
                let y = arg(&mut f, "y", &[]);
                let mut b = builder(&mut f);
                let shape = b.shape(x).unwrap();
                let number = b.number(b.tensor(x).unwrap().dtype, number).unwrap();
                let repeated = b.fill(number, &shape).unwrap();
                let operands: Vec<_> = (0..count).map(|i| if i == constant { repeated } else { y }).collect();
                let result = b.map(kind, &operands).unwrap();
                f.add_result(result, Res::default());
                let before = f.ty(result).clone();
                expand::expand_where(&mut f, &|_| true).unwrap();
                let f = f.compact();
                assert_eq!(*f.ty(f.body().results[0]), before, "{f}");
                assert!(verify::verify(&f).is_empty(), "{f}");
                chosen += usize::from(f.body().ops.iter().all(|op| f.op(*op).kind != OpKind::Select));
            }
        }
    }
    assert!(chosen > 20, "constants decide {chosen} times");
}

#[test]
fn an_access_tells_elements_from_indices_among_what_it_reads() {
    let mut f = Func::new("f");
    let x = f.add_tensor_arg(DType::F64, &[None], Arg::default());
    let i = f.add_tensor_arg(DType::I64, &[None], Arg::default());
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    let gathered = b.map(OpKind::Gather, &[x, i]).unwrap();
    let square = b.map(OpKind::Mul, &[x, x]).unwrap();
    let added = b.map(OpKind::ScatterAdd, &[x, i, gathered]).unwrap();
    let reads = |value: Value| {
        let access = access::access(&f, f.def_op(value).unwrap()).unwrap().unwrap();
        let mut reads: Vec<_> = access.reads().iter().map(|r| (r.operand, r.is_index)).collect();
        reads.sort_unstable();
        reads
    };
    assert_eq!(reads(gathered), [(0, false), (1, true)]);
    assert_eq!(reads(square), [(0, false), (1, false)]);
    assert_eq!(reads(added), [(0, false), (1, true), (2, false)]);
}

#[test]
fn symbols_have_names_that_dims_can_spell() {
    assert!(Symbol::is_name("N") && Symbol::is_name("x.0_1") && Symbol::is_name("_n"));
    assert!(
        !Symbol::is_name("2N")
            && !Symbol::is_name("N + 1")
            && !Symbol::is_name("")
            && !Symbol::is_name("max")
    );
    let mut f = Func::new("f");
    for (name, spelled) in [
        ("x.0", "x.0"),
        ("x \"of\" y.0", "x__of__y.0"),
        ("2x.0", "_2x.0"),
        ("min", "_min"),
        ("", "_"),
        ("-", "__1"),
    ] {
        let symbol = f.new_symbol(name, SymbolOrigin::Opaque);
        assert_eq!(&*symbol.name, spelled);
        let dim = Dim::from(symbol.clone()) * Dim::from(2) + Dim::ONE;
        let parsed = Dim::parse(&dim.to_string(), &mut |name| f.symbol_named(name));
        assert_eq!(parsed, Ok(dim));
    }
}

#[test]
fn every_op_has_exactly_one_meaning() {
    for kind in OpKind::ALL {
        let row = kind.row();
        assert_eq!(OpKind::from_mnemonic(row.mnemonic), Some(kind));
        assert_eq!(row.kind, kind);
        for dtype in DType::ALL {
            if row.is_elementwise()
                && row.dtypes.operands.contains(dtype)
                && !matches!(row.semantics, Semantics::Expand(_))
            {
                assert!(row.prim(dtype).is_some(), "{} has no emitter for {dtype}", row.mnemonic);
            }
        }
    }
}

#[test]
fn tensors_that_cannot_exist_are_refused_before_the_call() {
    let mut f = Func::new("f");
    let x = arg(&mut f, "x", &[]);
    let n = f.add_tensor_arg(DType::I64, &[], Arg { name: Some("n".into()), ..Arg::default() });
    let n = f.value_as_dim(n).unwrap();
    let mut b = builder(&mut f);
    let matrix = b.fill(x, &Shape(vec![n.clone(), n.clone() * n])).unwrap();
    let sum = b.reduce(OpKind::Sum, matrix, &[0, 1]).unwrap();
    f.add_result(sum, Res::default());
    let program = ShapeProgram::new(&f).unwrap();
    let call = |n: i64| program.run(&[&[], &[]], &|_| Some(n)).map_err(|e| e.to_string());
    assert_eq!(call(1000), Ok(vec![Some(vec![])]));
    assert_eq!(call(0), Ok(vec![Some(vec![])]));
    assert_eq!(
        call(-2).unwrap_err(),
        "model.rs:7:3: 'thn.broadcast' op dim 0 of its result with shape (n, n*n) is n = -2, which is negative"
    );
    // The number of bytes does not fit for the first, the length of a dim for the second.
    for n in [1 << 21, 1 << 40] {
        assert_eq!(
            call(n).unwrap_err(),
            "model.rs:7:3: 'thn.broadcast' op its result with shape (n, n*n) fits into no memory"
        );
    }
}
