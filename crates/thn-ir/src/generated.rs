//! The op table. Generated from `dialects/thn/ops` by `cargo xtask codegen`; do not edit.

use crate::{
    AttrKind, AttrSpec, DType, DTypeClass, DTypeRule, Domain, Expr, Iterate, OpRow, OperandSpec, Prim,
    Property, ResultDType, Semantics,
};

/// Every op of the `thn` dialect, and one for the ops of other dialects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum OpKind {
    /// A literal tensor.
    Constant,
    /// A dimension expression over named dims, as a rank-0 i64 tensor.
    Dim,
    /// The index along `axis` at every position.
    Iota,
    /// x + y.
    Add,
    /// x - y.
    Sub,
    /// x * y.
    Mul,
    /// x / y, true division.
    Div,
    /// floor(x / y), of the quotient before it is rounded; integers divided by zero give 0, as in NumPy. A finite x over an infinite y of the other sign is -1, an infinite x keeps its size.
    FloorDiv,
    /// x - y * floor(x / y), with the sign of y; integers modulo zero give 0, as in NumPy.
    Mod,
    /// x to the power y; integers wrap around, a negative integer exponent gives 0 unless x is 1 or -1.
    Pow,
    /// The larger of x and y; NaN if either is NaN.
    Maximum,
    /// The smaller of x and y; NaN if either is NaN.
    Minimum,
    /// The angle of the point (y, x): arc tangent of x / y with the quadrant of both; first operand is the ordinate.
    Atan2,
    /// The length of the vector (x, y): sqrt(x * x + y * y) without overflow; NaN if either is NaN. The derivative at (0, 0) is taken as 0.
    Hypot,
    /// |x| with the sign of y, that of a zero included; NaN if either is NaN, whose own sign says nothing.
    CopySign,
    /// x * y + z, rounded once.
    Fma,
    /// max(x, 0). The derivative at 0 is taken as 1/2, as in Theano.
    Relu,
    /// -x.
    Neg,
    /// |x|.
    Abs,
    /// -1, 0 or 1; NaN for NaN.
    Sign,
    /// x * x.
    Sqr,
    /// The square root; NaN below 0.
    Sqrt,
    /// The real cube root, with the sign of x.
    Cbrt,
    /// 1 / x.
    Reciprocal,
    /// e to the power x.
    Exp,
    /// 2 to the power x.
    Exp2,
    /// exp(x) - 1, accurate near 0.
    Expm1,
    /// The natural logarithm; NaN below 0.
    Log,
    /// log(1 + x), accurate near 0.
    Log1p,
    /// The logarithm to base 2.
    Log2,
    /// The logarithm to base 10.
    Log10,
    /// 1 / (1 + exp(-x)).
    Sigmoid,
    /// log(1 + exp(x)).
    Softplus,
    /// log(1 - exp(x)); NaN above 0.
    Log1mExp,
    /// log(exp(x) + exp(y)).
    LogAddExp,
    /// exp(x + y), as accurate as exp(x): what rounding loses of x + y is put back.
    ExpAdd,
    /// The sine of x radians.
    Sin,
    /// The cosine of x radians.
    Cos,
    /// The tangent of x radians.
    Tan,
    /// The angle in \[-pi/2, pi/2\] whose sine is x; NaN outside \[-1, 1\].
    Arcsin,
    /// The angle in \[0, pi\] whose cosine is x; NaN outside \[-1, 1\].
    Arccos,
    /// The angle in \[-pi/2, pi/2\] whose tangent is x.
    Arctan,
    /// (exp(x) - exp(-x)) / 2.
    Sinh,
    /// (exp(x) + exp(-x)) / 2.
    Cosh,
    /// sinh(x) / cosh(x).
    Tanh,
    /// The number whose hyperbolic sine is x.
    Arcsinh,
    /// The number of at least 0 whose hyperbolic cosine is x; NaN below 1.
    Arccosh,
    /// The number whose hyperbolic tangent is x; NaN outside \[-1, 1\].
    Arctanh,
    /// x degrees in radians.
    Deg2Rad,
    /// x radians in degrees.
    Rad2Deg,
    /// The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.
    Erf,
    /// 1 - erf(x), accurate until it underflows.
    Erfc,
    /// exp(x * x) * erfc(x), which neither overflows nor underflows for positive x.
    Erfcx,
    /// The logarithm of the standard normal distribution function, also where that underflows.
    LogNdtr,
    /// x * log(x), and 0 at 0.
    XLogX,
    /// x * log(y), and 0 where x is 0 and y is no NaN.
    XLogY,
    /// The largest integer not above x.
    Floor,
    /// The smallest integer not below x.
    Ceil,
    /// The nearest integer, ties to even.
    Round,
    /// x without its fraction.
    Trunc,
    /// Whether x is NaN.
    IsNan,
    /// Whether x is infinite.
    IsInf,
    /// Whether x is neither NaN nor infinite.
    IsFinite,
    /// Bitwise complement; logical on bool.
    Not,
    /// Bitwise and; logical on bool.
    And,
    /// Bitwise or; logical on bool.
    Or,
    /// Bitwise exclusive or; logical on bool.
    Xor,
    /// x < y.
    Lt,
    /// x <= y.
    Le,
    /// x > y.
    Gt,
    /// x >= y.
    Ge,
    /// x == y; false for NaN.
    Eq,
    /// x != y; true for NaN.
    Ne,
    /// Elementwise x where c holds, else y. Theano's switch.
    Select,
    /// Conversion of the element type. Float to integer truncates and saturates, NaN gives 0; to bool is x != 0.
    Cast,
    /// Repeats x: operand dim i becomes result dim axes\[i\], every other result dim is new.
    Broadcast,
    /// Permutes dims, drops length-1 dims and inserts new ones: result dim i is operand dim order\[i\], or 1 where it is -1.
    Dimshuffle,
    /// The same elements in row-major order under another shape.
    Reshape,
    /// x, of which `facts` are promised: names such as `positive, finite`. The optimizer and compiled code trust them; the reference interpreter refuses a value that breaks one.
    Assume,
    /// Element i along dim d is operand element starts\[d\] + steps\[d\] * i. Starts are dim expressions.
    Slice,
    /// Rows of x: result\[i..., j...\] = x\[index\[i...\], j...\]. A negative index counts from the end; one outside is an error.
    Gather,
    /// One element of each row: result\[i...\] = x\[i..., index\[i...\]\], Theano's x\[arange(n), y\]. A negative index counts from the end; one outside is an error.
    Pick,
    /// The diagonal of the last two dims: result\[i..., j\] = x\[i..., j, j\], as long as the shorter of the two.
    Diagonal,
    /// Concatenates along `axis`.
    Join,
    /// Adds `low` elements before and `high` after along each dim, all equal to the rank-0 value.
    Pad,
    /// x with the slice starts + steps * i replaced by y.
    SetSubtensor,
    /// x with y added to the slice starts + steps * i.
    IncSubtensor,
    /// x with y\[i...\] added to row index\[i...\], for all i in row-major order; repeated indices accumulate. An index outside is an error.
    ScatterAdd,
    /// The sum over `axes`; 0 over an empty dim. f32 accumulates in blocks whose partial sums are f64.
    Sum,
    /// The product over `axes`; 1 over an empty dim.
    Prod,
    /// The largest element over `axes`; NaN if any is NaN; an empty dim is an error.
    Max,
    /// The smallest element over `axes`; NaN if any is NaN; an empty dim is an error.
    Min,
    /// The root of the sum of squares over `axes`, where squares overflow or underflow too; 0 over an empty dim. The gradient where all elements are 0 is taken as 0.
    Norm,
    /// The largest element over `axes`, -inf over an empty dim; NaN if any is NaN.
    Supremum,
    /// The sum over `axes` divided by the number of elements; NaN over an empty dim.
    Mean,
    /// The index of the first largest element along `axis`, or of the first NaN; an empty dim is an error.
    Argmax,
    /// log(sum(exp(x))) over `axes`, without overflow or loss of what is small beside the largest term; -inf over an empty dim.
    LogSumExp,
    /// exp(x) / sum(exp(x)) along `axes`, without overflow; empty along an empty dim.
    Softmax,
    /// log(softmax(x)) along `axes`, without overflow or loss of probabilities near 0 or 1; empty along an empty dim.
    LogSoftmax,
    /// NumPy's dot for ranks 1 and 2: contracts the last dim of x with the first of y.
    Dot,
    /// A product of matrices for each index of the first dim: result\[b, i, j\] = sum_k x\[b, i, k\] * y\[b, k, j\].
    BatchedDot,
    /// Ends a region and gives its values.
    Yield,
    /// Runs its region `count` times over carried values; the first region argument is the step, i64 from 0. A count below 1 runs it never.
    Loop,
    /// The values of the first region if the rank-0 bool holds, else of the second. Only one region runs. Theano's ifelse.
    Cond,
    /// Ops that are computed together; made by --thn-plan-kernels. Region arguments are the operands.
    Kernel,
    /// An op of another dialect, kept as it is.
    Foreign,
}

impl OpKind {
    /// Every op of the table, in its order.
    pub const ALL: [OpKind; 105] = [
        OpKind::Constant,
        OpKind::Dim,
        OpKind::Iota,
        OpKind::Add,
        OpKind::Sub,
        OpKind::Mul,
        OpKind::Div,
        OpKind::FloorDiv,
        OpKind::Mod,
        OpKind::Pow,
        OpKind::Maximum,
        OpKind::Minimum,
        OpKind::Atan2,
        OpKind::Hypot,
        OpKind::CopySign,
        OpKind::Fma,
        OpKind::Relu,
        OpKind::Neg,
        OpKind::Abs,
        OpKind::Sign,
        OpKind::Sqr,
        OpKind::Sqrt,
        OpKind::Cbrt,
        OpKind::Reciprocal,
        OpKind::Exp,
        OpKind::Exp2,
        OpKind::Expm1,
        OpKind::Log,
        OpKind::Log1p,
        OpKind::Log2,
        OpKind::Log10,
        OpKind::Sigmoid,
        OpKind::Softplus,
        OpKind::Log1mExp,
        OpKind::LogAddExp,
        OpKind::ExpAdd,
        OpKind::Sin,
        OpKind::Cos,
        OpKind::Tan,
        OpKind::Arcsin,
        OpKind::Arccos,
        OpKind::Arctan,
        OpKind::Sinh,
        OpKind::Cosh,
        OpKind::Tanh,
        OpKind::Arcsinh,
        OpKind::Arccosh,
        OpKind::Arctanh,
        OpKind::Deg2Rad,
        OpKind::Rad2Deg,
        OpKind::Erf,
        OpKind::Erfc,
        OpKind::Erfcx,
        OpKind::LogNdtr,
        OpKind::XLogX,
        OpKind::XLogY,
        OpKind::Floor,
        OpKind::Ceil,
        OpKind::Round,
        OpKind::Trunc,
        OpKind::IsNan,
        OpKind::IsInf,
        OpKind::IsFinite,
        OpKind::Not,
        OpKind::And,
        OpKind::Or,
        OpKind::Xor,
        OpKind::Lt,
        OpKind::Le,
        OpKind::Gt,
        OpKind::Ge,
        OpKind::Eq,
        OpKind::Ne,
        OpKind::Select,
        OpKind::Cast,
        OpKind::Broadcast,
        OpKind::Dimshuffle,
        OpKind::Reshape,
        OpKind::Assume,
        OpKind::Slice,
        OpKind::Gather,
        OpKind::Pick,
        OpKind::Diagonal,
        OpKind::Join,
        OpKind::Pad,
        OpKind::SetSubtensor,
        OpKind::IncSubtensor,
        OpKind::ScatterAdd,
        OpKind::Sum,
        OpKind::Prod,
        OpKind::Max,
        OpKind::Min,
        OpKind::Norm,
        OpKind::Supremum,
        OpKind::Mean,
        OpKind::Argmax,
        OpKind::LogSumExp,
        OpKind::Softmax,
        OpKind::LogSoftmax,
        OpKind::Dot,
        OpKind::BatchedDot,
        OpKind::Yield,
        OpKind::Loop,
        OpKind::Cond,
        OpKind::Kernel,
    ];

