//===- leaves.td - leaves -----------------------------------------------------------------------===//

def Thn_ConstantOp : Thn_Op<"constant", [Pure, ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A literal tensor.";
  let example = [{
func.func @constant() -> tensor<2xf64> {
  %0 = thn.constant dense<[1.0, -0.5]> : tensor<2xf64>
  return %0 : tensor<2xf64>
}
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let extraClassDefinition = [{
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor) { return getValue(); }
  }];
  let iterate = "(constant)"; let dtypes = "any"; let cost = 0;
  let foreign = ["arith.constant"];
}

def Thn_DimOp : Thn_Op<"dim", [Pure]> {
  let summary = "A dimension expression over named dims, as a rank-0 i64 tensor.";
  let example = [{
func.func @dim(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<i64> {
  %0 = thn.dim "2*N + 1" : tensor<i64>
  return %0 : tensor<i64>
}
  }];
  let arguments = (ins Thn_DimAttr:$expr);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$expr attr-dict `:` type($result)";
  let iterate = "(dim)"; let dtypes = "int"; let cost = 0;
}

def Thn_IotaOp : Thn_Shaped<"iota"> {
  let summary = "The index along `axis` at every position.";
  let numpy = "np.arange"; let theano = "arange";
  let example = [{
func.func @iota(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<?x3xi64> {
  %0 = thn.iota axis = 0 dims = ["N"] : tensor<?x3xi64>
  return %0 : tensor<?x3xi64>
}
  }];
  let arguments = (ins I64Attr:$axis, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "`axis` `=` $axis (`dims` `=` $dims^)? attr-dict `:` type($result)";
  let iterate = "(iota)"; let dtypes = "number"; let cost = 0;
}
