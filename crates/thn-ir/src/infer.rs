//! Result types of ops, and what must hold for them to be right.
//!
//! A mismatch that is certain (two different constants) is an error now. One that depends on symbols becomes a
//! [`Constraint`], which the shape program checks before each call.

mod movement;
mod regions;
mod relation;

use crate::{
    AttrKind, Attrs, DType, Dim, DimError, Error, Expr, Iterate, OpKind, ResultDType, Semantics, Shape,
    TensorType,
};
pub use relation::Constraint;
pub(crate) use relation::{Told, lengths};

/// What inference finds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Inference {
    /// Types of the results.
    pub types: Vec<TensorType>,
    /// What must hold.
    pub constraints: Vec<Constraint>,
}

/// Types of a region's arguments and results.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RegionTypes {
    /// Of the arguments.
    pub args: Vec<TensorType>,
    /// Of the values it ends with.
    pub results: Vec<TensorType>,
}

/// The result types of an op.
///
/// `declared` is the stated result type of a shaped op ([`crate::OpRow::shaped`]); `regions` has one entry per
/// region.
///
/// # Errors
///
/// If operands, attributes or regions are not what the row of the op asks for, or if a relation of dims certainly does
/// not hold. Messages call the operands by their positions; [`crate::Builder`] calls them by their names.
pub fn infer(
    kind: OpKind,
    operands: &[TensorType],
    attrs: &Attrs,
    declared: Option<&TensorType>,
    regions: &[RegionTypes],
) -> Result<Inference, Error> {
    infer_named(kind, operands, &|i| format!("operand {i}"), attrs, declared, regions)
}

/// As [`infer`], with names of the operands for messages.
pub(crate) fn infer_named(
    kind: OpKind,
    operands: &[TensorType],
    names: &dyn Fn(usize) -> String,
    attrs: &Attrs,
    declared: Option<&TensorType>,
    regions: &[RegionTypes],
) -> Result<Inference, Error> {
    let mut cx = Cx { kind, operands, names, attrs, constraints: vec![] };
    let at = |e: Error| e.at(kind.row().mnemonic, &crate::Loc::Unknown);
    let types = cx.types(declared, regions).map_err(at)?;
    cx.check_sizes(&types).map_err(at)?;
    Ok(Inference { types, constraints: cx.constraints })
}

struct Cx<'a> {
    kind: OpKind,
    operands: &'a [TensorType],
    names: &'a dyn Fn(usize) -> String,
    attrs: &'a Attrs,
    constraints: Vec<Constraint>,
}

type Types = Result<Vec<TensorType>, Error>;