    /// The op with this name, without `thn.`.
    pub fn from_mnemonic(name: &str) -> Option<OpKind> {
        Some(match name {
            "constant" => OpKind::Constant,
            "dim" => OpKind::Dim,
            "iota" => OpKind::Iota,
            "add" => OpKind::Add,
            "sub" => OpKind::Sub,
            "mul" => OpKind::Mul,
            "div" => OpKind::Div,
            "floordiv" => OpKind::FloorDiv,
            "mod" => OpKind::Mod,
            "pow" => OpKind::Pow,
            "maximum" => OpKind::Maximum,
            "minimum" => OpKind::Minimum,
            "atan2" => OpKind::Atan2,
            "hypot" => OpKind::Hypot,
            "copysign" => OpKind::CopySign,
            "fma" => OpKind::Fma,
            "relu" => OpKind::Relu,
            "neg" => OpKind::Neg,
            "abs" => OpKind::Abs,
            "sign" => OpKind::Sign,
            "sqr" => OpKind::Sqr,
            "sqrt" => OpKind::Sqrt,
            "cbrt" => OpKind::Cbrt,
            "reciprocal" => OpKind::Reciprocal,
            "exp" => OpKind::Exp,
            "exp2" => OpKind::Exp2,
            "expm1" => OpKind::Expm1,
            "log" => OpKind::Log,
            "log1p" => OpKind::Log1p,
            "log2" => OpKind::Log2,
            "log10" => OpKind::Log10,
            "sigmoid" => OpKind::Sigmoid,
            "softplus" => OpKind::Softplus,
            "log1mexp" => OpKind::Log1mExp,
            "logaddexp" => OpKind::LogAddExp,
            "expadd" => OpKind::ExpAdd,
            "sin" => OpKind::Sin,
            "cos" => OpKind::Cos,
            "tan" => OpKind::Tan,
            "arcsin" => OpKind::Arcsin,
            "arccos" => OpKind::Arccos,
            "arctan" => OpKind::Arctan,
            "sinh" => OpKind::Sinh,
            "cosh" => OpKind::Cosh,
            "tanh" => OpKind::Tanh,
            "arcsinh" => OpKind::Arcsinh,
            "arccosh" => OpKind::Arccosh,
            "arctanh" => OpKind::Arctanh,
            "deg2rad" => OpKind::Deg2Rad,
            "rad2deg" => OpKind::Rad2Deg,
            "erf" => OpKind::Erf,
            "erfc" => OpKind::Erfc,
            "erfcx" => OpKind::Erfcx,
            "log_ndtr" => OpKind::LogNdtr,
            "xlogx" => OpKind::XLogX,
            "xlogy" => OpKind::XLogY,
            "floor" => OpKind::Floor,
            "ceil" => OpKind::Ceil,
            "round" => OpKind::Round,
            "trunc" => OpKind::Trunc,
            "isnan" => OpKind::IsNan,
            "isinf" => OpKind::IsInf,
            "isfinite" => OpKind::IsFinite,
            "not" => OpKind::Not,
            "and" => OpKind::And,
            "or" => OpKind::Or,
            "xor" => OpKind::Xor,
            "lt" => OpKind::Lt,
            "le" => OpKind::Le,
            "gt" => OpKind::Gt,
            "ge" => OpKind::Ge,
            "eq" => OpKind::Eq,
            "ne" => OpKind::Ne,
            "select" => OpKind::Select,
            "cast" => OpKind::Cast,
            "broadcast" => OpKind::Broadcast,
            "dimshuffle" => OpKind::Dimshuffle,
            "reshape" => OpKind::Reshape,
            "assume" => OpKind::Assume,
            "slice" => OpKind::Slice,
            "gather" => OpKind::Gather,
            "pick" => OpKind::Pick,
            "diagonal" => OpKind::Diagonal,
            "join" => OpKind::Join,
            "pad" => OpKind::Pad,
            "set_subtensor" => OpKind::SetSubtensor,
            "inc_subtensor" => OpKind::IncSubtensor,
            "scatter_add" => OpKind::ScatterAdd,
            "sum" => OpKind::Sum,
            "prod" => OpKind::Prod,
            "max" => OpKind::Max,
            "min" => OpKind::Min,
            "norm" => OpKind::Norm,
            "supremum" => OpKind::Supremum,
            "mean" => OpKind::Mean,
            "argmax" => OpKind::Argmax,
            "logsumexp" => OpKind::LogSumExp,
            "softmax" => OpKind::Softmax,
            "log_softmax" => OpKind::LogSoftmax,
            "dot" => OpKind::Dot,
            "batched_dot" => OpKind::BatchedDot,
            "yield" => OpKind::Yield,
            "loop" => OpKind::Loop,
            "cond" => OpKind::Cond,
            "kernel" => OpKind::Kernel,
            _ => return None,
        })
    }

    /// What the table says of the op.
    pub fn row(self) -> &'static OpRow {
        match self {
            OpKind::Constant => &CONSTANT,
            OpKind::Dim => &DIM,
            OpKind::Iota => &IOTA,
            OpKind::Add => &ADD,
            OpKind::Sub => &SUB,
            OpKind::Mul => &MUL,
            OpKind::Div => &DIV,
            OpKind::FloorDiv => &FLOORDIV,
            OpKind::Mod => &MOD,
            OpKind::Pow => &POW,
            OpKind::Maximum => &MAXIMUM,
            OpKind::Minimum => &MINIMUM,
            OpKind::Atan2 => &ATAN2,
            OpKind::Hypot => &HYPOT,
            OpKind::CopySign => &COPYSIGN,
            OpKind::Fma => &FMA,
            OpKind::Relu => &RELU,
            OpKind::Neg => &NEG,
            OpKind::Abs => &ABS,
            OpKind::Sign => &SIGN,
            OpKind::Sqr => &SQR,
            OpKind::Sqrt => &SQRT,
            OpKind::Cbrt => &CBRT,
            OpKind::Reciprocal => &RECIPROCAL,
            OpKind::Exp => &EXP,
            OpKind::Exp2 => &EXP2,
            OpKind::Expm1 => &EXPM1,
            OpKind::Log => &LOG,
            OpKind::Log1p => &LOG1P,
            OpKind::Log2 => &LOG2,
            OpKind::Log10 => &LOG10,
            OpKind::Sigmoid => &SIGMOID,
            OpKind::Softplus => &SOFTPLUS,
            OpKind::Log1mExp => &LOG1MEXP,
            OpKind::LogAddExp => &LOGADDEXP,
            OpKind::ExpAdd => &EXPADD,
            OpKind::Sin => &SIN,
            OpKind::Cos => &COS,
            OpKind::Tan => &TAN,
            OpKind::Arcsin => &ARCSIN,
            OpKind::Arccos => &ARCCOS,
            OpKind::Arctan => &ARCTAN,
            OpKind::Sinh => &SINH,
            OpKind::Cosh => &COSH,
            OpKind::Tanh => &TANH,
            OpKind::Arcsinh => &ARCSINH,
            OpKind::Arccosh => &ARCCOSH,
            OpKind::Arctanh => &ARCTANH,
            OpKind::Deg2Rad => &DEG2RAD,
            OpKind::Rad2Deg => &RAD2DEG,
            OpKind::Erf => &ERF,
            OpKind::Erfc => &ERFC,
            OpKind::Erfcx => &ERFCX,
            OpKind::LogNdtr => &LOG_NDTR,
            OpKind::XLogX => &XLOGX,
            OpKind::XLogY => &XLOGY,
            OpKind::Floor => &FLOOR,
            OpKind::Ceil => &CEIL,
            OpKind::Round => &ROUND,
            OpKind::Trunc => &TRUNC,
            OpKind::IsNan => &ISNAN,
            OpKind::IsInf => &ISINF,
            OpKind::IsFinite => &ISFINITE,
            OpKind::Not => &NOT,
            OpKind::And => &AND,
            OpKind::Or => &OR,
            OpKind::Xor => &XOR,
            OpKind::Lt => &LT,
            OpKind::Le => &LE,
            OpKind::Gt => &GT,
            OpKind::Ge => &GE,
            OpKind::Eq => &EQ,
            OpKind::Ne => &NE,
            OpKind::Select => &SELECT,
            OpKind::Cast => &CAST,
            OpKind::Broadcast => &BROADCAST,
            OpKind::Dimshuffle => &DIMSHUFFLE,
            OpKind::Reshape => &RESHAPE,
            OpKind::Assume => &ASSUME,
            OpKind::Slice => &SLICE,
            OpKind::Gather => &GATHER,
            OpKind::Pick => &PICK,
            OpKind::Diagonal => &DIAGONAL,
            OpKind::Join => &JOIN,
            OpKind::Pad => &PAD,
            OpKind::SetSubtensor => &SET_SUBTENSOR,
            OpKind::IncSubtensor => &INC_SUBTENSOR,
            OpKind::ScatterAdd => &SCATTER_ADD,
            OpKind::Sum => &SUM,
            OpKind::Prod => &PROD,
            OpKind::Max => &MAX,
            OpKind::Min => &MIN,
            OpKind::Norm => &NORM,
            OpKind::Supremum => &SUPREMUM,
            OpKind::Mean => &MEAN,
            OpKind::Argmax => &ARGMAX,
            OpKind::LogSumExp => &LOGSUMEXP,
            OpKind::Softmax => &SOFTMAX,
            OpKind::LogSoftmax => &LOG_SOFTMAX,
            OpKind::Dot => &DOT,
            OpKind::BatchedDot => &BATCHED_DOT,
            OpKind::Yield => &YIELD,
            OpKind::Loop => &LOOP,
            OpKind::Cond => &COND,
            OpKind::Kernel => &KERNEL,
            OpKind::Foreign => &FOREIGN,
        }
    }
}

static CONSTANT: OpRow = OpRow {
    kind: OpKind::Constant,
    mnemonic: "constant",
    summary: "A literal tensor.",
    operands: &[],
    attrs: &[AttrSpec { name: "value", kind: AttrKind::Literal }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Constant),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Any, emit: "arith.constant", predicate: None }],
    cost: 0,
    max_ulp: 1,
};

