//! What a drawing shows: every op once, every use once, nothing on top of anything else.

use std::collections::{BTreeMap, BTreeSet};
use thn_ir::{
    Arg, Attrs, BlockId, Builder, DType, Error, Func, Loc, OpKind, Res, Scalar, Shape, TensorType, Value,
};

type Result<T> = std::result::Result<T, Error>;

fn at(line: u32) -> Loc {
    Loc::File("model.rs".into(), line, 5)
}

fn arg(func: &mut Func, name: &str, dims: &[Option<i64>], shared: bool) -> Value {
    let arg = Arg { name: Some(name.into()), shared, loc: at(1), ..Arg::default() };
    func.add_tensor_arg(DType::F64, dims, arg)
}

/// A step of softmax regression with a gradient written out by hand.
fn softmax_regression() -> Result<Func> {
    let mut f = Func::new("softmax_regression");
    let x = arg(&mut f, "x", &[None, Some(64)], false);
    let t = arg(&mut f, "t", &[None, Some(10)], false);
    let w = arg(&mut f, "W", &[Some(64), Some(10)], true);
    let c = arg(&mut f, "b", &[Some(10)], true);
    let shape = Shape(vec![f.tensor(x).expect("a tensor").shape[0].clone(), 10.into()]);
    let mut b = Builder::new(&mut f, Func::BODY, at(7));
    let xw = b.map(OpKind::Dot, &[x, w])?;
    let wide = b.broadcast(c, &[1], &shape)?;
    let logits = b.map(OpKind::Add, &[xw, wide])?;
    b.func.value_mut(logits).name = Some("logits".into());
    let p = b.apply(OpKind::Softmax, &[logits], Attrs::new().ints("axes", &[1]))?;
    let log = b.map(OpKind::Log, &[p])?;
    b.loc = at(8);
    let picked = b.map(OpKind::Mul, &[t, log])?;
    let rows = b.reduce(OpKind::Sum, picked, &[1])?;
    let mean = b.reduce(OpKind::Mean, rows, &[0])?;
    let loss = b.map(OpKind::Neg, &[mean])?;
    b.func.value_mut(loss).name = Some("loss".into());
    b.loc = at(9);
    let error = b.map(OpKind::Sub, &[p, t])?;
    let turned = b.dimshuffle(x, &[1, 0])?;
    let gw = b.map(OpKind::Dot, &[turned, error])?;
    let gb = b.reduce(OpKind::Sum, error, &[0])?;
    b.loc = at(10);
    let rate = b.number(DType::F64, 0.1)?;
    let steps = [b.map(OpKind::Mul, &[rate, gw])?, b.map(OpKind::Mul, &[rate, gb])?];
    let news = [b.map(OpKind::Sub, &[w, steps[0]])?, b.map(OpKind::Sub, &[c, steps[1]])?];
    f.add_result(loss, Res { name: Some("loss".into()), ..Res::default() });
    f.add_result(news[0], Res { updates: Some(2), ..Res::default() });
    f.add_result(news[1], Res { updates: Some(3), ..Res::default() });
    Ok(f)
}

/// A kernel, a loop that captures, and a branch of which only one side captures.
fn regions() -> Result<Func> {
    let mut f = Func::new("regions");
    let x = arg(&mut f, "x", &[None], false);
    let flag = f.add_tensor_arg(DType::Bool, &[], Arg { name: Some("flag".into()), ..Arg::default() });
    let ty = f.tensor(x).expect("a tensor").clone();

    let kernel = f.new_block();
    let inner = f.add_block_arg(kernel, ty.clone());
    let mut b = Builder::new(&mut f, kernel, at(3));
    let one = b.number(DType::F64, 1.0)?;
    let shifted = b.map(OpKind::Add, &[one, inner])?;
    let log = b.map(OpKind::Log, &[shifted])?;
    b.func.block_mut(kernel).results = vec![log, shifted];
    let attrs = Attrs::new().with("schedule", thn_ir::Attr::Str("rows".into()));
    let kernel = f.push(
        Func::BODY,
        OpKind::Kernel,
        &[x],
        attrs,
        &[kernel],
        [ty.clone().into(), ty.clone().into()],
        at(3),
    );
    let (log, shifted) = (f.op(kernel).results[0], f.op(kernel).results[1]);

    let body = f.new_block();
    f.add_block_arg(body, TensorType::scalar(DType::I64));
    let carried = f.add_block_arg(body, ty);
    let next = Builder::new(&mut f, body, at(4)).map(OpKind::Mul, &[carried, shifted])?;
    f.block_mut(body).results.push(next);
    let mut b = Builder::new(&mut f, Func::BODY, at(4));
    let count = b.literal(thn_ir::Literal::scalar(DType::I64, Scalar::Int(3)))?;
    let looped = b.op(OpKind::Loop, &[count, log], Attrs::new(), None, &[body])?;
    let power = b.func.op(looped).result();

    let (then, other) = (f.new_block(), f.new_block());
    let root = Builder::new(&mut f, then, at(5)).map(OpKind::Sqrt, &[power])?;
    f.block_mut(then).results.push(root);
    f.block_mut(other).results.push(x);
    let cond = Builder::new(&mut f, Func::BODY, at(5)).op(
        OpKind::Cond,
        &[flag],
        Attrs::new(),
        None,
        &[then, other],
    )?;
    let chosen = f.op(cond).result();
    f.add_result(chosen, Res::default());
    Ok(f)
}

