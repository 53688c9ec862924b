//! The programs: expressions over two vectors or matrices, each also with the gradient of its sum.

use std::f64::consts::SQRT_2;
use thn_graph::{Tensor, clip, f64, grad, join, keep, s, switch, tensor};

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
        "softmax-by-reciprocal" x.exp() * (1.0 / x.exp().sum());
        "expectation-by-softmax" (x.exp() / x.exp().sum() * y).sum();
        "log-softmax-by-hand" (x.exp() / x.exp().sum()).log();
        "logsumexp" x.exp().sum().log();
        "log-of-product-of-all" x.exp().prod().log();
        "entropy" -(x.softmax() * x.log_softmax()).sum();
        "join-and-sum" join(0, [x, y]).sum();
        "quotient-by-sum" x.sqr() / x.sqr().sum();
        "binary-cross-entropy" x.sigmoid().binary_crossentropy(y.sigmoid()).mean();

        "masked-squared-error" switch(y.gt(0.0), (x - y).sqr(), 0.0).mean();
        "weighted-mask" ((x - y).sqr() * y.gt(0.0).cast(f64)).sum() / (y.gt(0.0).cast(f64).sum() + 1e-8);
        "gaussian-log-likelihood" (-0.5 * (1.837_877_066_4 + y + x.sqr() / y.exp())).sum();
        "divergence-of-gaussians" -0.5 * (1.0 + y - x.sqr() - y.exp()).sum();
        "poisson-loss" (x.exp() - y * x).mean();
        "poisson-loss-of-rate" (x.softplus() - y * x.softplus().log()).mean();
        "binomial-loss" (x.softplus() - y * x).mean();
        "binomial-loss-by-hand" -(y * x.sigmoid().log() + (10.0 - y) * (1.0 - x.sigmoid()).log()).sum();
        "focal-loss" -((1.0 - x.sigmoid()).sqr() * x.sigmoid().log()).mean();
        "student-loss" 2.0 * (1.0 + (x - y).sqr() / 3.0).log().sum();
        "smooth-distance" ((1.0 + (x - y).sqr()).sqrt() - 1.0).mean();
        "quantile-loss" (0.9 * (x - y)).maximum(-0.1 * (x - y)).mean();
        "hinge-loss" (1.0 - x * y).maximum(0.0).mean();
        "squared-hinge-loss" (1.0 - x * y).maximum(0.0).sqr().mean();
        "logarithm-of-cosh" (x - y).cosh().log().mean();
        "gelu" 0.5 * x * (1.0 + (x / SQRT_2).erf());
        "mish" x * x.softplus().tanh();
        "scaled-swish" x * (1.702 * x).sigmoid();
        "softsign" x / (1.0 + x.abs());
        "hard-sigmoid" clip(0.2 * x + 0.5, 0.0, 1.0);
        "clip-of-clip" 2.0 * clip(clip(x, -3.0, 3.0), -1.0, 1.0);
        "distance-by-choice" switch(x.gt(y), x - y, y - x);
        "gated-unit" x.sigmoid() * y.tanh();
        "blend-by-gate" x.sigmoid() * y + (1.0 - x.sigmoid()) * y.tanh();
        "interpolation" x + 0.3 * (y - x);
        "momentum-step" x - 0.01 * (0.9 * y + 0.1 * x);
        "adaptive-step" x - 0.1 * (y / 0.1) / ((y.sqr() / 0.001).sqrt() + 1e-8);
        "exponential-average" (0.9 * x + 0.1 * y) / (1.0 - 0.81);
        "covariance" ((x - x.mean()) * (y - y.mean())).mean();
        "correlation" ((x - x.mean()) * (y - y.mean())).sum() / (x.var() * y.var()).sqrt();
        "root-mean-square-norm" x / (x.sqr().mean() + 1e-6).sqrt() * y;
        "inverse-square-root" y / (x.sqr() + 1e-6).sqrt();
        "relative-difference" (x - y) / (x + y);
        "weighted-mean" (x * y).sum() / y.sum();
        "geometric-mean" x.abs().log().mean().exp();
        "harmonic-mean" 1.0 / (1.0 / x).mean();
        "log-mean-exp" x.exp().mean().log();
        "logsumexp-by-hand" x.max() + (x - x.max()).exp().sum().log();
        "softmax-with-temperature" (x / 2.5).softmax();
        "softmax-by-choice" switch(y.gt(0.0), x, -1e9).softmax();
        "total-variation" (x.at(s![1..]) - x.at(s![..-1])).abs().sum();
        "moving-average" (x.at(s![2..]) + x.at(s![1..4]) + x.at(s![..-2])) / 3.0;
        "reversed-twice" x.at(s![..; -1]).at(s![..; -1]) * y;
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
        "layer-norm" (x - x.mean_over(keep(1))) / (x.var_over(keep(1)) + 1e-5).sqrt();
        "centred-twice" x - x.mean_over(keep(1)) - x.mean_over(keep(0)) + x.mean();
        "rows-over-largest" x / x.abs().max_over(keep(1)) * y.sum_over(keep(0));
        "distances-of-rows" (x.sqr().sum_over(keep(1)) - 2.0 * (x * y).sum_over(keep(1)) + y.sqr().sum_over(keep(1))).sqrt();
        "normalised-rows" x.abs() / x.abs().sum_over(keep(1));
        "sum-of-product" x.dot(y.t()).sum();
        "chain" x.dot(y.t()).dot(x);
        "gram" x.t().dot(x);
        "quadratic" (x.dot(y.t()) * x.dot(y.t())).sum();
        "dense-tanh" x.dot(y.t()).tanh().sum();
        "dense-softplus" (1.0 + x.dot(y.t()).exp()).log().mean();
        "frobenius" (x - y).sqr().sum().sqrt();

        "attention" (x.dot(y.t()) / 1.732_050_807_568_877).softmax_over(1).dot(y);
        "attention-by-hand" {
            let weights = (x.dot(y.t()) / 1.732_050_807_568_877).exp();
            (&weights / weights.sum_over(keep(1))).dot(y)
        };
        "kernel-by-products" {
            let squares = x.sqr().sum_over(keep(1)) + y.sqr().sum_over(1);
            (-0.5 * (squares - 2.0 * x.dot(y.t()))).exp()
        };
        "least-squares" (x.dot(y.sum_over(0)) - y.sum_over(1)).sqr().mean();
        "ridge" x.dot(y.t()).sqr().mean() + 0.01 * x.sqr().sum();
        "batch-norm" (x - x.mean_over(keep(0))) / (x.var_over(keep(0)) + 1e-5).sqrt() * y.mean_over(0);
        "scaled-layer-norm" y * (2.0 * x - 2.0 * x.mean_over(keep(1))) / (4.0 * x.var_over(keep(1)) + 1e-5).sqrt();
        "covariance-matrix" (x - x.mean_over(keep(0))).t().dot(x - x.mean_over(keep(0))) / 3.0;
        "covariance-update" x.t().dot(x) - 0.5 * x.t().dot(y).dot(y.t().dot(x));
        "gain" x.dot(x.t().dot(y) / (1.0 + y.sqr().sum())) - y;
        "gated-products" x.dot(y.t()).sigmoid() * (-x).dot(y.t()).tanh();
        "cross-entropy-of-rows" -(y.softmax_over(1) * x.log_softmax_over(1)).sum_over(1).mean();
        "first-class-loss" -x.log_softmax_over(1).at(s![.., 0]).mean();
        "sum-of-columns" (x.at(s![.., 0]) * 2.0 + x.at(s![.., 1]) * 2.0).sum();
        "columns-of-product" x.dot(y.t()).at(s![.., 1]);
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
