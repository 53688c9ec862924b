//===- movement.td - shape and movement ---------------------------------------------------------===//

def Thn_BroadcastOp : Thn_Shaped<"broadcast"> {
  let summary = "Repeats x: operand dim i becomes result dim axes[i], every other result dim is new.";
  let numpy = "np.broadcast_to"; let theano = "fill";
  let example = [{
func.func @broadcast(%x: tensor<?xf32> {thn.dims = ["N"]}) -> tensor<4x?xf32> {
  %0 = thn.broadcast %x axes = [1] dims = ["N"] : tensor<?xf32> -> tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$axes, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axes` `=` $axes (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(broadcast)"; let transpose = "sum"; let dtypes = "any"; let cost = 0;
  let foreign = ["linalg.fill 0", "linalg.broadcast"];
}
def Thn_DimshuffleOp : Thn_Inferred<"dimshuffle"> {
  let summary = "Permutes dims, drops length-1 dims and inserts new ones: result dim i is operand dim order[i], or 1 where it is -1.";
  let numpy = "np.transpose"; let theano = "dimshuffle";
  let example = [{
func.func @dimshuffle(%x: tensor<?x3xf32>) -> tensor<3x1x?xf32> {
  %0 = thn.dimshuffle %x order = [1, -1, 0] : tensor<?x3xf32>
  return %0 : tensor<3x1x?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$order);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `order` `=` $order attr-dict `:` type($x)";
  let iterate = "(dimshuffle)"; let transpose = "dimshuffle"; let dtypes = "any"; let cost = 0;
  let foreign = ["linalg.transpose"];
}
def Thn_ReshapeOp : Thn_Shaped<"reshape"> {
  let summary = "The same elements in row-major order under another shape.";
  let numpy = "np.reshape"; let theano = "reshape";
  let example = [{
func.func @reshape(%x: tensor<?x6xf32> {thn.dims = ["N"]}) -> tensor<?x3xf32> {
  %0 = thn.reshape %x dims = ["2*N"] : tensor<?x6xf32> -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(reshape)"; let transpose = "reshape"; let dtypes = "any"; let cost = 0;
}
def Thn_AssumeOp : Thn_Inferred<"assume"> {
  let summary = "x, of which `facts` are promised: names such as `positive, finite`. The optimizer and compiled code trust them; the reference interpreter refuses a value that breaks one.";
  let example = [{
func.func @assume(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = thn.assume %x is "positive, finite" : tensor<?xf32>
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, StrAttr:$facts);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `is` $facts attr-dict `:` type($x)";
  let iterate = "(assume)"; let transpose = "assume"; let dtypes = "number"; let cost = 0;
}
def Thn_SliceOp : Thn_Shaped<"slice"> {
  let summary = "Element i along dim d is operand element starts[d] + steps[d] * i. Starts are dim expressions.";
  let numpy = "x[a:b:c]"; let theano = "x[a:b:c]";
  let example = [{
func.func @slice(%x: tensor<?x6xf32> {thn.dims = ["N"]}) -> tensor<?x3xf32> {
  %0 = thn.slice %x starts = ["N - 1", "0"] steps = [-1, 2] dims = ["N"] : tensor<?x6xf32> -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps, OptionalAttr<Thn_DimsAttr>:$dims);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `starts` `=` $starts `steps` `=` $steps (`dims` `=` $dims^)? attr-dict `:` type($x) `->` type($result)";
  let iterate = "(slice)"; let transpose = "inc_subtensor"; let dtypes = "any"; let cost = 0;
}
def Thn_GatherOp : Thn_Inferred<"gather"> {
  let summary = "Rows of x: result[i..., j...] = x[index[i...], j...]. A negative index counts from the end; one outside is an error.";
  let numpy = "np.take"; let theano = "take";
  let example = [{
func.func @gather(%x: tensor<?x3xf32>, %index: tensor<?xi64>) -> tensor<?x3xf32> {
  %0 = thn.gather %x, %index : tensor<?x3xf32>, tensor<?xi64>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index attr-dict `:` type($x) `,` type($index)";
  let iterate = "(gather)"; let transpose = "scatter_add"; let dtypes = "any"; let cost = 1;
}
def Thn_PickOp : Thn_Inferred<"pick"> {
  let summary = "One element of each row: result[i...] = x[i..., index[i...]], Theano's x[arange(n), y]. A negative index counts from the end; one outside is an error.";
  let numpy = "np.take_along_axis"; let theano = "x[arange(n), y]";
  let example = [{
func.func @pick(%x: tensor<?x3xf32>, %index: tensor<?xi64>) -> tensor<?xf32> {
  %0 = thn.pick %x, %index : tensor<?x3xf32>, tensor<?xi64>
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index attr-dict `:` type($x) `,` type($index)";
  let iterate = "(pick)"; let transpose = "one_hot"; let dtypes = "any"; let cost = 1;
}
def Thn_DiagonalOp : Thn_Inferred<"diagonal"> {
  let summary = "The diagonal of the last two dims: result[i..., j] = x[i..., j, j], as long as the shorter of the two.";
  let numpy = "np.diagonal"; let theano = "diagonal";
  let example = [{
func.func @diagonal(%x: tensor<3x4xf32>) -> tensor<3xf32> {
  %0 = thn.diagonal %x : tensor<3x4xf32>
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let iterate = "(diagonal)"; let transpose = "diagonal"; let dtypes = "any"; let cost = 0;
}
def Thn_JoinOp : Thn_Inferred<"join"> {
  let summary = "Concatenates along `axis`.";
  let numpy = "np.concatenate"; let theano = "join";
  let example = [{
func.func @join(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.join %x, %y axis = 0 : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Variadic<Thn_Tensor>:$xs, I64Attr:$axis);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$xs `axis` `=` $axis attr-dict `:` type($xs)";
  let iterate = "(join)"; let transpose = "slice"; let dtypes = "any";
}
def Thn_PadOp : Thn_Inferred<"pad"> {
  let summary = "Adds `low` elements before and `high` after along each dim, all equal to the rank-0 value.";
  let numpy = "np.pad";
  let example = [{
func.func @pad(%x: tensor<?x3xf32>, %value: tensor<f32>) -> tensor<?x4xf32> {
  %0 = thn.pad %x, %value low = [1, 0] high = [2, 1] : tensor<?x3xf32>, tensor<f32>
  return %0 : tensor<?x4xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$value, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $value `low` `=` $low `high` `=` $high attr-dict `:` type($x) `,` type($value)";
  let iterate = "(pad)"; let transpose = "unpad"; let dtypes = "any";
}
def Thn_SetSubtensorOp : Thn_Inferred<"set_subtensor"> {
  let summary = "x with the slice starts + steps * i replaced by y.";
  let numpy = "x[a:b:c] = y"; let theano = "set_subtensor";
  let example = [{
func.func @set_subtensor(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.set_subtensor %x, %y starts = ["1", "0"] steps = [1, 1] : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y `starts` `=` $starts `steps` `=` $steps attr-dict `:` type($x) `,` type($y)";
  let iterate = "(set_subtensor)"; let transpose = "set_subtensor"; let dtypes = "any";
}
def Thn_IncSubtensorOp : Thn_Inferred<"inc_subtensor"> {
  let summary = "x with y added to the slice starts + steps * i.";
  let numpy = "x[a:b:c] += y"; let theano = "inc_subtensor";
  let example = [{
func.func @inc_subtensor(%x: tensor<?x3xf32>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.inc_subtensor %x, %y starts = ["1", "0"] steps = [1, 1] : tensor<?x3xf32>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y, Thn_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y `starts` `=` $starts `steps` `=` $steps attr-dict `:` type($x) `,` type($y)";
  let iterate = "(inc_subtensor)"; let transpose = "subtensor"; let dtypes = "number";
}
def Thn_ScatterAddOp : Thn_Inferred<"scatter_add"> {
  let summary = "x with y[i...] added to row index[i...], for all i in row-major order; repeated indices accumulate. An index outside is an error.";
  let numpy = "np.add.at"; let theano = "inc_subtensor";
  let example = [{
func.func @scatter_add(%x: tensor<?x3xf32>, %index: tensor<2xi64>, %y: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = thn.scatter_add %x, %index, %y : tensor<?x3xf32>, tensor<2xi64>, tensor<2x3xf32>
  return %0 : tensor<?x3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$index, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $index `,` $y attr-dict `:` type($x) `,` type($index) `,` type($y)";
  let iterate = "(scatter_add)"; let transpose = "gather"; let dtypes = "number";
}
