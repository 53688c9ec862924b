//! The programs: expressions over two vectors or matrices, each also with the gradient of its sum.

use thn_graph::{Tensor, f64, grad, join, switch, tensor};

/// A name, inputs and an output.
pub(super) type Graph = (String, Vec<Tensor>, Tensor);

macro_rules! expressions {
    ($x:ident $y:ident: $($name:literal $body:expr;)*) => {
        [$(($name, (|$x: &Tensor, $y: &Tensor| -> Tensor { let _ = ($x, $y); $body }) as fn(&Tensor, &Tensor) -> Tensor)),*]
    };
}

/// Every program of the comparison.
pub(super) fn all() -> Vec<Graph> {
    let vectors = expressions! { x y:
        "identities" (x * 1.0 + 0.0) / 1.0;
        "double-negation" -(-x) + y;
        "difference-of-negation" x - (-y);
        "product-of-negations" (-x) * (-y);
        "common-factor-in-quotient" (x * y) / y;
        "quotient-of-quotients" (x / y) / (y / x);
        "sum-with-itself" x + x;
        "sum-of-multiples" 2.0 * x + 3.0 * x;
        "constants-in-products" 2.0 * (x * 3.0) * y;
        "constants-in-sums" (x + 1.0) + (y + 2.0);
        "power-two" x.pow(2.0);
        "power-half" x.abs().pow(0.5);
        "power-minus-one" x.pow(-1.0);
        "power-three" x.pow(3.0);
        "power-one" x.pow(1.0) * y;
        "square-root-of-square" x.sqr().sqrt();
        "repeated-expression" (x + y).exp() * (x + y).exp();
        "reciprocal-of-reciprocal" (1.0 / (1.0 / x)) * y;
        "absolute-of-negation" (-x).abs();
        "absolute-twice" x.abs().abs();
        "maximum-with-itself" x.maximum(x) + y;
        "log-of-exp" x.exp().log();
        "exp-of-log" x.abs().log().exp();
        "log-one-plus" (1.0 + x.sqr()).log();
        "log-one-minus" (1.0 - x.sigmoid()).log();
        "softplus" (1.0 + x.exp()).log();
        "log-sigmoid" x.sigmoid().log();
        "expm1" x.exp() - 1.0;
        "one-minus-exp" 1.0 - x.exp();
        "sigmoid-by-hand" 1.0 / (1.0 + (-x).exp());
        "sigmoid-other-form" x.exp() / (1.0 + x.exp());
        "one-minus-sigmoid" 1.0 - x.sigmoid();
        "sigmoid-gradient" x.sigmoid() * (1.0 - x.sigmoid());
        "log1mexp" (1.0 - (-x.sqr()).exp()).log();
        "exp-of-difference" (x - y).exp() * y.exp();
        "product-of-exps" x.exp() * y.exp();
        "log-of-product" (x.exp() * y.exp()).log();
        "log-of-quotient" (x.exp() / y.exp()).log();
        "log-of-power" x.sqr().log();
        "logaddexp" (x.exp() + y.exp()).log();
        "cross-entropy-by-hand" -(y * x.sigmoid().log() + (1.0 - y) * (1.0 - x.sigmoid()).log());
        "squared-error" (x - y).sqr();
        "relu" x.maximum(0.0);
        "relu-by-choice" switch(x.gt(0.0), x, 0.0);
        "leaky-relu" switch(x.gt(0.0), x, 0.1 * x);
        "same-choice" switch(x.gt(0.0), y, y);
        "choice-of-choice" switch(x.gt(0.0), switch(x.gt(0.0), x, y), y);
        "elu" switch(x.gt(0.0), x, x.exp() - 1.0);
        "swish" x * x.sigmoid();
        "gelu-tanh" 0.5 * x * (1.0 + (0.797_884_560_8 * (x + 0.044_715 * x.pow(3.0))).tanh());
        "tanh-by-exps" (x.exp() - (-x).exp()) / (x.exp() + (-x).exp());
        "sinh-by-exps" (x.exp() - (-x).exp()) / 2.0;
        "polynomial" 1.0 + x * (2.0 + x * (3.0 + x * 4.0));
        "normal-density" (-0.5 * ((x - 1.0) / 2.0).sqr()).exp() / (2.0 * 2.506_628_274_6);
        "log-normal-density" ((-0.5 * (x - y).sqr()).exp() / 2.506_628_274_6).log();
        "hyperbola" (1.0 + x.sqr()).sqrt();
        "trigonometric-one" x.sin().sqr() + x.cos().sqr();
        "huber" switch(x.abs().lt(1.0), 0.5 * x.sqr(), x.abs() - 0.5);
        "sum" (x + y).sum();
        "sum-of-scaled" (2.0 * x).sum();
        "sum-of-negated" (-x).sum() + y.sum();
        "mean" x.mean() - y.mean();
        "mean-of-scaled" (x * 3.0).mean();
        "dot-by-sum" (x * y).sum();
        "maximum-of-negated" (-x).max();
        "maximum-of-exp" x.exp().max();
        "variance" x.var();
        "standardised" (x - x.mean()) / (x.var() + 1e-5).sqrt();
        "norm" x.sqr().sum().sqrt();
        "cosine" (x * y).sum() / (x.sqr().sum().sqrt() * y.sqr().sum().sqrt());
        "softmax-by-hand" x.exp() / x.exp().sum();
        "log-softmax-by-hand" (x.exp() / x.exp().sum()).log();
        "logsumexp" x.exp().sum().log();
        "log-of-product-of-all" x.exp().prod().log();
        "entropy" -(x.softmax() * x.log_softmax()).sum();
        "join-and-sum" join(0, [x, y]).sum();
        "quotient-by-sum" x.sqr() / x.sqr().sum();
        "binary-cross-entropy" x.sigmoid().binary_crossentropy(y.sigmoid()).mean();
    };
    let matrices = expressions! { x y:
        "transpose-twice" x.t().t() + y;
        "transpose-of-sum" (x.t() + y.t()).t();
        "product-with-transpose" x.dot(y.t());
        "transpose-of-product" x.dot(y.t()).t();
        "scaled-product" (2.0 * x).dot(y.t() * 3.0);
        "negated-product" (-x).dot(-y.t());
        "sum-of-rows" (x + y).sum_over(1);
        "sum-of-sums" x.sum_over(1).sum();
        "maximum-of-maxima" x.max_over(1).max();
        "sum-of-transpose" x.t().sum_over(0) + y.sum_over(1);
        "row-softmax" x.softmax_over(1);
        "row-log-softmax" x.softmax_over(1).log();
        "layer-norm" (x - x.mean_over(thn_graph::keep(1))) / (x.var_over(thn_graph::keep(1)) + 1e-5).sqrt();
        "normalised-rows" x.abs() / x.abs().sum_over(thn_graph::keep(1));
        "sum-of-product" x.dot(y.t()).sum();
        "chain" x.dot(y.t()).dot(x);
        "gram" x.t().dot(x);
        "quadratic" (x.dot(y.t()) * x.dot(y.t())).sum();
        "dense-tanh" x.dot(y.t()).tanh().sum();
        "dense-softplus" (1.0 + x.dot(y.t()).exp()).log().mean();
        "frobenius" (x - y).sqr().sum().sqrt();
    };
    let mut graphs = vec![];
    let mut add = |name: &str, dims: &[Option<i64>], make: fn(&Tensor, &Tensor) -> Tensor| {
        let (x, y) = (tensor("x", f64, dims), tensor("y", f64, dims));
        let output = make(&x, &y);
        let inputs = vec![x.clone(), y];
        graphs.push((name.to_owned(), inputs.clone(), output.clone()));
        let gradient = grad(&output.sum(), &[&x]).remove(0);
        graphs.push((format!("{name}, gradient"), inputs, gradient));
    };
    for (name, make) in vectors {
        add(name, &[Some(5)], make);
    }
    for (name, make) in matrices {
        add(name, &[Some(4), Some(3)], make);
    }
    graphs
}