static DIM: OpRow = OpRow {
    kind: OpKind::Dim,
    mnemonic: "dim",
    summary: "A dimension expression over named dims, as a rank-0 i64 tensor.",
    operands: &[],
    attrs: &[AttrSpec { name: "expr", kind: AttrKind::Dim }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Dim),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Int, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static IOTA: OpRow = OpRow {
    kind: OpKind::Iota,
    mnemonic: "iota",
    summary: "The index along `axis` at every position.",
    operands: &[],
    attrs: &[AttrSpec { name: "axis", kind: AttrKind::Int }],
    regions: 0,
    shaped: true,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Iota),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static ADD: OpRow = OpRow {
    kind: OpKind::Add,
    mnemonic: "add",
    summary: "x + y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("add", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.addf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.addi", predicate: None },
    ]),
    partials: &[Expr::Number("1"), Expr::Number("1")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.addf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.addi", predicate: None },
        Prim { class: DTypeClass::Number, emit: "linalg.add", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static SUB: OpRow = OpRow {
    kind: OpKind::Sub,
    mnemonic: "sub",
    summary: "x - y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sub", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.subf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.subi", predicate: None },
    ]),
    partials: &[Expr::Number("1"), Expr::Number("-1")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.subf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.subi", predicate: None },
        Prim { class: DTypeClass::Number, emit: "linalg.sub", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static MUL: OpRow = OpRow {
    kind: OpKind::Mul,
    mnemonic: "mul",
    summary: "x * y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.mulf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.muli", predicate: None },
    ]),
    partials: &[Expr::Operand(1), Expr::Operand(0)],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.mulf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "arith.muli", predicate: None },
        Prim { class: DTypeClass::Number, emit: "linalg.mul", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static DIV: OpRow = OpRow {
    kind: OpKind::Div,
    mnemonic: "div",
    summary: "x / y, true division.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("div", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "arith.divf", predicate: None }]),
    partials: &[
        Expr::Op(OpKind::Reciprocal, &[Expr::Operand(1)]),
        Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Div, &[Expr::Result, Expr::Operand(1)])]),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.divf", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.div", predicate: None },
    ],
    cost: 4,
    max_ulp: 1,
};

static FLOORDIV: OpRow = OpRow {
    kind: OpKind::FloorDiv,
    mnemonic: "floordiv",
    summary: "floor(x / y), of the quotient before it is rounded; integers divided by zero give 0, as in NumPy. A finite x over an infinite y of the other sign is -1, an infinite x keeps its size.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "select",
        &[
            Expr::Real(
                "and",
                &[
                    Expr::Real(
                        "and",
                        &[
                            Expr::Real("isfinite", &[Expr::Operand(0)]),
                            Expr::Real("ne", &[Expr::Operand(0), Expr::Number("0")]),
                        ],
                    ),
                    Expr::Real(
                        "and",
                        &[
                            Expr::Real("eq", &[Expr::Real("abs", &[Expr::Operand(1)]), Expr::Number("inf")]),
                            Expr::Real(
                                "xor",
                                &[
                                    Expr::Real("lt", &[Expr::Operand(0), Expr::Number("0")]),
                                    Expr::Real("lt", &[Expr::Operand(1), Expr::Number("0")]),
                                ],
                            ),
                        ],
                    ),
                ],
            ),
            Expr::Number("-1"),
            Expr::Real("floor", &[Expr::Real("div", &[Expr::Operand(0), Expr::Operand(1)])]),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Number, emit: "thn_floordiv", predicate: None }]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 6,
    max_ulp: 1,
};

static MOD: OpRow = OpRow {
    kind: OpKind::Mod,
    mnemonic: "mod",
    summary: "x - y * floor(x / y), with the sign of y; integers modulo zero give 0, as in NumPy.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("mod", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Number, emit: "thn_mod", predicate: None }]),
    partials: &[
        Expr::Number("1"),
        Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::FloorDiv, &[Expr::Operand(0), Expr::Operand(1)])]),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 8,
    max_ulp: 1,
};

static POW: OpRow = OpRow {
    kind: OpKind::Pow,
    mnemonic: "pow",
    summary: "x to the power y; integers wrap around, a negative integer exponent gives 0 unless x is 1 or -1.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("pow", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Number, emit: "thn_pow", predicate: None }]),
    partials: &[
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(
                    OpKind::And,
                    &[
                        Expr::Op(
                            OpKind::Ge,
                            &[Expr::Op(OpKind::Abs, &[Expr::Operand(1)]), Expr::Number("0.15")],
                        ),
                        Expr::Op(
                            OpKind::Lt,
                            &[Expr::Op(OpKind::Abs, &[Expr::Operand(1)]), Expr::Number("1e7")],
                        ),
                    ],
                ),
                Expr::Op(
                    OpKind::Mul,
                    &[
                        Expr::Operand(1),
                        Expr::Op(
                            OpKind::Pow,
                            &[
                                Expr::Operand(0),
                                Expr::Op(OpKind::Sub, &[Expr::Operand(1), Expr::Number("1")]),
                            ],
                        ),
                    ],
                ),
                Expr::Op(
                    OpKind::Select,
                    &[
                        Expr::Op(
                            OpKind::Or,
                            &[
                                Expr::Op(OpKind::Eq, &[Expr::Operand(1), Expr::Number("0")]),
                                Expr::Op(
                                    OpKind::And,
                                    &[
                                        Expr::Op(OpKind::Eq, &[Expr::Result, Expr::Number("0")]),
                                        Expr::Op(
                                            OpKind::Ge,
                                            &[
                                                Expr::Op(OpKind::Abs, &[Expr::Operand(1)]),
                                                Expr::Number("1e7"),
                                            ],
                                        ),
                                    ],
                                ),
                            ],
                        ),
                        Expr::Number("0"),
                        Expr::Op(
                            OpKind::Select,
                            &[
                                Expr::Op(
                                    OpKind::Or,
                                    &[
                                        Expr::Op(
                                            OpKind::And,
                                            &[
                                                Expr::Op(
                                                    OpKind::Ge,
                                                    &[
                                                        Expr::Op(OpKind::Abs, &[Expr::Operand(1)]),
                                                        Expr::Number("1e7"),
                                                    ],
                                                ),
                                                Expr::Op(OpKind::IsFinite, &[Expr::Operand(0)]),
                                            ],
                                        ),
                                        Expr::Op(
                                            OpKind::And,
                                            &[
                                                Expr::Op(OpKind::IsFinite, &[Expr::Result]),
                                                Expr::Op(OpKind::Ne, &[Expr::Result, Expr::Number("0")]),
                                            ],
                                        ),
                                    ],
                                ),
                                Expr::Op(
                                    OpKind::Div,
                                    &[
                                        Expr::Op(OpKind::Mul, &[Expr::Operand(1), Expr::Result]),
                                        Expr::Operand(0),
                                    ],
                                ),
                                Expr::Op(
                                    OpKind::Mul,
                                    &[
                                        Expr::Operand(1),
                                        Expr::Op(
                                            OpKind::Pow,
                                            &[
                                                Expr::Operand(0),
                                                Expr::Op(OpKind::Sub, &[Expr::Operand(1), Expr::Number("1")]),
                                            ],
                                        ),
                                    ],
                                ),
                            ],
                        ),
                    ],
                ),
            ],
        ),
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("0")]),
                Expr::Op(
                    OpKind::Select,
                    &[
                        Expr::Op(OpKind::Ge, &[Expr::Operand(1), Expr::Number("0")]),
                        Expr::Number("0"),
                        Expr::Number("nan"),
                    ],
                ),
                Expr::Op(
                    OpKind::Select,
                    &[
                        Expr::Op(
                            OpKind::And,
                            &[
                                Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("inf")]),
                                Expr::Op(OpKind::Lt, &[Expr::Operand(1), Expr::Number("0")]),
                            ],
                        ),
                        Expr::Number("0"),
                        Expr::Op(OpKind::Mul, &[Expr::Result, Expr::Op(OpKind::Log, &[Expr::Operand(0)])]),
                    ],
                ),
            ],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.powf", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.powf", predicate: None },
    ],
    cost: 40,
    max_ulp: 2,
};

static MAXIMUM: OpRow = OpRow {
    kind: OpKind::Maximum,
    mnemonic: "maximum",
    summary: "The larger of x and y; NaN if either is NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("max", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.maximumf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "arith.maxsi", predicate: None },
        Prim { class: DTypeClass::UInt, emit: "arith.maxui", predicate: None },
        Prim { class: DTypeClass::Bool, emit: "arith.ori", predicate: None },
    ]),
    partials: &[
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Ge, &[Expr::Operand(0), Expr::Operand(1)]),
                Expr::Number("1"),
                Expr::Number("0"),
            ],
        ),
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Ge, &[Expr::Operand(0), Expr::Operand(1)]),
                Expr::Number("0"),
                Expr::Number("1"),
            ],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.maximumf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "arith.maxsi", predicate: None },
        Prim { class: DTypeClass::Number, emit: "linalg.max", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static MINIMUM: OpRow = OpRow {
    kind: OpKind::Minimum,
    mnemonic: "minimum",
    summary: "The smaller of x and y; NaN if either is NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("min", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.minimumf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "arith.minsi", predicate: None },
        Prim { class: DTypeClass::UInt, emit: "arith.minui", predicate: None },
        Prim { class: DTypeClass::Bool, emit: "arith.andi", predicate: None },
    ]),
    partials: &[
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Le, &[Expr::Operand(0), Expr::Operand(1)]),
                Expr::Number("1"),
                Expr::Number("0"),
            ],
        ),
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Le, &[Expr::Operand(0), Expr::Operand(1)]),
                Expr::Number("0"),
                Expr::Number("1"),
            ],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.minimumf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "arith.minsi", predicate: None },
        Prim { class: DTypeClass::Number, emit: "linalg.min", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static ATAN2: OpRow = OpRow {
    kind: OpKind::Atan2,
    mnemonic: "atan2",
    summary: "The angle of the point (y, x): arc tangent of x / y with the quadrant of both; first operand is the ordinate.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("atan2", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_atan2", predicate: None }]),
    partials: &[
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(
                    OpKind::Ge,
                    &[Expr::Op(OpKind::Abs, &[Expr::Operand(1)]), Expr::Op(OpKind::Abs, &[Expr::Operand(0)])],
                ),
                Expr::Op(
                    OpKind::Div,
                    &[
                        Expr::Op(OpKind::Reciprocal, &[Expr::Operand(1)]),
                        Expr::Op(
                            OpKind::Add,
                            &[
                                Expr::Number("1"),
                                Expr::Op(
                                    OpKind::Sqr,
                                    &[Expr::Op(OpKind::Div, &[Expr::Operand(0), Expr::Operand(1)])],
                                ),
                            ],
                        ),
                    ],
                ),
                Expr::Op(
                    OpKind::Div,
                    &[
                        Expr::Op(
                            OpKind::Div,
                            &[Expr::Op(OpKind::Div, &[Expr::Operand(1), Expr::Operand(0)]), Expr::Operand(0)],
                        ),
                        Expr::Op(
                            OpKind::Add,
                            &[
                                Expr::Number("1"),
                                Expr::Op(
                                    OpKind::Sqr,
                                    &[Expr::Op(OpKind::Div, &[Expr::Operand(1), Expr::Operand(0)])],
                                ),
                            ],
                        ),
                    ],
                ),
            ],
        ),
        Expr::Op(
            OpKind::Neg,
            &[Expr::Op(
                OpKind::Select,
                &[
                    Expr::Op(
                        OpKind::Ge,
                        &[
                            Expr::Op(OpKind::Abs, &[Expr::Operand(0)]),
                            Expr::Op(OpKind::Abs, &[Expr::Operand(1)]),
                        ],
                    ),
                    Expr::Op(
                        OpKind::Div,
                        &[
                            Expr::Op(OpKind::Reciprocal, &[Expr::Operand(0)]),
                            Expr::Op(
                                OpKind::Add,
                                &[
                                    Expr::Number("1"),
                                    Expr::Op(
                                        OpKind::Sqr,
                                        &[Expr::Op(OpKind::Div, &[Expr::Operand(1), Expr::Operand(0)])],
                                    ),
                                ],
                            ),
                        ],
                    ),
                    Expr::Op(
                        OpKind::Div,
                        &[
                            Expr::Op(
                                OpKind::Div,
                                &[
                                    Expr::Op(OpKind::Div, &[Expr::Operand(0), Expr::Operand(1)]),
                                    Expr::Operand(1),
                                ],
                            ),
                            Expr::Op(
                                OpKind::Add,
                                &[
                                    Expr::Number("1"),
                                    Expr::Op(
                                        OpKind::Sqr,
                                        &[Expr::Op(OpKind::Div, &[Expr::Operand(0), Expr::Operand(1)])],
                                    ),
                                ],
                            ),
                        ],
                    ),
                ],
            )],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.atan2", predicate: None }],
    cost: 40,
    max_ulp: 2,
};

