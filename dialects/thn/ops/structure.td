//===- structure.td - structure -----------------------------------------------------------------===//

def Thn_YieldOp : Thn_Op<"yield", [Pure, Terminator]> {
  let summary = "Ends a region and gives its values.";
  let example = [{
func.func @yield(%c: tensor<i1>, %x: tensor<f32>) -> tensor<f32> {
  %0 = thn.cond %c : (tensor<i1>) -> tensor<f32> {
    thn.yield %x : tensor<f32>
  } else {
    %1 = thn.neg %x : tensor<f32>
    thn.yield %1 : tensor<f32>
  }
  return %0 : tensor<f32>
}
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let iterate = "(terminator)"; let dtypes = "any"; let cost = 0;
}
def Thn_LoopOp : Thn_Op<"loop", [Pure, SingleBlock]> {
  let summary = "Runs its region `count` times over carried values; the first region argument is the step, i64 from 0. A count below 1 runs it never.";
  let theano = "scan";
  let example = [{
func.func @loop(%count: tensor<i64>, %x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = thn.loop %count, %x : (tensor<i64>, tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%step: tensor<i64>, %carried: tensor<3xf32>):
    %1 = thn.mul %carried, %x : tensor<3xf32>, tensor<3xf32>
    thn.yield %1 : tensor<3xf32>
  }
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$count, Variadic<Thn_Tensor>:$inits);
  let results = (outs Variadic<Thn_Tensor>:$finals);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$count (`,` $inits^)? attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(loop)"; let dtypes = "any"; let cost = 0;
}
def Thn_CondOp : Thn_Op<"cond", [Pure, SingleBlock]> {
  let summary = "The values of the first region if the rank-0 bool holds, else of the second. Only one region runs. Theano's ifelse.";
  let theano = "ifelse";
  let example = [{
func.func @cond(%condition: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = thn.cond %condition : (tensor<i1>) -> tensor<?xf32> {
    %1 = thn.exp %x : tensor<?xf32>
    thn.yield %1 : tensor<?xf32>
  } else {
    thn.yield %x : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}
  }];
  let arguments = (ins Thn_Tensor:$condition);
  let results = (outs Variadic<Thn_Tensor>:$values);
  let regions = (region SizedRegion<1>:$then, SizedRegion<1>:$otherwise);
  let assemblyFormat = "$condition attr-dict `:` functional-type(operands, results) $then `else` $otherwise";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(cond)"; let dtypes = "any"; let cost = 0;
}
def Thn_KernelOp : Thn_Op<"kernel", [Pure, SingleBlock, IsolatedFromAbove]> {
  let summary = "Ops that are computed together; made by --thn-plan-kernels. Region arguments are the operands.";
  let example = [{
func.func @kernel(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = thn.kernel "elementwise" %x {kept = array<i64>, outer = []} : (tensor<3xf32>) -> tensor<3xf32> {
  ^bb0(%in: tensor<3xf32>):
    %1 = thn.exp %in : tensor<3xf32>
    %2 = thn.neg %1 : tensor<3xf32>
    thn.yield %2 : tensor<3xf32>
  }
  return %0 : tensor<3xf32>
}
  }];
  let arguments = (ins Variadic<Thn_Tensor>:$inputs, StrAttr:$schedule);
  let results = (outs Variadic<Thn_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$schedule ($inputs^)? attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
  let extraClassDefinition = [{ ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); } }];
  let iterate = "(kernel)"; let dtypes = "any"; let cost = 0;
}