/// A long, wide program in which every op reads two values far apart.
fn braid(length: usize) -> Result<Func> {
    let mut f = Func::new("braid");
    let mut all = vec![arg(&mut f, "x", &[None], false)];
    let mut b = Builder::new(&mut f, Func::BODY, Loc::Unknown);
    for i in 0..length {
        let (near, far) = (all[i - i % 3], all[i * 5 % (i + 1)]);
        all.push(b.map(if i % 2 == 0 { OpKind::Mul } else { OpKind::Add }, &[near, far])?);
    }
    let last = all[length];
    f.add_result(last, Res::default());
    Ok(f)
}

/// The attribute `name` in a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("{name} in {tag}"))
}

/// A box of the drawing.
#[derive(Clone, Debug)]
struct Drawn {
    id: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

fn boxes(svg: &str) -> Vec<Drawn> {
    svg.split("<g class=\"node ")
        .skip(1)
        .map(|part| {
            let rect = &part[part.find("<rect").expect("every box has a rectangle")..];
            let rect = &rect[..rect.find('>').expect("tags end")];
            let (left, top) = (number(rect, "x"), number(rect, "y"));
            Drawn {
                id: attribute(part, "id").expect("every box has an id").to_string(),
                left,
                top,
                right: left + number(rect, "width"),
                bottom: top + number(rect, "height"),
            }
        })
        .collect()
}

fn edges(svg: &str) -> Vec<(String, String, String)> {
    svg.split("<path class=\"edge\"")
        .skip(1)
        .map(|part| {
            let get = |name| attribute(part, name).expect("every edge has its ends and its line").to_string();
            (get("data-from"), get("data-to"), get("d"))
        })
        .collect()
}

/// Whether one box is a frame around the other.
fn around(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

/// Ids of the ops in a block, frames first, with the frame that holds each.
fn expected_ops(func: &Func, block: BlockId, into: &mut BTreeSet<String>) {
    for op in &func.block(block).ops {
        into.insert(format!("op{}", op.0));
        for region in &func.op(*op).regions {
            expected_ops(func, *region, into);
        }
    }
}

/// The number of arrows a block needs: one per operand and result, and one per value that a frame takes.
fn expected_edges(func: &Func, block: BlockId) -> usize {
    let outside = |region: BlockId| {
        let mut inside: BTreeSet<Value> = func.block(region).args.iter().copied().collect();
        let mut used: BTreeSet<Value> = func.block(region).results.iter().copied().collect();
        for op in func.walk(region) {
            let data = func.op(op);
            inside.extend(data.results.iter().copied());
            used.extend(data.operands.iter().copied());
            for inner in &data.regions {
                inside.extend(func.block(*inner).args.iter().copied());
                used.extend(func.block(*inner).results.iter().copied());
            }
        }
        used.difference(&inside).count()
    };
    let mut count = func.block(block).results.len();
    for op in &func.block(block).ops {
        let data = func.op(*op);
        count += data.operands.len();
        if !data.regions.is_empty() {
            count += func.captures(*op).len();
        }
        for region in &data.regions {
            count += expected_edges(func, *region);
            if data.regions.len() > 1 {
                count += outside(*region) + data.results.len();
            }
        }
    }
    count
}

/// Every fault of a drawing.
fn faults(func: &Func, svg: &str) -> Vec<String> {
    let mut faults = vec![];
    let drawn = boxes(svg);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    drawn.iter().for_each(|b| *seen.entry(&b.id).or_default() += 1);
    faults.extend(seen.iter().filter(|(_, n)| **n > 1).map(|(id, n)| format!("{id} is drawn {n} times")));
    let mut expected = BTreeSet::new();
    expected_ops(func, Func::BODY, &mut expected);
    expected.extend((0..func.body().args.len()).map(|i| format!("arg{i}")));
    expected.extend((0..func.body().results.len()).map(|i| format!("result{i}")));
    faults.extend(
        expected.iter().filter(|id| !seen.contains_key(id.as_str())).map(|id| format!("{id} is missing")),
    );
    let arrows = edges(svg);
    for (from, to, _) in &arrows {
        for end in [from, to] {
            if !seen.contains_key(end.as_str()) {
                faults.push(format!("an arrow ends at {end}, which is not drawn"));
            }
        }
    }
    let count = expected_edges(func, Func::BODY);
    if arrows.len() != count {
        faults.push(format!("{} arrows instead of {count}", arrows.len()));
    }
    let lines: BTreeSet<&str> = arrows.iter().map(|(_, _, d)| d.as_str()).collect();
    if lines.len() != arrows.len() {
        faults.push("two arrows have the same line".to_string());
    }
    for (i, a) in drawn.iter().enumerate() {
        for b in &drawn[i + 1..] {
            let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
            let within = |outer: &Drawn, inner: &Drawn| {
                around(&outer.id, &inner.id)
                    || (outer.left <= inner.left
                        && inner.right <= outer.right
                        && outer.top <= inner.top
                        && inner.bottom <= outer.bottom
                        && frame_of(func, &inner.id).is_some_and(|f| outer.id == f || around(&f, &outer.id)))
            };
            if !apart && !within(a, b) && !within(b, a) {
                faults.push(format!("{} and {} overlap", a.id, b.id));
            }
        }
    }
    faults
}

/// The op whose region holds an op.
fn frame_of(func: &Func, id: &str) -> Option<String> {
    let number: u32 = id.strip_prefix("op")?.split('.').next()?.parse().ok()?;
    let block = func.block_of(thn_ir::OpId(number))?;
    func.block(block).parent.map(|p| format!("op{}", p.0))
}

#[test]
fn drawings_are_complete_and_nothing_overlaps() -> Result<()> {
    for func in [softmax_regression()?, regions()?, braid(60)?, Func::new("nothing")] {
        let svg = thn_draw::svg(&func);
        assert_eq!(faults(&func, &svg), Vec::<String>::new(), "{func}");
        assert_eq!(svg, thn_draw::svg(&func.clone()), "the same program gives the same text");
    }
    Ok(())
}

#[test]
fn the_check_sees_planted_faults() -> Result<()> {
    let func = softmax_regression()?;
    let svg = thn_draw::svg(&func);
    let first = svg.find("<path class=\"edge\"").expect("there are arrows");
    let planted = [
        (svg.replacen("id=\"op3\"", "id=\"op4\"", 1), "op3 is missing"),
        (svg.replacen("id=\"op3\"", "id=\"op4\"", 1), "op4 is drawn 2 times"),
        (
            svg[..first].to_string() + &svg[first..].replacen("class=\"edge\"", "class=\"\"", 1),
            "arrows instead of",
        ),
        (svg.replacen("data-to=\"op0\"", "data-to=\"op99\"", 1), "op99, which is not drawn"),
    ];
    for (text, fault) in planted {
        let found = faults(&func, &text).join("\n");
        assert!(found.contains(fault), "{fault} is not in: {found}");
    }
    let all = boxes(&svg);
    let (a, b) = (&all[0], &all[1]);
    let moved = svg.replace(
        &format!("x=\"{:.1}\" y=\"{:.1}\"", a.left, a.top),
        &format!("x=\"{:.1}\" y=\"{:.1}\"", b.left, b.top),
    );
    assert!(faults(&func, &moved).iter().any(|f| f.contains("overlap")));
    Ok(())
}

#[test]
fn names_are_escaped() -> Result<()> {
    let mut f = Func::new("a<b&\"c\"");
    let x = arg(&mut f, "<script>'x'\u{1}", &[None], false);
    f.add_result(x, Res::default());
    let svg = thn_draw::svg(&f);
    assert!(svg.contains("a&lt;b&amp;&quot;c&quot;"));
    assert!(svg.contains("&lt;script&gt;&#39;x&#39;\u{fffd}"));
    assert!(!svg.contains("<script"));
    Ok(())
}

#[test]
fn tooltips_name_the_source_line() -> Result<()> {
    let svg = thn_draw::svg(&softmax_regression()?);
    assert!(svg.contains("thn.softmax: "), "{svg}");
    assert!(svg.contains("at model.rs:7:5"), "{svg}");
    Ok(())
}

#[test]
fn programs_that_do_not_verify_are_drawn_all_the_same() -> Result<()> {
    let mut late = regions()?;
    late.block_mut(Func::BODY).ops.reverse();
    assert!(!thn_ir::verify::verify(&late).is_empty());
    assert!(thn_draw::svg(&late).ends_with("</svg>\n"));
    Ok(())
}

#[test]
fn a_drawing_with_regions() -> Result<()> {
    insta::assert_snapshot!(thn_draw::svg(&regions()?));
    Ok(())
}

#[test]
fn operands_that_may_not_change_places_are_numbered() -> Result<()> {
    let mut f = Func::new("order");
    let (x, y) = (arg(&mut f, "x", &[None], false), arg(&mut f, "y", &[None], false));
    let mut b = Builder::new(&mut f, Func::BODY, at(2));
    let difference = b.map(OpKind::Sub, &[y, x])?;
    let sum = b.map(OpKind::Add, &[difference, x])?;
    f.add_result(sum, Res::default());
    let svg = thn_draw::svg(&f);
    let marked = |from: &str, number: usize| {
        svg.lines().any(|line| {
            line.contains(&format!("data-from=\"{from}\" data-to=\"op0\""))
                && line.contains("class=\"operand\"")
                && line.contains(&format!(">{number}</text>"))
        })
    };
    assert!(marked("arg1", 0) && marked("arg0", 1), "{svg}");
    assert_eq!(svg.matches("class=\"operand\"").count(), 2, "a sum is the same in any order: {svg}");
    Ok(())
}