static HYPOT: OpRow = OpRow {
    kind: OpKind::Hypot,
    mnemonic: "hypot",
    summary: "The length of the vector (x, y): sqrt(x * x + y * y) without overflow; NaN if either is NaN. The derivative at (0, 0) is taken as 0.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real(
        "sqrt",
        &[Expr::Real(
            "add",
            &[
                Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(0)]),
                Expr::Real("mul", &[Expr::Operand(1), Expr::Operand(1)]),
            ],
        )],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_hypot", predicate: None }]),
    partials: &[
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Eq, &[Expr::Result, Expr::Number("0")]),
                Expr::Number("0"),
                Expr::Op(OpKind::Div, &[Expr::Operand(0), Expr::Result]),
            ],
        ),
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Eq, &[Expr::Result, Expr::Number("0")]),
                Expr::Number("0"),
                Expr::Op(OpKind::Div, &[Expr::Operand(1), Expr::Result]),
            ],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 15,
    max_ulp: 1,
};

static COPYSIGN: OpRow = OpRow {
    kind: OpKind::CopySign,
    mnemonic: "copysign",
    summary: "|x| with the sign of y, that of a zero included; NaN if either is NaN, whose own sign says nothing.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("copysign", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_copysign", predicate: None }]),
    partials: &[
        Expr::Op(
            OpKind::Mul,
            &[
                Expr::Op(OpKind::Sign, &[Expr::Operand(0)]),
                Expr::Op(OpKind::CopySign, &[Expr::Number("1"), Expr::Operand(1)]),
            ],
        ),
        Expr::Number("0"),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 2,
    max_ulp: 1,
};

static FMA: OpRow = OpRow {
    kind: OpKind::Fma,
    mnemonic: "fma",
    summary: "x * y + z, rounded once.",
    operands: &[
        OperandSpec { name: "x", variadic: false },
        OperandSpec { name: "y", variadic: false },
        OperandSpec { name: "z", variadic: false },
    ],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "add",
        &[Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(1)]), Expr::Operand(2)],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.fma", predicate: None }]),
    partials: &[Expr::Operand(1), Expr::Operand(0), Expr::Number("1")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.fma", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static RELU: OpRow = OpRow {
    kind: OpKind::Relu,
    mnemonic: "relu",
    summary: "max(x, 0). The derivative at 0 is taken as 1/2, as in Theano.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("max", &[Expr::Operand(0), Expr::Number("0")])),
    semantics: Semantics::Expand(Expr::Op(OpKind::Maximum, &[Expr::Operand(0), Expr::Number("0")])),
    partials: &[Expr::Op(
        OpKind::Select,
        &[
            Expr::Op(OpKind::Gt, &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Number("1"),
            Expr::Op(
                OpKind::Select,
                &[
                    Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("0")]),
                    Expr::Number("0.5"),
                    Expr::Number("0"),
                ],
            ),
        ],
    )],
    transpose: None,
    properties: &[Property::Rising, Property::Idempotent],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static NEG: OpRow = OpRow {
    kind: OpKind::Neg,
    mnemonic: "neg",
    summary: "-x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("neg", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.negf", predicate: None },
        Prim { class: DTypeClass::Int, emit: "thn_neg", predicate: None },
    ]),
    partials: &[Expr::Number("-1")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.negf", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.negf", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static ABS: OpRow = OpRow {
    kind: OpKind::Abs,
    mnemonic: "abs",
    summary: "|x|.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("abs", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "math.absf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "thn_abs", predicate: None },
        Prim { class: DTypeClass::UInt, emit: "identity", predicate: None },
    ]),
    partials: &[Expr::Op(OpKind::Sign, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Idempotent],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.absf", predicate: None },
        Prim { class: DTypeClass::SInt, emit: "math.absi", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.abs", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static SIGN: OpRow = OpRow {
    kind: OpKind::Sign,
    mnemonic: "sign",
    summary: "-1, 0 or 1; NaN for NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sign", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Number, emit: "thn_sign", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Rising, Property::Idempotent, Property::Integral],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 3,
    max_ulp: 1,
};

static SQR: OpRow = OpRow {
    kind: OpKind::Sqr,
    mnemonic: "sqr",
    summary: "x * x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(0)])),
    semantics: Semantics::Expand(Expr::Op(OpKind::Mul, &[Expr::Operand(0), Expr::Operand(0)])),
    partials: &[Expr::Op(OpKind::Mul, &[Expr::Number("2"), Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static SQRT: OpRow = OpRow {
    kind: OpKind::Sqrt,
    mnemonic: "sqrt",
    summary: "The square root; NaN below 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sqrt", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.sqrt", predicate: None }]),
    partials: &[Expr::Op(OpKind::Div, &[Expr::Number("0.5"), Expr::Result])],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.sqrt", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.sqrt", predicate: None },
    ],
    cost: 5,
    max_ulp: 1,
};

static CBRT: OpRow = OpRow {
    kind: OpKind::Cbrt,
    mnemonic: "cbrt",
    summary: "The real cube root, with the sign of x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "copysign",
        &[
            Expr::Real(
                "pow",
                &[
                    Expr::Real("abs", &[Expr::Operand(0)]),
                    Expr::Real("div", &[Expr::Number("1"), Expr::Number("3")]),
                ],
            ),
            Expr::Operand(0),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_cbrt", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(OpKind::Mul, &[Expr::Number("3"), Expr::Op(OpKind::Sqr, &[Expr::Result])])],
    )],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.cbrt", predicate: None }],
    cost: 30,
    max_ulp: 1,
};

static RECIPROCAL: OpRow = OpRow {
    kind: OpKind::Reciprocal,
    mnemonic: "reciprocal",
    summary: "1 / x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("div", &[Expr::Number("1"), Expr::Operand(0)])),
    semantics: Semantics::Expand(Expr::Op(OpKind::Div, &[Expr::Number("1"), Expr::Operand(0)])),
    partials: &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Sqr, &[Expr::Result])])],
    transpose: None,
    properties: &[Property::Odd],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 4,
    max_ulp: 1,
};

static EXP: OpRow = OpRow {
    kind: OpKind::Exp,
    mnemonic: "exp",
    summary: "e to the power x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("exp", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_exp", predicate: None }]),
    partials: &[Expr::Result],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.exp", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.exp", predicate: None },
    ],
    cost: 20,
    max_ulp: 2,
};

static EXP2: OpRow = OpRow {
    kind: OpKind::Exp2,
    mnemonic: "exp2",
    summary: "2 to the power x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("pow", &[Expr::Number("2"), Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_exp2", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Mul,
        &[Expr::Result, Expr::Number("0.6931471805599453094172321214581765680755001343602552")],
    )],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.exp2", predicate: None }],
    cost: 20,
    max_ulp: 2,
};

static EXPM1: OpRow = OpRow {
    kind: OpKind::Expm1,
    mnemonic: "expm1",
    summary: "exp(x) - 1, accurate near 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sub", &[Expr::Real("exp", &[Expr::Operand(0)]), Expr::Number("1")])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_expm1", predicate: None }]),
    partials: &[Expr::Op(OpKind::Exp, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.expm1", predicate: None }],
    cost: 22,
    max_ulp: 2,
};

static LOG: OpRow = OpRow {
    kind: OpKind::Log,
    mnemonic: "log",
    summary: "The natural logarithm; NaN below 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("log", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_log", predicate: None }]),
    partials: &[Expr::Op(OpKind::Reciprocal, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[],
    undoes: Some(OpKind::Exp),
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.log", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.log", predicate: None },
    ],
    cost: 20,
    max_ulp: 2,
};

static LOG1P: OpRow = OpRow {
    kind: OpKind::Log1p,
    mnemonic: "log1p",
    summary: "log(1 + x), accurate near 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("log", &[Expr::Real("add", &[Expr::Number("1"), Expr::Operand(0)])])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_log1p", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Operand(0)])],
    )],
    transpose: None,
    properties: &[],
    undoes: Some(OpKind::Expm1),
    domain: Domain { low: -1.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.log1p", predicate: None }],
    cost: 24,
    max_ulp: 2,
};

static LOG2: OpRow = OpRow {
    kind: OpKind::Log2,
    mnemonic: "log2",
    summary: "The logarithm to base 2.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "div",
        &[Expr::Real("log", &[Expr::Operand(0)]), Expr::Real("log", &[Expr::Number("2")])],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_log2", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Div,
        &[Expr::Number("1.442695040888963407359924681001892137426645954152986"), Expr::Operand(0)],
    )],
    transpose: None,
    properties: &[],
    undoes: Some(OpKind::Exp2),
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.log2", predicate: None }],
    cost: 21,
    max_ulp: 2,
};

static LOG10: OpRow = OpRow {
    kind: OpKind::Log10,
    mnemonic: "log10",
    summary: "The logarithm to base 10.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "div",
        &[Expr::Real("log", &[Expr::Operand(0)]), Expr::Real("log", &[Expr::Number("10")])],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_log10", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Div,
        &[Expr::Number("0.4342944819032518276511289189166050822943970058036666"), Expr::Operand(0)],
    )],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.log10", predicate: None }],
    cost: 21,
    max_ulp: 2,
};

static SIGMOID: OpRow = OpRow {
    kind: OpKind::Sigmoid,
    mnemonic: "sigmoid",
    summary: "1 / (1 + exp(-x)).",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "div",
        &[
            Expr::Number("1"),
            Expr::Real(
                "add",
                &[Expr::Number("1"), Expr::Real("exp", &[Expr::Real("neg", &[Expr::Operand(0)])])],
            ),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_sigmoid", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Mul,
        &[Expr::Result, Expr::Op(OpKind::Sigmoid, &[Expr::Op(OpKind::Neg, &[Expr::Operand(0)])])],
    )],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 25,
    max_ulp: 3,
};

