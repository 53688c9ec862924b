//! The tutorials' models, written as a user of `thn` writes them: shared weights, mini-batches gathered from shared
//! data by a vector of row numbers, and gradients that nobody derives by hand.

use crate::Result;
use crate::digits::{CLASSES, Digits, PIXELS, Rows};
use crate::report::Goal;
use thn::ir::Func;
use thn::ndarray::{Array1, ArrayD};
use thn::prelude::*;
use thn_random::Random;

/// Neurons of the hidden layer.
const HIDDEN: usize = 64;
/// Points near the line.
const POINTS: usize = 256;
/// The line that linear regression has to find: slope, and height at 0.
const LINE: [f64; 2] = [2.0, -0.5];
/// Standard deviation of the points from the line.
const NOISE: f64 = 0.1;

/// How to train a model, and what it has to reach.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// For people.
    pub(crate) name: &'static str,
    /// For file names.
    pub(crate) slug: &'static str,
    /// Passes over the training rows.
    pub(crate) epochs: usize,
    /// Rows of a step; rows that do not fill one are left out of the epoch.
    pub(crate) batch: usize,
    /// The learning rate.
    pub(crate) rate: f64,
    /// What is measured on rows that were not learned from.
    pub(crate) measure: &'static str,
    /// What the median over the seeds has to reach.
    pub(crate) goal: Goal,
}

impl Plan {
    /// The name of one of the model's functions.
    fn function(&self, role: &str) -> String {
        format!("{}_{role}", self.slug.replace('-', "_"))
    }
}

/// A model, compiled.
pub(crate) struct Task {
    /// How it is trained.
    pub(crate) plan: Plan,
    /// Training rows.
    pub(crate) rows: usize,
    /// What is learned.
    pub(crate) weights: Vec<Weight>,
    /// The step as it is written, with its gradients.
    pub(crate) source: Func,
    /// From row numbers to the loss before the step; updates the weights.
    pub(crate) step: Function,
    /// Measures what was learned.
    pub(crate) judge: Judge,
}

/// A shared variable that is learned.
pub(crate) struct Weight {
    variable: Tensor,
    lengths: Vec<usize>,
    /// It starts with uniform numbers up to this.
    reach: f64,
}

impl Weight {
    fn new(lengths: &[usize], reach: f64, name: &str) -> Weight {
        Weight { variable: shared(ArrayD::<f32>::zeros(lengths), name), lengths: lengths.to_vec(), reach }
    }

    /// A matrix between two layers. Its reach keeps the variance of what passes through, in both directions (Glorot
    /// and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010).
    fn between(from: usize, to: usize, name: &str) -> Weight {
        Weight::new(&[from, to], (6.0 / (from + to) as f64).sqrt(), name)
    }

    /// Forgets what was learned.
    pub(crate) fn reset(&self, random: &mut Random) -> Result<()> {
        let count = self.lengths.iter().product();
        let values = (0..count).map(|_| (random.symmetric() * self.reach) as f32).collect();
        Ok(self.variable.set_value(ArrayD::from_shape_vec(self.lengths.clone(), values)?)?)
    }
}

/// Measures a trained model.
pub(crate) enum Judge {
    /// Compares the found line with the true one.
    Line {
        /// The found slope.
        slope: Tensor,
        /// The found height at 0.
        height: Tensor,
    },
    /// Counts digits read correctly.
    Digits {
        /// From images to digits.
        read: Function,
        /// Rows not learned from.
        test: Rows,
    },
}

impl Judge {
    /// The measure that the plan names.
    pub(crate) fn measure(&self) -> Result<f64> {
        match self {
            Judge::Line { slope, height } => {
                let distance = |found: &Tensor, truth: f64| -> Result<f64> {
                    Ok((f64::from(found.get_value()?.as_slice::<f32>()?[0]) - truth).abs())
                };
                Ok(distance(slope, LINE[0])?.max(distance(height, LINE[1])?))
            }
            Judge::Digits { read, test } => {
                let answers = read.call([&test.images])?;
                let answers = answers.view::<i64>(0)?;
                let right = answers.iter().zip(&test.digits).filter(|(a, b)| a == b).count();
                Ok(right as f64 / test.digits.len() as f64)
            }
        }
    }
}

/// New values of all weights: a step down the gradient of the loss.
fn descend(loss: &Tensor, weights: &[Weight], rate: f64) -> Vec<(Tensor, Tensor)> {
    let variables: Vec<&Tensor> = weights.iter().map(|w| &w.variable).collect();
    let gradients = grad(loss, &variables);
    variables.iter().zip(&gradients).map(|(w, g)| ((*w).clone(), *w - rate * g)).collect()
}

