//===- ThnBase.td - the thn dialect and what every row of the op table has ---------------------===//
//
// The files in ops/ are the only list of ops. Their rows carry their own semantics as s-expressions, which
// `cargo xtask codegen` parses, type-checks and turns into crates/thn-ir/src/generated.rs.
//
//===--------------------------------------------------------------------------------------------===//

#ifndef THN_BASE
#define THN_BASE

include "mlir/IR/OpBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Thn_Dialect : Dialect {
  let name = "thn";
  let summary = "Symbolic tensor programs: the level at which thn differentiates and rewrites.";
  let cppNamespace = "::thn";
  let hasConstantMaterializer = 1;
  // The attributes thn.name, thn.dims, … of functions: see crates/thn-mlir/src/signature.rs.
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

// Bool is i1; unsigned integers are written ui8..ui64.
def Thn_Tensor : RankedTensorOf<[F32, F64, I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;

// Dim expressions over named dims, spelled as strings: "N", "2*N + 1", "max(0, N - 3)".
def Thn_DimAttr : StringBasedAttr<CPred<"::llvm::isa<::mlir::StringAttr>($_self)">, "dim expression">;
def Thn_DimsAttr : TypedArrayAttrBase<Thn_DimAttr, "dim expressions">;

// Every op forwards verification, type inference and folding to Rust with its own name, so that the
// shim names no op.
class Thn_Op<string mnemonic, list<Trait> traits = []> : Op<Thn_Dialect, mnemonic, traits> {
  // --- semantics, read by `cargo xtask codegen` ------------------------------------------------
  // Textbook formula over real functions (see crates/thn-ir/src/real.rs): the oracle. ?x names an operand.
  string formula = "";
  // Exactly one of the four says how the op is computed:
  string expand = "";   // an expression of other ops
  string prim = "";     // scalar emitters by dtype class: "(float arith.addf) (int arith.addi)"
  string iterate = "";  // an iteration shape: see crates/thn-ir/src/access.rs
  string library = "";  // a destination-passing library call
  // d(result)/d(operand), one per operand, over operand names and ?result. "0": not differentiable.
  list<string> partials = [];
  // Linear structural ops name their transpose (see passes/autodiff/src/transpose.rs).
  string transpose = "";
  // What is true of the function at every number, of which rules follow (passes/eqsat/rules/README.md): odd, even,
  // rising (where it is no smaller for a larger operand), idempotent, integral (results are whole numbers), rounding
  // (whole numbers stay what they are).
  list<string> properties = [];
  string undoes = "";    // the op whose operand it gives back, at every number
  string domain = "(-inf, inf)";  // where the checkers sample
  string dtypes = "float";   // accepted element types: float, number (and int), int, bool, bits (int, bool), any
  string result_dtype = "same";  // same, bool, i64, attr (the `dtype` attribute)
  // Ops of other dialects with the same meaning on tensors, vectors and scalars: "float arith.cmpf olt" is an element
  // class (left out: that of the row), the op, and its predicate (left out: it has none). Ops of linalg compute whole
  // tensors; theirs is the rank of each operand, where one row has several names.
  list<string> foreign = [];
  // What NumPy or SciPy, and Theano, call the op, for its documentation.
  string numpy = "";
  string theano = "";
  // The op in a function, for the reference; without it, one is made from operands and element types.
  string example = "";
  int cost = 1;              // in units of one float addition per element
  int max_ulp = 1;           // bound on the compiled op's error against `formula`
  // ------------------------------------------------------------------------------------------------
}

// Ops whose result types follow from operands and attributes.
class Thn_Inferred<string mnemonic, list<Trait> traits = []>
    : Thn_Op<mnemonic, traits # [Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); }
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      ::mlir::DictionaryAttr all = ::thn::withProperties<$cppClass>(context, attributes, properties);
      return ::thn::inferInRust(getOperationName(), context, location, operands, all, inferred);
    }
  }];
}

// Ops that state their result type, because it holds dims that operands do not determine: each `?` of
// the result is spelled in `dims`, in order, as an expression over named dims ("N", "2*N + 1").
class Thn_Shaped<string mnemonic, list<Trait> traits = []> : Thn_Op<mnemonic, traits # [Pure]> {
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::verify() { return ::thn::verifyInRust(getOperation()); }
  }];
}

class Thn_Unary<string mnemonic, list<Trait> traits = []> : Thn_Inferred<mnemonic, traits # [Elementwise]> {
  let arguments = (ins Thn_Tensor:$x);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

class Thn_Binary<string mnemonic, list<Trait> traits = []> : Thn_Inferred<mnemonic, traits> {
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y attr-dict `:` type($x) `,` type($y)";
}

class Thn_Ternary<string mnemonic, list<Trait> traits = []> : Thn_Inferred<mnemonic, traits> {
  let arguments = (ins Thn_Tensor:$x, Thn_Tensor:$y, Thn_Tensor:$z);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `,` $y `,` $z attr-dict `:` type($x) `,` type($y) `,` type($z)";
}

class Thn_Compare<string mnemonic> : Thn_Binary<mnemonic> {
  let dtypes = "any";
  let result_dtype = "bool";
  let partials = ["0", "0"];
}

class Thn_Reduction<string mnemonic> : Thn_Inferred<mnemonic> {
  let arguments = (ins Thn_Tensor:$x, DenseI64ArrayAttr:$axes);
  let results = (outs Thn_Tensor:$result);
  let assemblyFormat = "$x `axes` `=` $axes attr-dict `:` type($x)";
}

#endif // THN_BASE