static SOFTPLUS: OpRow = OpRow {
    kind: OpKind::Softplus,
    mnemonic: "softplus",
    summary: "log(1 + exp(x)).",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "log",
        &[Expr::Real("add", &[Expr::Number("1"), Expr::Real("exp", &[Expr::Operand(0)])])],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Add,
        &[
            Expr::Op(OpKind::Maximum, &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Op(
                OpKind::Log1p,
                &[Expr::Op(
                    OpKind::Exp,
                    &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Abs, &[Expr::Operand(0)])])],
                )],
            ),
        ],
    )),
    partials: &[Expr::Op(OpKind::Sigmoid, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 46,
    max_ulp: 3,
};

static LOG1MEXP: OpRow = OpRow {
    kind: OpKind::Log1mExp,
    mnemonic: "log1mexp",
    summary: "log(1 - exp(x)); NaN above 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "log",
        &[Expr::Real("sub", &[Expr::Number("1"), Expr::Real("exp", &[Expr::Operand(0)])])],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Select,
        &[
            Expr::Op(OpKind::Lt, &[Expr::Operand(0), Expr::Number("-0.693")]),
            Expr::Op(OpKind::Log1p, &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Exp, &[Expr::Operand(0)])])]),
            Expr::Op(OpKind::Log, &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Expm1, &[Expr::Operand(0)])])]),
        ],
    )),
    partials: &[Expr::Op(
        OpKind::Neg,
        &[Expr::Op(
            OpKind::Reciprocal,
            &[Expr::Op(OpKind::Expm1, &[Expr::Op(OpKind::Neg, &[Expr::Operand(0)])])],
        )],
    )],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: 0.0 },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 90,
    max_ulp: 4,
};

static LOGADDEXP: OpRow = OpRow {
    kind: OpKind::LogAddExp,
    mnemonic: "logaddexp",
    summary: "log(exp(x) + exp(y)).",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real(
        "log",
        &[Expr::Real(
            "add",
            &[Expr::Real("exp", &[Expr::Operand(0)]), Expr::Real("exp", &[Expr::Operand(1)])],
        )],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Select,
        &[
            Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Operand(1)]),
            Expr::Op(
                OpKind::Add,
                &[Expr::Operand(0), Expr::Number("0.6931471805599453094172321214581765680755001343602552")],
            ),
            Expr::Op(
                OpKind::Add,
                &[
                    Expr::Op(OpKind::Maximum, &[Expr::Operand(0), Expr::Operand(1)]),
                    Expr::Op(
                        OpKind::Log1p,
                        &[Expr::Op(
                            OpKind::Exp,
                            &[Expr::Op(
                                OpKind::Neg,
                                &[Expr::Op(
                                    OpKind::Abs,
                                    &[Expr::Op(OpKind::Sub, &[Expr::Operand(0), Expr::Operand(1)])],
                                )],
                            )],
                        )],
                    ),
                ],
            ),
        ],
    )),
    partials: &[
        Expr::Op(OpKind::Sigmoid, &[Expr::Op(OpKind::Sub, &[Expr::Operand(0), Expr::Operand(1)])]),
        Expr::Op(OpKind::Sigmoid, &[Expr::Op(OpKind::Sub, &[Expr::Operand(1), Expr::Operand(0)])]),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 50,
    max_ulp: 4,
};

static EXPADD: OpRow = OpRow {
    kind: OpKind::ExpAdd,
    mnemonic: "expadd",
    summary: "exp(x + y), as accurate as exp(x): what rounding loses of x + y is put back.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("exp", &[Expr::Real("add", &[Expr::Operand(0), Expr::Operand(1)])])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_expadd", predicate: None }]),
    partials: &[Expr::Result, Expr::Result],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 27,
    max_ulp: 2,
};

static SIN: OpRow = OpRow {
    kind: OpKind::Sin,
    mnemonic: "sin",
    summary: "The sine of x radians.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sin", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_sin", predicate: None }]),
    partials: &[Expr::Op(OpKind::Cos, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Odd],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.sin", predicate: None }],
    cost: 25,
    max_ulp: 2,
};

static COS: OpRow = OpRow {
    kind: OpKind::Cos,
    mnemonic: "cos",
    summary: "The cosine of x radians.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("cos", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_cos", predicate: None }]),
    partials: &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Sin, &[Expr::Operand(0)])])],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.cos", predicate: None }],
    cost: 25,
    max_ulp: 2,
};

static TAN: OpRow = OpRow {
    kind: OpKind::Tan,
    mnemonic: "tan",
    summary: "The tangent of x radians.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("tan", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_tan", predicate: None }]),
    partials: &[Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Op(OpKind::Sqr, &[Expr::Result])])],
    transpose: None,
    properties: &[Property::Odd],
    undoes: Some(OpKind::Arctan),
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.tan", predicate: None }],
    cost: 40,
    max_ulp: 2,
};

static ARCSIN: OpRow = OpRow {
    kind: OpKind::Arcsin,
    mnemonic: "arcsin",
    summary: "The angle in [-pi/2, pi/2] whose sine is x; NaN outside [-1, 1].",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("asin", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arcsin", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(
            OpKind::Sqrt,
            &[Expr::Op(
                OpKind::Mul,
                &[
                    Expr::Op(OpKind::Sub, &[Expr::Number("1"), Expr::Operand(0)]),
                    Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Operand(0)]),
                ],
            )],
        )],
    )],
    transpose: None,
    properties: &[Property::Odd],
    undoes: None,
    domain: Domain { low: -1.0, high: 1.0 },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.asin", predicate: None }],
    cost: 30,
    max_ulp: 2,
};

static ARCCOS: OpRow = OpRow {
    kind: OpKind::Arccos,
    mnemonic: "arccos",
    summary: "The angle in [0, pi] whose cosine is x; NaN outside [-1, 1].",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("acos", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arccos", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Neg,
        &[Expr::Op(
            OpKind::Reciprocal,
            &[Expr::Op(
                OpKind::Sqrt,
                &[Expr::Op(
                    OpKind::Mul,
                    &[
                        Expr::Op(OpKind::Sub, &[Expr::Number("1"), Expr::Operand(0)]),
                        Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Operand(0)]),
                    ],
                )],
            )],
        )],
    )],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: -1.0, high: 1.0 },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.acos", predicate: None }],
    cost: 30,
    max_ulp: 2,
};

static ARCTAN: OpRow = OpRow {
    kind: OpKind::Arctan,
    mnemonic: "arctan",
    summary: "The angle in [-pi/2, pi/2] whose tangent is x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("atan", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arctan", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Op(OpKind::Sqr, &[Expr::Operand(0)])])],
    )],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.atan", predicate: None }],
    cost: 30,
    max_ulp: 2,
};

static SINH: OpRow = OpRow {
    kind: OpKind::Sinh,
    mnemonic: "sinh",
    summary: "(exp(x) - exp(-x)) / 2.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("sinh", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_sinh", predicate: None }]),
    partials: &[Expr::Op(OpKind::Cosh, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: Some(OpKind::Arcsinh),
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.sinh", predicate: None }],
    cost: 30,
    max_ulp: 2,
};

static COSH: OpRow = OpRow {
    kind: OpKind::Cosh,
    mnemonic: "cosh",
    summary: "(exp(x) + exp(-x)) / 2.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("cosh", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_cosh", predicate: None }]),
    partials: &[Expr::Op(OpKind::Sinh, &[Expr::Operand(0)])],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.cosh", predicate: None }],
    cost: 30,
    max_ulp: 2,
};

static TANH: OpRow = OpRow {
    kind: OpKind::Tanh,
    mnemonic: "tanh",
    summary: "sinh(x) / cosh(x).",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("tanh", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_tanh", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Sqr,
        &[Expr::Op(OpKind::Reciprocal, &[Expr::Op(OpKind::Cosh, &[Expr::Operand(0)])])],
    )],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.tanh", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.tanh", predicate: None },
    ],
    cost: 25,
    max_ulp: 2,
};

static ARCSINH: OpRow = OpRow {
    kind: OpKind::Arcsinh,
    mnemonic: "arcsinh",
    summary: "The number whose hyperbolic sine is x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "copysign",
        &[
            Expr::Real(
                "log",
                &[Expr::Real(
                    "add",
                    &[
                        Expr::Real("abs", &[Expr::Operand(0)]),
                        Expr::Real(
                            "sqrt",
                            &[Expr::Real(
                                "add",
                                &[
                                    Expr::Number("1"),
                                    Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(0)]),
                                ],
                            )],
                        ),
                    ],
                )],
            ),
            Expr::Operand(0),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arcsinh", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(OpKind::Hypot, &[Expr::Number("1"), Expr::Operand(0)])],
    )],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: Some(OpKind::Sinh),
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.asinh", predicate: None }],
    cost: 50,
    max_ulp: 2,
};

static ARCCOSH: OpRow = OpRow {
    kind: OpKind::Arccosh,
    mnemonic: "arccosh",
    summary: "The number of at least 0 whose hyperbolic cosine is x; NaN below 1.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "log",
        &[Expr::Real(
            "add",
            &[
                Expr::Operand(0),
                Expr::Real(
                    "mul",
                    &[
                        Expr::Real("sqrt", &[Expr::Real("sub", &[Expr::Operand(0), Expr::Number("1")])]),
                        Expr::Real("sqrt", &[Expr::Real("add", &[Expr::Operand(0), Expr::Number("1")])]),
                    ],
                ),
            ],
        )],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arccosh", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(
            OpKind::Mul,
            &[
                Expr::Op(OpKind::Sqrt, &[Expr::Op(OpKind::Sub, &[Expr::Operand(0), Expr::Number("1")])]),
                Expr::Op(OpKind::Sqrt, &[Expr::Op(OpKind::Add, &[Expr::Operand(0), Expr::Number("1")])]),
            ],
        )],
    )],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: 1.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.acosh", predicate: None }],
    cost: 50,
    max_ulp: 2,
};

static ARCTANH: OpRow = OpRow {
    kind: OpKind::Arctanh,
    mnemonic: "arctanh",
    summary: "The number whose hyperbolic tangent is x; NaN outside [-1, 1].",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "div",
        &[
            Expr::Real(
                "log",
                &[Expr::Real(
                    "div",
                    &[
                        Expr::Real("add", &[Expr::Number("1"), Expr::Operand(0)]),
                        Expr::Real("sub", &[Expr::Number("1"), Expr::Operand(0)]),
                    ],
                )],
            ),
            Expr::Number("2"),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_arctanh", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Reciprocal,
        &[Expr::Op(
            OpKind::Mul,
            &[
                Expr::Op(OpKind::Sub, &[Expr::Number("1"), Expr::Operand(0)]),
                Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Operand(0)]),
            ],
        )],
    )],
    transpose: None,
    properties: &[Property::Odd],
    undoes: Some(OpKind::Tanh),
    domain: Domain { low: -1.0, high: 1.0 },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.atanh", predicate: None }],
    cost: 35,
    max_ulp: 2,
};

static DEG2RAD: OpRow = OpRow {
    kind: OpKind::Deg2Rad,
    mnemonic: "deg2rad",
    summary: "x degrees in radians.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "mul",
        &[Expr::Operand(0), Expr::Number("0.01745329251994329576923690768488612713442871888541725")],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Mul,
        &[Expr::Operand(0), Expr::Number("0.01745329251994329576923690768488612713442871888541725")],
    )),
    partials: &[Expr::Number("0.01745329251994329576923690768488612713442871888541725")],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 2,
};

static RAD2DEG: OpRow = OpRow {
    kind: OpKind::Rad2Deg,
    mnemonic: "rad2deg",
    summary: "x radians in degrees.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "mul",
        &[Expr::Operand(0), Expr::Number("57.29577951308232087679815481410517033240547246656432")],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Mul,
        &[Expr::Operand(0), Expr::Number("57.29577951308232087679815481410517033240547246656432")],
    )),
    partials: &[Expr::Number("57.29577951308232087679815481410517033240547246656432")],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 2,
};