impl Cx<'_> {
    fn types(&mut self, declared: Option<&TensorType>, regions: &[RegionTypes]) -> Types {
        self.check_form(regions)?;
        let row = self.kind.row();
        if row.is_elementwise() {
            let shape = self.common_shape()?;
            return Ok(vec![TensorType::new(self.result_dtype()?, shape)]);
        }
        match row.semantics {
            Semantics::Expand(e) => self.expanded(&e),
            Semantics::Library(_) => self.product(),
            Semantics::Iterate(i) => self.iterated(i, declared, regions),
            Semantics::Prim(_) | Semantics::Foreign => Err(Error::internal("has no inference")),
        }
    }

    /// No dim that the op gives, has in an attribute or is compared by is too large.
    fn check_sizes(&self, types: &[TensorType]) -> Result<(), Error> {
        let refuse = |what: &str, dim: &Dim| match dim.is_too_large() {
            true => Err(Error::unsupported(format!("{what}: {}", DimError::TooLarge))),
            false => Ok(()),
        };
        for ty in types {
            for (axis, dim) in ty.shape.iter().enumerate() {
                refuse(&format!("dim {axis} of its result"), dim)?;
            }
        }
        for (name, attr) in self.attrs.iter() {
            let dims = match attr {
                crate::Attr::Dim(d) => std::slice::from_ref(d),
                crate::Attr::Dims(ds) => ds,
                _ => &[],
            };
            dims.iter().try_for_each(|d| refuse(name, d))?;
        }
        self.constraints.iter().try_for_each(|c| refuse(c.rule, &c.left).and(refuse(c.rule, &c.right)))
    }

    /// Numbers of operands and regions, kinds of attributes, element types.
    fn check_form(&self, regions: &[RegionTypes]) -> Result<(), Error> {
        let row = self.kind.row();
        let variadic = row.operands.last().is_some_and(|o| o.variadic);
        let expected = row.operands.len() - usize::from(variadic);
        let found = self.operands.len();
        if found < expected || (!variadic && found > expected) {
            return Err(Error::input(format!("takes {expected} operands, {found} are given")));
        }
        if regions.len() != row.regions {
            return Err(Error::input(format!("has {} regions, {} are given", row.regions, regions.len())));
        }
        for spec in row.attrs {
            let ok = match spec.kind {
                AttrKind::Int => self.attrs.get_int(spec.name).is_some(),
                AttrKind::Ints => matches!(self.attrs.get(spec.name), Some(crate::Attr::Ints(_))),
                AttrKind::Dim => self.attrs.get_dim(spec.name).is_some(),
                AttrKind::Dims => matches!(self.attrs.get(spec.name), Some(crate::Attr::Dims(_))),
                AttrKind::Str => self.attrs.get_str(spec.name).is_some(),
                AttrKind::DType => self.attrs.get_dtype(spec.name).is_some(),
                AttrKind::Literal => self.attrs.get_literal(spec.name).is_some(),
            };
            if !ok {
                return Err(Error::input(format!("needs attribute `{}` of kind {:?}", spec.name, spec.kind)));
            }
        }
        self.check_dtypes()
    }

    fn check_dtypes(&self) -> Result<(), Error> {
        let row = self.kind.row();
        // Each name in the list is an operand that is not data of the op: a condition, an index, a trip count.
        let plays_another_part = |name: &str| matches!(name, "c" | "index" | "condition" | "count");
        let mut data: Option<(usize, DType)> = None;
        for (i, t) in self.operands.iter().enumerate() {
            let spec = &row.operands[i.min(row.operands.len() - 1)];
            if plays_another_part(spec.name) {
                let boolean = matches!(spec.name, "c" | "condition");
                let ok = if boolean { t.dtype == DType::Bool } else { t.dtype.is_int() };
                if !ok {
                    let wanted = if boolean { "bool" } else { "an integer" };
                    return Err(Error::input(format!("operand `{}` is {t}; {wanted} is needed", spec.name)));
                }
                continue;
            }
            if !row.dtypes.operands.contains(t.dtype) {
                let class = row.dtypes.operands.name();
                return Err(Error::input(format!(
                    "operand `{}` is {t}; element type {class} is needed",
                    spec.name
                )));
            }
            let mixed_is_fine = matches!(
                row.semantics,
                Semantics::Iterate(Iterate::Loop | Iterate::Kernel | Iterate::Terminator)
            );
            match data {
                Some((first, dtype)) if dtype != t.dtype && !mixed_is_fine => {
                    return Err(Error::input(format!(
                        "operands have different element types: {} and {}",
                        self.operands[first], t
                    )));
                }
                _ => data = Some((i, t.dtype)),
            }
        }
        Ok(())
    }

    fn result_dtype(&self) -> Result<DType, Error> {
        match self.kind.row().dtypes.result {
            ResultDType::Fixed(d) => Ok(d),
            ResultDType::Attr => {
                self.attrs.get_dtype("dtype").ok_or_else(|| Error::input("needs attribute `dtype`"))
            }
            // A select's first operand is its condition.
            ResultDType::Same => Ok(self.operands.last().map_or(DType::F64, |t| t.dtype)),
        }
    }

    /// The one shape of all operands that are not of rank 0.
    fn common_shape(&mut self) -> Result<Shape, Error> {
        let mut common: Option<(usize, Shape)> = None;
        for (i, t) in self.operands.iter().enumerate().filter(|(_, t)| t.rank() > 0) {
            let Some((first, shape)) = &mut common else {
                common = Some((i, t.shape.clone()));
                continue;
            };
            if shape.rank() != t.rank() {
                let (a, b) = (&self.operands[*first], t);
                return Err(Error::input(format!(
                    "{} has shape {} and {} has shape {}: ranks {} and {} differ, and only rank-0 operands are repeated",
                    (self.names)(*first),
                    a.shape,
                    (self.names)(i),
                    b.shape,
                    a.rank(),
                    b.rank()
                )));
            }
            let (first, known) = (*first, shape.clone());
            for axis in 0..t.rank() {
                let places = [Some((first, axis)), Some((i, axis))];
                let rule = "elementwise operands must have one shape";
                let d = self.equal(&known[axis], &t.shape[axis], places, rule)?;
                if let Some((_, shape)) = &mut common {
                    shape.0[axis] = d;
                }
            }
        }
        Ok(common.map(|(_, s)| s).unwrap_or_default())
    }

    /// Requires two dims to be equal and gives the better known of the two.
    fn equal(
        &mut self,
        left: &Dim,
        right: &Dim,
        places: [Option<(usize, usize)>; 2],
        rule: &'static str,
    ) -> Result<Dim, Error> {
        if left == right {
            return Ok(left.clone());
        }
        let constraint =
            Constraint { left: left.clone(), right: right.clone(), equal: true, places, range: None, rule };
        if left.certainly_differs(right) {
            return Err(self.broken(&constraint));
        }
        self.constraints.push(constraint);
        Ok(if right.as_const().is_some() { right.clone() } else { left.clone() })
    }

    /// Requires the dim on the left to be at least that on the right.
    fn at_least(&mut self, constraint: Constraint) -> Result<(), Error> {
        match (constraint.left.clone() - constraint.right.clone()).as_const() {
            Some(d) if d >= 0 => {}
            Some(_) => return Err(self.broken(&constraint)),
            None => self.constraints.push(constraint),
        }
        Ok(())
    }

    /// The error of a relation that certainly does not hold.
    fn broken(&self, constraint: &Constraint) -> Error {
        let operands: Vec<(String, Shape)> =
            self.operands.iter().enumerate().map(|(i, t)| ((self.names)(i), t.shape.clone())).collect();
        Error::input(Told { constraint, operands: &operands, value: &|_| None }.to_string())
    }

    /// The sorted, distinct, in-range `axes`.
    fn axes(&self) -> Result<Vec<usize>, Error> {
        let x = &self.operands[0];
        let axes = self.attrs.get_ints("axes");
        let sorted = axes.windows(2).all(|w| w[0] < w[1]);
        if !sorted || axes.iter().any(|a| *a < 0 || *a >= x.rank() as i64) {
            return Err(Error::input(format!(
                "axes {axes:?} are not distinct, ascending dims of {} with {} dims",
                x,
                x.rank()
            )));
        }
        Ok(axes.iter().map(|a| *a as usize).collect())
    }

    fn without_axes(&self, axes: &[usize]) -> Shape {
        let x = &self.operands[0].shape;
        Shape((0..x.rank()).filter(|i| !axes.contains(i)).map(|i| x[i].clone()).collect())
    }

    fn expanded(&mut self, e: &Expr) -> Types {
        let axes = self.axes()?;
        let x = &self.operands[0];
        Ok(vec![if is_reduced(e, &mut vec![]) { x.with_shape(self.without_axes(&axes)) } else { x.clone() }])
    }

    fn nonempty(&mut self, axes: &[usize]) -> Result<(), Error> {
        for axis in axes {
            self.at_least(Constraint {
                left: self.operands[0].shape[*axis].clone(),
                right: Dim::ONE,
                equal: false,
                places: [Some((0, *axis)), None],
                range: None,
                rule: "an empty dim has no largest or smallest element",
            })?;
        }
        Ok(())
    }

    fn product(&mut self) -> Types {
        let (x, y) = (&self.operands[0], &self.operands[1]);
        let rule = "contracted dims must be equal";
        if self.kind == OpKind::BatchedDot {
            if x.rank() != 3 || y.rank() != 3 {
                return Err(Error::input(format!("takes two operands of rank 3, got {x} and {y}")));
            }
            let batch =
                self.equal(&x.shape[0], &y.shape[0], [Some((0, 0)), Some((1, 0))], "batches must be equal")?;
            self.equal(&x.shape[2], &y.shape[1], [Some((0, 2)), Some((1, 1))], rule)?;
            return Ok(vec![x.with_shape(Shape(vec![batch, x.shape[1].clone(), y.shape[2].clone()]))]);
        }
        if !(1..=2).contains(&x.rank()) || !(1..=2).contains(&y.rank()) {
            return Err(Error::input(format!("takes operands of rank 1 or 2, got {x} and {y}")));
        }
        let last = x.rank() - 1;
        self.equal(&x.shape[last], &y.shape[0], [Some((0, last)), Some((1, 0))], rule)?;
        let dims = x.shape[..last].iter().chain(&y.shape[1..]).cloned().collect();
        Ok(vec![x.with_shape(Shape(dims))])
    }

    fn iterated(&mut self, i: Iterate, declared: Option<&TensorType>, regions: &[RegionTypes]) -> Types {
        let declared = || declared.cloned().ok_or_else(|| Error::input("states its result type"));
        let one = |t: TensorType| Ok(vec![t]);
        match i {
            Iterate::Constant => match self.attrs.get_literal("value") {
                Some(l) => one(l.ty()),
                None => Err(Error::input("needs attribute `value`")),
            },
            Iterate::Dim => one(TensorType::scalar(DType::I64)),
            Iterate::Iota => {
                let t = declared()?;
                let axis = self.attrs.get_int("axis").unwrap_or(-1);
                if axis < 0 || axis >= t.rank() as i64 {
                    return Err(Error::input(format!("axis {axis} is not a dim of {t}")));
                }
                one(t)
            }
            Iterate::Broadcast => self.broadcast(declared()?),
            Iterate::Dimshuffle => self.dimshuffle(),
            Iterate::Reshape => {
                let (x, t) = (&self.operands[0], declared()?);
                self.same_dtype(&t)?;
                let sizes = (x.shape.size(), t.shape.size());
                if sizes.0.certainly_differs(&sizes.1) {
                    return Err(Error::input(format!(
                        "{} has shape {} with {} elements and cannot become {} with {} elements",
                        (self.names)(0),
                        x.shape,
                        sizes.0,
                        t.shape,
                        sizes.1
                    )));
                }
                self.equal(&sizes.0, &sizes.1, [None, None], "a reshape must keep the number of elements")?;
                one(t)
            }
            Iterate::Assume => {
                let x = &self.operands[0];
                for fact in crate::Fact::list(self.attrs.get_str("facts").unwrap_or_default())? {
                    fact.fits(x)?;
                }
                one(x.clone())
            }
            Iterate::Slice => {
                let t = declared()?;
                self.same_dtype(&t)?;
                self.slice_fits(&t.shape)?;
                one(t)
            }
            Iterate::Gather => {
                let (x, index) = (&self.operands[0], &self.operands[1]);
                if x.rank() == 0 {
                    return Err(Error::input("a rank-0 tensor has no rows"));
                }
                one(x.with_shape(Shape(index.shape.iter().chain(&x.shape[1..]).cloned().collect())))
            }
            Iterate::Pick => {
                let (x, index) = (&self.operands[0], &self.operands[1]);
                if x.rank() != index.rank() + 1 {
                    return Err(Error::input(format!("the index of {x} has one dim less, got {index}")));
                }
                for axis in 0..index.rank() {
                    let places = [Some((0, axis)), Some((1, axis))];
                    self.equal(&x.shape[axis], &index.shape[axis], places, "each row must have one index")?;
                }
                one(x.with_shape(index.shape.clone()))
            }
            Iterate::Diagonal => {
                let x = &self.operands[0];
                let [batch @ .., rows, columns] = x.shape.0.as_slice() else {
                    return Err(Error::input(format!("{x} has no two dims with a diagonal")));
                };
                let length = Dim::min(rows, columns);
                one(x.with_shape(Shape(batch.iter().cloned().chain([length]).collect())))
            }
            Iterate::Join => self.join(),
            Iterate::Pad => self.pad(),
            Iterate::SetSubtensor | Iterate::IncSubtensor => {
                let (x, y) = (&self.operands[0], &self.operands[1]);
                if x.rank() != y.rank() {
                    return Err(Error::input(format!("the slice of {x} has another rank than {y}")));
                }
                let part = y.shape.clone();
                self.slice_fits(&part)?;
                one(x.clone())
            }
            Iterate::ScatterAdd => {
                let (x, index, y) = (&self.operands[0], &self.operands[1], &self.operands[2]);
                if x.rank() == 0 || y.rank() != index.rank() + x.rank() - 1 {
                    return Err(Error::input(format!(
                        "adds rows of {x} by {index} from {y}: the ranks do not fit"
                    )));
                }
                for axis in 0..y.rank() {
                    let (other, place) = if axis < index.rank() {
                        (&index.shape[axis], (1, axis))
                    } else {
                        (&x.shape[axis - index.rank() + 1], (0, axis - index.rank() + 1))
                    };
                    let places = [Some((2, axis)), Some(place)];
                    self.equal(&y.shape[axis], other, places, "each index must have one row")?;
                }
                one(x.clone())
            }
            Iterate::Reduce { some, .. } => {
                let axes = self.axes()?;
                if some {
                    self.nonempty(&axes)?;
                }
                one(self.operands[0].with_shape(self.without_axes(&axes)))
            }
            Iterate::Argmax => {
                let x = &self.operands[0];
                let axis = self.attrs.get_int("axis").unwrap_or(-1);
                if axis < 0 || axis >= x.rank() as i64 {
                    return Err(Error::input(format!("axis {axis} is not a dim of {x}")));
                }
                self.nonempty(&[axis as usize])?;
                one(TensorType::new(DType::I64, self.without_axes(&[axis as usize])))
            }
            Iterate::Loop => self.looped(&regions[0]),
            Iterate::Cond => self.branched(&regions[0], &regions[1]),
            Iterate::Kernel => Ok(regions[0].results.clone()),
            Iterate::Terminator => Ok(vec![]),
        }
    }
}

/// Whether an expansion gives the shape without `axes`.
fn is_reduced(e: &Expr, locals: &mut Vec<bool>) -> bool {
    match e {
        Expr::Operand(_) | Expr::Result | Expr::Rebroadcast(_) => false,
        Expr::Local(depth) => locals[*depth],
        Expr::Reduce(..) => true,
        Expr::Number(_) | Expr::Count => true,
        // Scalars fit any shape, so an expression is full as soon as one part is.
        Expr::Op(_, parts) | Expr::Real(_, parts) => parts.iter().all(|p| is_reduced(p, locals)),
        Expr::Let(bound, body) => {
            let bound = is_reduced(bound, locals);
            locals.push(bound);
            let reduced = is_reduced(body, locals);
            locals.pop();
            reduced
        }
    }
}
