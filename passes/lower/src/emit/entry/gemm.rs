//! Matrix products as calls of the runtime, with permutations and slices of operands as strides.

use super::Entry;
use super::buffers::Buffer;
use thn_ir::{DType, Dim, Error, OpId, OpKind, Value};
use thn_kernels::{Place, Trace};

/// Where an operand's element (batch, i, j) is: an address, and strides in elements.
struct Matrix {
    ptr: String,
    strides: [String; 3],
}

impl Entry<'_> {
    pub(super) fn gemm(&mut self, kernel: OpId, product: OpId, out: &Buffer) -> Result<(), Error> {
        let func = self.module.func;
        let data = func.op(product);
        let batched = data.kind == OpKind::BatchedDot;
        let x = self.tensor(data.operands[0])?.shape;
        let skip = usize::from(batched);
        let (m, k) = (x[skip].clone(), x[skip + 1].clone());
        let n = self.tensor(data.operands[1])?.shape[skip + 1].clone();
        let batch = if batched { x[0].clone() } else { Dim::ONE };
        let a = self.matrix(kernel, data.operands[0])?;
        let b = self.matrix(kernel, data.operands[1])?;
        let own: Vec<Dim> = if batched {
            vec![m.clone() * n.clone(), n.clone(), Dim::ONE]
        } else {
            vec![Dim::from(0), n.clone(), Dim::ONE]
        };
        let mut arguments = vec!["%ctx".to_string()];
        let code = if out.ty.dtype == DType::F32 { "0" } else { "1" };
        arguments.push(self.text.constant(code, "i32"));
        for d in [&batch, &m, &n, &k] {
            arguments.push(self.number(d));
        }
        for matrix in [a, b] {
            arguments.push(matrix.ptr);
            arguments.extend(matrix.strides);
        }
        arguments.push(out.ptr.clone());
        for d in &own {
            arguments.push(self.number(d));
        }
        let status = self.text.bind(format!(
            "func.call @thn_rt_gemm({}) : (!llvm.ptr, i32, i64, i64, i64, i64, !llvm.ptr, i64, i64, i64, !llvm.ptr, i64, i64, i64, !llvm.ptr, i64, i64, i64) -> i32",
            arguments.join(", ")
        ));
        self.check(&status);
        Ok(())
    }

    fn number(&mut self, dim: &Dim) -> String {
        if let Some(c) = dim.as_const() {
            return self.text.constant(&c.to_string(), "i64");
        }
        let index = self.text.dim(dim);
        self.text.bind(format!("arith.index_cast {index} : index to i64"))
    }

    /// An operand of a product through everything that the kernel does to it before.
    fn matrix(&mut self, kernel: OpId, value: Value) -> Result<Matrix, Error> {
        let func = self.module.func;
        let data = func.op(kernel);
        let fault = || Error::internal("computes what a matrix product reads").at("kernel", &data.loc);
        let block = func.block(data.regions[0]);
        let rank = self.tensor(value)?.rank();
        let iters = Place::iters(3 - rank..3);
        let (source, at) = match func.def_op(value) {
            None => (value, iters),
            Some(op) => {
                let stored = |v: Value| block.args.contains(&v);
                let trace = Trace { func, accesses: self.module.accesses, stored: &stored };
                let loads = trace.loads(op, &iters);
                let [load] = loads.as_slice() else { return Err(fault()) };
                (load.value, load.at.clone())
            }
        };
        let position = block.args.iter().position(|a| *a == source).ok_or_else(fault)?;
        let buffer = self.buffer(data.operands[position])?;
        let mut offset = Dim::from(0);
        let mut strides = [Dim::from(0), Dim::from(0), Dim::from(0)];
        for (axis, place) in at.iter().enumerate() {
            let below = Dim::product(&buffer.ty.shape[axis + 1..]);
            offset = offset + place.constant().clone() * below.clone();
            for (iter, factor) in place.affine().ok_or_else(fault)? {
                strides[iter] = strides[iter].clone() + factor * below.clone();
            }
        }
        let ptr = if offset.is(0) {
            buffer.ptr
        } else {
            let bytes = self.number(&(offset * Dim::from(buffer.ty.dtype.size() as i64)));
            self.text.bind(format!(
                "llvm.getelementptr {}[{bytes}] : (!llvm.ptr, i64) -> !llvm.ptr, i8",
                buffer.ptr
            ))
        };
        Ok(Matrix { ptr, strides: strides.map(|d| self.number(&d)) })
    }
}