static ERF: OpRow = OpRow {
    kind: OpKind::Erf,
    mnemonic: "erf",
    summary: "The error function, 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("erf", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_erf", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Mul,
        &[
            Expr::Number("1.128379167095512573896158903121545171688101258657998"),
            Expr::Op(OpKind::Exp, &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Sqr, &[Expr::Operand(0)])])]),
        ],
    )],
    transpose: None,
    properties: &[Property::Odd, Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.erf", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.erf", predicate: None },
    ],
    cost: 65,
    max_ulp: 2,
};

static ERFC: OpRow = OpRow {
    kind: OpKind::Erfc,
    mnemonic: "erfc",
    summary: "1 - erf(x), accurate until it underflows.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("erfc", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_erfc", predicate: None }]),
    partials: &[Expr::Op(
        OpKind::Mul,
        &[
            Expr::Number("-1.128379167095512573896158903121545171688101258657998"),
            Expr::Op(OpKind::Exp, &[Expr::Op(OpKind::Neg, &[Expr::Op(OpKind::Sqr, &[Expr::Operand(0)])])]),
        ],
    )],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.erfc", predicate: None }],
    cost: 75,
    max_ulp: 2,
};

static ERFCX: OpRow = OpRow { kind: OpKind::Erfcx, mnemonic: "erfcx", summary: "exp(x * x) * erfc(x), which neither overflows nor underflows for positive x.", operands: &[OperandSpec { name: "x", variadic: false }], attrs: &[], regions: 0, shaped: false, commutative: false, formula: Some(Expr::Real("select", &[Expr::Real("eq", &[Expr::Operand(0), Expr::Number("inf")]), Expr::Number("0"), Expr::Real("mul", &[Expr::Real("exp", &[Expr::Real("mul", &[Expr::Operand(0), Expr::Operand(0)])]), Expr::Real("erfc", &[Expr::Operand(0)])])])), semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_erfcx", predicate: None }, ]), partials: &[Expr::Op(OpKind::Select, &[Expr::Op(OpKind::Gt, &[Expr::Operand(0), Expr::Number("8")]), Expr::Let(&Expr::Op(OpKind::Maximum, &[Expr::Operand(0), Expr::Number("8")]), &Expr::Let(&Expr::Op(OpKind::Div, &[Expr::Number("0.5"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("1"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("1.5"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("2"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("2.5"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("3"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("3.5"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("4"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("4.5"), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Op(OpKind::Div, &[Expr::Number("5"), Expr::Local(0)])])])])])])])])])])])])])])])])])])]), &Expr::Op(OpKind::Mul, &[Expr::Number("-1.128379167095512573896158903121545171688101258657998"), Expr::Op(OpKind::Div, &[Expr::Local(1), Expr::Op(OpKind::Add, &[Expr::Local(0), Expr::Local(1)])])]))), Expr::Op(OpKind::Sub, &[Expr::Op(OpKind::Mul, &[Expr::Number("2"), Expr::Op(OpKind::Mul, &[Expr::Operand(0), Expr::Result])]), Expr::Number("1.128379167095512573896158903121545171688101258657998")])])], transpose: None, properties: &[], undoes: None, domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY }, dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same }, foreign: &[], cost: 75, max_ulp: 3 };

static LOG_NDTR: OpRow = OpRow {
    kind: OpKind::LogNdtr,
    mnemonic: "log_ndtr",
    summary: "The logarithm of the standard normal distribution function, also where that underflows.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "log",
        &[Expr::Real(
            "div",
            &[
                Expr::Real(
                    "erfc",
                    &[Expr::Real(
                        "neg",
                        &[Expr::Real("div", &[Expr::Operand(0), Expr::Real("sqrt", &[Expr::Number("2")])])],
                    )],
                ),
                Expr::Number("2"),
            ],
        )],
    )),
    semantics: Semantics::Expand(Expr::Let(
        &Expr::Op(
            OpKind::Mul,
            &[
                Expr::Number("0.5"),
                Expr::Op(
                    OpKind::Erfcx,
                    &[Expr::Op(
                        OpKind::Mul,
                        &[
                            Expr::Number("0.7071067811865475244008443621048490392848359376884740"),
                            Expr::Op(OpKind::Abs, &[Expr::Operand(0)]),
                        ],
                    )],
                ),
            ],
        ),
        &Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Lt, &[Expr::Operand(0), Expr::Number("0")]),
                Expr::Op(
                    OpKind::Sub,
                    &[
                        Expr::Op(OpKind::Log, &[Expr::Local(0)]),
                        Expr::Op(
                            OpKind::Mul,
                            &[
                                Expr::Operand(0),
                                Expr::Op(OpKind::Mul, &[Expr::Number("0.5"), Expr::Operand(0)]),
                            ],
                        ),
                    ],
                ),
                Expr::Let(
                    &Expr::Op(
                        OpKind::Minimum,
                        &[Expr::Op(OpKind::Abs, &[Expr::Operand(0)]), Expr::Number("50")],
                    ),
                    &Expr::Let(
                        &Expr::Op(OpKind::Mul, &[Expr::Local(1), Expr::Local(1)]),
                        &Expr::Op(
                            OpKind::Log1p,
                            &[Expr::Op(
                                OpKind::Mul,
                                &[
                                    Expr::Op(
                                        OpKind::Mul,
                                        &[
                                            Expr::Local(0),
                                            Expr::Op(
                                                OpKind::Exp,
                                                &[Expr::Op(
                                                    OpKind::Mul,
                                                    &[Expr::Number("-0.5"), Expr::Local(2)],
                                                )],
                                            ),
                                        ],
                                    ),
                                    Expr::Op(
                                        OpKind::Sub,
                                        &[
                                            Expr::Op(
                                                OpKind::Mul,
                                                &[
                                                    Expr::Number("0.5"),
                                                    Expr::Op(
                                                        OpKind::Fma,
                                                        &[
                                                            Expr::Local(1),
                                                            Expr::Local(1),
                                                            Expr::Op(OpKind::Neg, &[Expr::Local(2)]),
                                                        ],
                                                    ),
                                                ],
                                            ),
                                            Expr::Number("1"),
                                        ],
                                    ),
                                ],
                            )],
                        ),
                    ),
                ),
            ],
        ),
    )),
    partials: &[Expr::Op(
        OpKind::Div,
        &[
            Expr::Number("0.7978845608028653558798921198687637369517172623298693"),
            Expr::Op(
                OpKind::Erfcx,
                &[Expr::Op(
                    OpKind::Mul,
                    &[
                        Expr::Operand(0),
                        Expr::Number("-0.7071067811865475244008443621048490392848359376884740"),
                    ],
                )],
            ),
        ],
    )],
    transpose: None,
    properties: &[Property::Rising],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 200,
    max_ulp: 6,
};

static XLOGX: OpRow = OpRow {
    kind: OpKind::XLogX,
    mnemonic: "xlogx",
    summary: "x * log(x), and 0 at 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "select",
        &[
            Expr::Real("eq", &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Number("0"),
            Expr::Real("mul", &[Expr::Operand(0), Expr::Real("log", &[Expr::Operand(0)])]),
        ],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Select,
        &[
            Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Number("0"),
            Expr::Op(OpKind::Mul, &[Expr::Operand(0), Expr::Op(OpKind::Log, &[Expr::Operand(0)])]),
        ],
    )),
    partials: &[Expr::Op(OpKind::Add, &[Expr::Number("1"), Expr::Op(OpKind::Log, &[Expr::Operand(0)])])],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 23,
    max_ulp: 3,
};

static XLOGY: OpRow = OpRow {
    kind: OpKind::XLogY,
    mnemonic: "xlogy",
    summary: "x * log(y), and 0 where x is 0 and y is no NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "select",
        &[
            Expr::Real("eq", &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Real(
                "select",
                &[Expr::Real("isnan", &[Expr::Operand(1)]), Expr::Number("nan"), Expr::Number("0")],
            ),
            Expr::Real("mul", &[Expr::Operand(0), Expr::Real("log", &[Expr::Operand(1)])]),
        ],
    )),
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Select,
        &[
            Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("0")]),
            Expr::Op(
                OpKind::Select,
                &[
                    Expr::Op(OpKind::Eq, &[Expr::Operand(1), Expr::Operand(1)]),
                    Expr::Number("0"),
                    Expr::Operand(1),
                ],
            ),
            Expr::Op(OpKind::Mul, &[Expr::Operand(0), Expr::Op(OpKind::Log, &[Expr::Operand(1)])]),
        ],
    )),
    partials: &[
        Expr::Op(OpKind::Log, &[Expr::Operand(1)]),
        Expr::Op(
            OpKind::Select,
            &[
                Expr::Op(OpKind::Eq, &[Expr::Operand(0), Expr::Number("0")]),
                Expr::Number("0"),
                Expr::Op(OpKind::Div, &[Expr::Operand(0), Expr::Operand(1)]),
            ],
        ),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: 0.0, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 25,
    max_ulp: 3,
};

static FLOOR: OpRow = OpRow {
    kind: OpKind::Floor,
    mnemonic: "floor",
    summary: "The largest integer not above x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("floor", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.floor", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Rising, Property::Idempotent, Property::Integral, Property::Rounding],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.floor", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.floor", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static CEIL: OpRow = OpRow {
    kind: OpKind::Ceil,
    mnemonic: "ceil",
    summary: "The smallest integer not below x.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("ceil", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.ceil", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Rising, Property::Idempotent, Property::Integral, Property::Rounding],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "math.ceil", predicate: None },
        Prim { class: DTypeClass::Float, emit: "linalg.ceil", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static ROUND: OpRow = OpRow {
    kind: OpKind::Round,
    mnemonic: "round",
    summary: "The nearest integer, ties to even.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("round", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.roundeven", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[
        Property::Odd,
        Property::Rising,
        Property::Idempotent,
        Property::Integral,
        Property::Rounding,
    ],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.roundeven", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static TRUNC: OpRow = OpRow {
    kind: OpKind::Trunc,
    mnemonic: "trunc",
    summary: "x without its fraction.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("trunc", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.trunc", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[
        Property::Odd,
        Property::Rising,
        Property::Idempotent,
        Property::Integral,
        Property::Rounding,
    ],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.trunc", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static ISNAN: OpRow = OpRow {
    kind: OpKind::IsNan,
    mnemonic: "isnan",
    summary: "Whether x is NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("isnan", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.isnan", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.isnan", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static ISINF: OpRow = OpRow {
    kind: OpKind::IsInf,
    mnemonic: "isinf",
    summary: "Whether x is infinite.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real(
        "and",
        &[
            Expr::Real("not", &[Expr::Real("isnan", &[Expr::Operand(0)])]),
            Expr::Real("not", &[Expr::Real("isfinite", &[Expr::Operand(0)])]),
        ],
    )),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "thn_isinf", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.isinf", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static ISFINITE: OpRow = OpRow {
    kind: OpKind::IsFinite,
    mnemonic: "isfinite",
    summary: "Whether x is neither NaN nor infinite.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("isfinite", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Float, emit: "math.isfinite", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[Property::Even],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[Prim { class: DTypeClass::Float, emit: "math.isfinite", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static NOT: OpRow = OpRow {
    kind: OpKind::Not,
    mnemonic: "not",
    summary: "Bitwise complement; logical on bool.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("not", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Bits, emit: "thn_not", predicate: None }]),
    partials: &[Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Bits, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static AND: OpRow = OpRow {
    kind: OpKind::And,
    mnemonic: "and",
    summary: "Bitwise and; logical on bool.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("and", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Bits, emit: "arith.andi", predicate: None }]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Bits, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Bits, emit: "arith.andi", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static OR: OpRow = OpRow {
    kind: OpKind::Or,
    mnemonic: "or",
    summary: "Bitwise or; logical on bool.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("or", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Bits, emit: "arith.ori", predicate: None }]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Bits, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Bits, emit: "arith.ori", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static XOR: OpRow = OpRow {
    kind: OpKind::Xor,
    mnemonic: "xor",
    summary: "Bitwise exclusive or; logical on bool.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: true,
    formula: Some(Expr::Real("xor", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Bits, emit: "arith.xori", predicate: None }]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Bits, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Bits, emit: "arith.xori", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static LT: OpRow = OpRow {
    kind: OpKind::Lt,
    mnemonic: "lt",
    summary: "x < y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("lt", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("olt") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("slt") },
        Prim { class: DTypeClass::UInt, emit: "arith.cmpi", predicate: Some("ult") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ult") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("olt") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("slt") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ult") },
    ],
    cost: 1,
    max_ulp: 1,
};