/// A line through points, by least squares.
pub(crate) fn linear_regression(seed: u64) -> Result<Task> {
    let mut random = Random::new(seed);
    let places: Array1<f32> = (0..POINTS).map(|_| random.symmetric() as f32).collect();
    let heights: Array1<f32> =
        places.iter().map(|x| (LINE[0] * f64::from(*x) + LINE[1] + NOISE * random.normal()) as f32).collect();
    let (places, heights) = (shared(&places, "places"), shared(&heights, "heights"));
    let weights = vec![Weight::new(&[], 1.0, "slope"), Weight::new(&[], 1.0, "height")];
    let (slope, height) = (weights[0].variable.clone(), weights[1].variable.clone());
    let plan = Plan {
        name: "Linear regression",
        slug: "linear-regression",
        epochs: 30,
        batch: 32,
        rate: 0.1,
        measure: "distance from the slope and height of the line behind the points",
        goal: Goal::AtMost(0.05),
    };

    let rows = lvector("rows");
    let (x, y) = (places.take(&rows, 0), heights.take(&rows, 0));
    let loss = (x * &slope + &height - y).sqr().mean().named("loss");
    let judge = Judge::Line { slope, height };
    task(plan, POINTS, &rows, &loss, weights, judge)
}

/// One layer from pixels to digits.
pub(crate) fn softmax_regression(digits: &Digits) -> Result<Task> {
    let weights = vec![Weight::new(&[PIXELS, CLASSES], 0.0, "W"), Weight::new(&[CLASSES], 0.0, "b")];
    let [w, b] = [0, 1].map(|i| weights[i].variable.clone());
    let plan = Plan {
        name: "Softmax regression",
        slug: "softmax-regression",
        epochs: 30,
        batch: 32,
        rate: 0.5,
        measure: "test images read correctly",
        goal: Goal::AtLeast(0.95),
    };
    classifier(plan, digits, weights, |x| x.dot(&w) + &b)
}

/// A layer of neurons between pixels and digits.
pub(crate) fn hidden_layer(digits: &Digits) -> Result<Task> {
    let weights = vec![
        Weight::between(PIXELS, HIDDEN, "W1"),
        Weight::new(&[HIDDEN], 0.0, "b1"),
        Weight::between(HIDDEN, CLASSES, "W2"),
        Weight::new(&[CLASSES], 0.0, "b2"),
    ];
    let [w1, b1, w2, b2] = [0, 1, 2, 3].map(|i| weights[i].variable.clone());
    let plan = Plan {
        name: "One hidden layer",
        slug: "one-hidden-layer",
        epochs: 40,
        batch: 32,
        rate: 0.3,
        measure: "test images read correctly",
        goal: Goal::AtLeast(0.965),
    };
    classifier(plan, digits, weights, |x| (x.dot(&w1) + &b1).tanh().dot(&w2) + &b2)
}

/// A model that gives each digit a probability; `scores` are their logarithms, up to a term per image.
///
/// The loss is the textbook one, the logarithm of the softmax: the optimizer makes it stable.
fn classifier(
    plan: Plan,
    digits: &Digits,
    weights: Vec<Weight>,
    scores: impl Fn(&Tensor) -> Tensor,
) -> Result<Task> {
    let train = &digits.train;
    let (images, labels) = (shared(&train.images, "images"), shared(&train.digits, "digits"));
    let rows = lvector("rows");
    let (x, y) = (images.take(&rows, 0), labels.take(&rows, 0));
    let likely = scores(&x).softmax().log();
    let loss = (-likely.at(s![&arange(y.shape(0)), &y]).mean()).named("loss");

    let x = fmatrix("x");
    let read = function([&x], scores(&x).argmax(1)).name(&plan.function("read")).compile()?;
    let judge = Judge::Digits { read, test: digits.test.clone() };
    task(plan, train.digits.len(), &rows, &loss, weights, judge)
}

/// Compiles the step that updates all weights.
fn task(
    plan: Plan,
    count: usize,
    rows: &Tensor,
    loss: &Tensor,
    weights: Vec<Weight>,
    judge: Judge,
) -> Result<Task> {
    let step = || {
        function([rows], loss)
            .updates(descend(loss, &weights, plan.rate))
            .name(&plan.function("step"))
            .stages()
    };
    let (source, step) = (step().program()?.func, step().compile()?);
    Ok(Task { plan, rows: count, weights, source, step, judge })
}