static LE: OpRow = OpRow {
    kind: OpKind::Le,
    mnemonic: "le",
    summary: "x <= y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("le", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("ole") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sle") },
        Prim { class: DTypeClass::UInt, emit: "arith.cmpi", predicate: Some("ule") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ule") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("ole") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sle") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ule") },
    ],
    cost: 1,
    max_ulp: 1,
};

static GT: OpRow = OpRow {
    kind: OpKind::Gt,
    mnemonic: "gt",
    summary: "x > y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("gt", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("ogt") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sgt") },
        Prim { class: DTypeClass::UInt, emit: "arith.cmpi", predicate: Some("ugt") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ugt") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("ogt") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sgt") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ugt") },
    ],
    cost: 1,
    max_ulp: 1,
};

static GE: OpRow = OpRow {
    kind: OpKind::Ge,
    mnemonic: "ge",
    summary: "x >= y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("ge", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("oge") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sge") },
        Prim { class: DTypeClass::UInt, emit: "arith.cmpi", predicate: Some("uge") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("uge") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("oge") },
        Prim { class: DTypeClass::SInt, emit: "arith.cmpi", predicate: Some("sge") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("uge") },
    ],
    cost: 1,
    max_ulp: 1,
};

static EQ: OpRow = OpRow {
    kind: OpKind::Eq,
    mnemonic: "eq",
    summary: "x == y; false for NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("eq", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("oeq") },
        Prim { class: DTypeClass::Int, emit: "arith.cmpi", predicate: Some("eq") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("eq") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("oeq") },
        Prim { class: DTypeClass::Int, emit: "arith.cmpi", predicate: Some("eq") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("eq") },
    ],
    cost: 1,
    max_ulp: 1,
};

static NE: OpRow = OpRow {
    kind: OpKind::Ne,
    mnemonic: "ne",
    summary: "x != y; true for NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("ne", &[Expr::Operand(0), Expr::Operand(1)])),
    semantics: Semantics::Prim(&[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("une") },
        Prim { class: DTypeClass::Int, emit: "arith.cmpi", predicate: Some("ne") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ne") },
    ]),
    partials: &[Expr::Number("0"), Expr::Number("0")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::Bool) },
    foreign: &[
        Prim { class: DTypeClass::Float, emit: "arith.cmpf", predicate: Some("une") },
        Prim { class: DTypeClass::Int, emit: "arith.cmpi", predicate: Some("ne") },
        Prim { class: DTypeClass::Bool, emit: "arith.cmpi", predicate: Some("ne") },
    ],
    cost: 1,
    max_ulp: 1,
};

static SELECT: OpRow = OpRow {
    kind: OpKind::Select,
    mnemonic: "select",
    summary: "Elementwise x where c holds, else y. Theano's switch.",
    operands: &[
        OperandSpec { name: "c", variadic: false },
        OperandSpec { name: "x", variadic: false },
        OperandSpec { name: "y", variadic: false },
    ],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("select", &[Expr::Operand(0), Expr::Operand(1), Expr::Operand(2)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Any, emit: "arith.select", predicate: None }]),
    partials: &[
        Expr::Number("0"),
        Expr::Op(OpKind::Select, &[Expr::Operand(0), Expr::Number("1"), Expr::Number("0")]),
        Expr::Op(OpKind::Select, &[Expr::Operand(0), Expr::Number("0"), Expr::Number("1")]),
    ],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Any, emit: "arith.select", predicate: None },
        Prim { class: DTypeClass::Any, emit: "linalg.select", predicate: None },
    ],
    cost: 1,
    max_ulp: 1,
};

static CAST: OpRow = OpRow {
    kind: OpKind::Cast,
    mnemonic: "cast",
    summary: "Conversion of the element type. Float to integer truncates and saturates, NaN gives 0; to bool is x != 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "dtype", kind: AttrKind::DType }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: Some(Expr::Real("cast", &[Expr::Operand(0)])),
    semantics: Semantics::Prim(&[Prim { class: DTypeClass::Any, emit: "cast", predicate: None }]),
    partials: &[Expr::Number("1")],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Attr },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static BROADCAST: OpRow = OpRow {
    kind: OpKind::Broadcast,
    mnemonic: "broadcast",
    summary: "Repeats x: operand dim i becomes result dim axes[i], every other result dim is new.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: true,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Broadcast),
    partials: &[],
    transpose: Some("sum"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Any, emit: "linalg.fill", predicate: Some("0") },
        Prim { class: DTypeClass::Any, emit: "linalg.broadcast", predicate: None },
    ],
    cost: 0,
    max_ulp: 1,
};

static DIMSHUFFLE: OpRow = OpRow {
    kind: OpKind::Dimshuffle,
    mnemonic: "dimshuffle",
    summary: "Permutes dims, drops length-1 dims and inserts new ones: result dim i is operand dim order[i], or 1 where it is -1.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "order", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Dimshuffle),
    partials: &[],
    transpose: Some("dimshuffle"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Any, emit: "linalg.transpose", predicate: None }],
    cost: 0,
    max_ulp: 1,
};

static RESHAPE: OpRow = OpRow {
    kind: OpKind::Reshape,
    mnemonic: "reshape",
    summary: "The same elements in row-major order under another shape.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: true,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reshape),
    partials: &[],
    transpose: Some("reshape"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static ASSUME: OpRow = OpRow {
    kind: OpKind::Assume,
    mnemonic: "assume",
    summary: "x, of which `facts` are promised: names such as `positive, finite`. The optimizer and compiled code trust them; the reference interpreter refuses a value that breaks one.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "facts", kind: AttrKind::Str }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Assume),
    partials: &[],
    transpose: Some("assume"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static SLICE: OpRow = OpRow {
    kind: OpKind::Slice,
    mnemonic: "slice",
    summary: "Element i along dim d is operand element starts[d] + steps[d] * i. Starts are dim expressions.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[
        AttrSpec { name: "starts", kind: AttrKind::Dims },
        AttrSpec { name: "steps", kind: AttrKind::Ints },
    ],
    regions: 0,
    shaped: true,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Slice),
    partials: &[],
    transpose: Some("inc_subtensor"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static GATHER: OpRow = OpRow {
    kind: OpKind::Gather,
    mnemonic: "gather",
    summary: "Rows of x: result[i..., j...] = x[index[i...], j...]. A negative index counts from the end; one outside is an error.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "index", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Gather),
    partials: &[],
    transpose: Some("scatter_add"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static PICK: OpRow = OpRow {
    kind: OpKind::Pick,
    mnemonic: "pick",
    summary: "One element of each row: result[i...] = x[i..., index[i...]], Theano's x[arange(n), y]. A negative index counts from the end; one outside is an error.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "index", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Pick),
    partials: &[],
    transpose: Some("one_hot"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static DIAGONAL: OpRow = OpRow {
    kind: OpKind::Diagonal,
    mnemonic: "diagonal",
    summary: "The diagonal of the last two dims: result[i..., j] = x[i..., j, j], as long as the shorter of the two.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Diagonal),
    partials: &[],
    transpose: Some("diagonal"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static JOIN: OpRow = OpRow {
    kind: OpKind::Join,
    mnemonic: "join",
    summary: "Concatenates along `axis`.",
    operands: &[OperandSpec { name: "xs", variadic: true }],
    attrs: &[AttrSpec { name: "axis", kind: AttrKind::Int }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Join),
    partials: &[],
    transpose: Some("slice"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static PAD: OpRow = OpRow {
    kind: OpKind::Pad,
    mnemonic: "pad",
    summary: "Adds `low` elements before and `high` after along each dim, all equal to the rank-0 value.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "value", variadic: false }],
    attrs: &[AttrSpec { name: "low", kind: AttrKind::Ints }, AttrSpec { name: "high", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Pad),
    partials: &[],
    transpose: Some("unpad"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static SET_SUBTENSOR: OpRow = OpRow {
    kind: OpKind::SetSubtensor,
    mnemonic: "set_subtensor",
    summary: "x with the slice starts + steps * i replaced by y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[
        AttrSpec { name: "starts", kind: AttrKind::Dims },
        AttrSpec { name: "steps", kind: AttrKind::Ints },
    ],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::SetSubtensor),
    partials: &[],
    transpose: Some("set_subtensor"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static INC_SUBTENSOR: OpRow = OpRow {
    kind: OpKind::IncSubtensor,
    mnemonic: "inc_subtensor",
    summary: "x with y added to the slice starts + steps * i.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[
        AttrSpec { name: "starts", kind: AttrKind::Dims },
        AttrSpec { name: "steps", kind: AttrKind::Ints },
    ],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::IncSubtensor),
    partials: &[],
    transpose: Some("subtensor"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static SCATTER_ADD: OpRow = OpRow {
    kind: OpKind::ScatterAdd,
    mnemonic: "scatter_add",
    summary: "x with y[i...] added to row index[i...], for all i in row-major order; repeated indices accumulate. An index outside is an error.",
    operands: &[
        OperandSpec { name: "x", variadic: false },
        OperandSpec { name: "index", variadic: false },
        OperandSpec { name: "y", variadic: false },
    ],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::ScatterAdd),
    partials: &[],
    transpose: Some("gather"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static SUM: OpRow = OpRow {
    kind: OpKind::Sum,
    mnemonic: "sum",
    summary: "The sum over `axes`; 0 over an empty dim. f32 accumulates in blocks whose partial sums are f64.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reduce { combine: OpKind::Add, init: "0", some: false }),
    partials: &[],
    transpose: Some("broadcast"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Number, emit: "linalg.reduce", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static PROD: OpRow = OpRow {
    kind: OpKind::Prod,
    mnemonic: "prod",
    summary: "The product over `axes`; 1 over an empty dim.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reduce { combine: OpKind::Mul, init: "1", some: false }),
    partials: &[],
    transpose: Some("prod"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Number, emit: "linalg.reduce", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static MAX: OpRow = OpRow {
    kind: OpKind::Max,
    mnemonic: "max",
    summary: "The largest element over `axes`; NaN if any is NaN; an empty dim is an error.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reduce { combine: OpKind::Maximum, init: "-inf", some: true }),
    partials: &[],
    transpose: Some("max"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Number, emit: "linalg.reduce", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static MIN: OpRow = OpRow {
    kind: OpKind::Min,
    mnemonic: "min",
    summary: "The smallest element over `axes`; NaN if any is NaN; an empty dim is an error.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reduce { combine: OpKind::Minimum, init: "inf", some: true }),
    partials: &[],
    transpose: Some("max"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Number, emit: "linalg.reduce", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static NORM: OpRow = OpRow {
    kind: OpKind::Norm,
    mnemonic: "norm",
    summary: "The root of the sum of squares over `axes`, where squares overflow or underflow too; 0 over an empty dim. The gradient where all elements are 0 is taken as 0.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Expand(Expr::Let(
        &Expr::Reduce(OpKind::Supremum, &Expr::Op(OpKind::Abs, &[Expr::Operand(0)])),
        &Expr::Let(
            &Expr::Op(
                OpKind::Select,
                &[
                    Expr::Op(
                        OpKind::And,
                        &[
                            Expr::Op(OpKind::Lt, &[Expr::Number("0"), Expr::Local(0)]),
                            Expr::Op(OpKind::IsFinite, &[Expr::Local(0)]),
                        ],
                    ),
                    Expr::Local(0),
                    Expr::Number("1"),
                ],
            ),
            &Expr::Op(
                OpKind::Mul,
                &[
                    Expr::Local(1),
                    Expr::Op(
                        OpKind::Sqrt,
                        &[Expr::Reduce(
                            OpKind::Sum,
                            &Expr::Op(
                                OpKind::Sqr,
                                &[Expr::Op(
                                    OpKind::Div,
                                    &[Expr::Operand(0), Expr::Rebroadcast(&Expr::Local(1))],
                                )],
                            ),
                        )],
                    ),
                ],
            ),
        ),
    )),
    partials: &[],
    transpose: Some("norm"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 11,
    max_ulp: 1,
};

static SUPREMUM: OpRow = OpRow {
    kind: OpKind::Supremum,
    mnemonic: "supremum",
    summary: "The largest element over `axes`, -inf over an empty dim; NaN if any is NaN.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Reduce { combine: OpKind::Maximum, init: "-inf", some: false }),
    partials: &[],
    transpose: Some("max"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static MEAN: OpRow = OpRow {
    kind: OpKind::Mean,
    mnemonic: "mean",
    summary: "The sum over `axes` divided by the number of elements; NaN over an empty dim.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Expand(Expr::Op(
        OpKind::Div,
        &[Expr::Reduce(OpKind::Sum, &Expr::Operand(0)), Expr::Count],
    )),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 1,
};

static ARGMAX: OpRow = OpRow {
    kind: OpKind::Argmax,
    mnemonic: "argmax",
    summary: "The index of the first largest element along `axis`, or of the first NaN; an empty dim is an error.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axis", kind: AttrKind::Int }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Argmax),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Fixed(DType::I64) },
    foreign: &[],
    cost: 2,
    max_ulp: 1,
};

static LOGSUMEXP: OpRow = OpRow {
    kind: OpKind::LogSumExp,
    mnemonic: "logsumexp",
    summary: "log(sum(exp(x))) over `axes`, without overflow or loss of what is small beside the largest term; -inf over an empty dim.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Expand(Expr::Let(
        &Expr::Reduce(OpKind::Supremum, &Expr::Operand(0)),
        &Expr::Let(
            &Expr::Op(
                OpKind::Select,
                &[Expr::Op(OpKind::IsFinite, &[Expr::Local(0)]), Expr::Local(0), Expr::Number("0")],
            ),
            &Expr::Let(
                &Expr::Op(OpKind::Sub, &[Expr::Operand(0), Expr::Rebroadcast(&Expr::Local(1))]),
                &Expr::Op(
                    OpKind::Add,
                    &[
                        Expr::Local(1),
                        Expr::Op(
                            OpKind::Log1p,
                            &[Expr::Op(
                                OpKind::Add,
                                &[
                                    Expr::Reduce(
                                        OpKind::Sum,
                                        &Expr::Op(
                                            OpKind::Select,
                                            &[
                                                Expr::Op(OpKind::Eq, &[Expr::Local(2), Expr::Number("0")]),
                                                Expr::Number("0"),
                                                Expr::Op(OpKind::Exp, &[Expr::Local(2)]),
                                            ],
                                        ),
                                    ),
                                    Expr::Op(
                                        OpKind::Sub,
                                        &[
                                            Expr::Reduce(
                                                OpKind::Sum,
                                                &Expr::Op(
                                                    OpKind::Select,
                                                    &[
                                                        Expr::Op(
                                                            OpKind::Eq,
                                                            &[Expr::Local(2), Expr::Number("0")],
                                                        ),
                                                        Expr::Number("1"),
                                                        Expr::Number("0"),
                                                    ],
                                                ),
                                            ),
                                            Expr::Number("1"),
                                        ],
                                    ),
                                ],
                            )],
                        ),
                    ],
                ),
            ),
        ),
    )),
    partials: &[],
    transpose: Some("logsumexp"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 28,
    max_ulp: 4,
};

static SOFTMAX: OpRow = OpRow {
    kind: OpKind::Softmax,
    mnemonic: "softmax",
    summary: "exp(x) / sum(exp(x)) along `axes`, without overflow; empty along an empty dim.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Expand(Expr::Let(
        &Expr::Op(
            OpKind::Exp,
            &[Expr::Op(
                OpKind::Sub,
                &[Expr::Operand(0), Expr::Rebroadcast(&Expr::Reduce(OpKind::Supremum, &Expr::Operand(0)))],
            )],
        ),
        &Expr::Op(
            OpKind::Div,
            &[Expr::Local(0), Expr::Rebroadcast(&Expr::Reduce(OpKind::Sum, &Expr::Local(0)))],
        ),
    )),
    partials: &[],
    transpose: Some("softmax"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 26,
    max_ulp: 4,
};

static LOG_SOFTMAX: OpRow = OpRow {
    kind: OpKind::LogSoftmax,
    mnemonic: "log_softmax",
    summary: "log(softmax(x)) along `axes`, without overflow or loss of probabilities near 0 or 1; empty along an empty dim.",
    operands: &[OperandSpec { name: "x", variadic: false }],
    attrs: &[AttrSpec { name: "axes", kind: AttrKind::Ints }],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Expand(Expr::Let(
        &Expr::Op(
            OpKind::Sub,
            &[Expr::Operand(0), Expr::Rebroadcast(&Expr::Reduce(OpKind::Supremum, &Expr::Operand(0)))],
        ),
        &Expr::Op(
            OpKind::Sub,
            &[
                Expr::Local(0),
                Expr::Rebroadcast(&Expr::Op(
                    OpKind::Log1p,
                    &[Expr::Op(
                        OpKind::Add,
                        &[
                            Expr::Reduce(
                                OpKind::Sum,
                                &Expr::Op(
                                    OpKind::Select,
                                    &[
                                        Expr::Op(OpKind::Eq, &[Expr::Local(0), Expr::Number("0")]),
                                        Expr::Number("0"),
                                        Expr::Op(OpKind::Exp, &[Expr::Local(0)]),
                                    ],
                                ),
                            ),
                            Expr::Op(
                                OpKind::Sub,
                                &[
                                    Expr::Reduce(
                                        OpKind::Sum,
                                        &Expr::Op(
                                            OpKind::Select,
                                            &[
                                                Expr::Op(OpKind::Eq, &[Expr::Local(0), Expr::Number("0")]),
                                                Expr::Number("1"),
                                                Expr::Number("0"),
                                            ],
                                        ),
                                    ),
                                    Expr::Number("1"),
                                ],
                            ),
                        ],
                    )],
                )),
            ],
        ),
    )),
    partials: &[],
    transpose: Some("log_softmax"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Float, result: ResultDType::Same },
    foreign: &[],
    cost: 48,
    max_ulp: 4,
};

static DOT: OpRow = OpRow {
    kind: OpKind::Dot,
    mnemonic: "dot",
    summary: "NumPy's dot for ranks 1 and 2: contracts the last dim of x with the first of y.",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Library("gemm"),
    partials: &[],
    transpose: Some("dot"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[
        Prim { class: DTypeClass::Number, emit: "linalg.matmul", predicate: Some("2x2") },
        Prim { class: DTypeClass::Number, emit: "linalg.matvec", predicate: Some("2x1") },
        Prim { class: DTypeClass::Number, emit: "linalg.vecmat", predicate: Some("1x2") },
        Prim { class: DTypeClass::Number, emit: "linalg.dot", predicate: Some("1x1") },
    ],
    cost: 1,
    max_ulp: 1,
};

static BATCHED_DOT: OpRow = OpRow {
    kind: OpKind::BatchedDot,
    mnemonic: "batched_dot",
    summary: "A product of matrices for each index of the first dim: result[b, i, j] = sum_k x[b, i, k] * y[b, k, j].",
    operands: &[OperandSpec { name: "x", variadic: false }, OperandSpec { name: "y", variadic: false }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Library("gemm"),
    partials: &[],
    transpose: Some("batched_dot"),
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Number, result: ResultDType::Same },
    foreign: &[Prim { class: DTypeClass::Number, emit: "linalg.batch_matmul", predicate: None }],
    cost: 1,
    max_ulp: 1,
};

static YIELD: OpRow = OpRow {
    kind: OpKind::Yield,
    mnemonic: "yield",
    summary: "Ends a region and gives its values.",
    operands: &[OperandSpec { name: "values", variadic: true }],
    attrs: &[],
    regions: 0,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Terminator),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static LOOP: OpRow = OpRow {
    kind: OpKind::Loop,
    mnemonic: "loop",
    summary: "Runs its region `count` times over carried values; the first region argument is the step, i64 from 0. A count below 1 runs it never.",
    operands: &[
        OperandSpec { name: "count", variadic: false },
        OperandSpec { name: "inits", variadic: true },
    ],
    attrs: &[],
    regions: 1,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Loop),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static COND: OpRow = OpRow {
    kind: OpKind::Cond,
    mnemonic: "cond",
    summary: "The values of the first region if the rank-0 bool holds, else of the second. Only one region runs. Theano's ifelse.",
    operands: &[OperandSpec { name: "condition", variadic: false }],
    attrs: &[],
    regions: 2,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Cond),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static KERNEL: OpRow = OpRow {
    kind: OpKind::Kernel,
    mnemonic: "kernel",
    summary: "Ops that are computed together; made by --thn-plan-kernels. Region arguments are the operands.",
    operands: &[OperandSpec { name: "inputs", variadic: true }],
    attrs: &[AttrSpec { name: "schedule", kind: AttrKind::Str }],
    regions: 1,
    shaped: false,
    commutative: false,
    formula: None,
    semantics: Semantics::Iterate(Iterate::Kernel),
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain { low: f64::NEG_INFINITY, high: f64::INFINITY },
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 0,
    max_ulp: 1,
};

static FOREIGN: OpRow = OpRow {
    kind: OpKind::Foreign,
    mnemonic: "foreign",
    summary: "An op of another dialect.",
    operands: &[OperandSpec { name: "operands", variadic: true }],
    attrs: &[],
    regions: 0,
    shaped: true,
    commutative: false,
    formula: None,
    semantics: Semantics::Foreign,
    partials: &[],
    transpose: None,
    properties: &[],
    undoes: None,
    domain: Domain::REAL,
    dtypes: DTypeRule { operands: DTypeClass::Any, result: ResultDType::Same },
    foreign: &[],
    cost: 1,
    max_ulp: 0,
};
