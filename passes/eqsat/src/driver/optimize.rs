//! The optimizer: blocks from the inside out, round after round until nothing changes.

use crate::{
    cost::{self, CostModel},
    driver::{
        constants, decode, encode, extract,
        observer::{Decision, Observer},
    },
    hash::FastMap,
    options::{Detail, Options},
    report::{Profile, Report, Stop},
    rule::{library, pattern::Rule, set::CheckedRules},
    search::{log::ProofLog, rule_index::RuleIndex, saturate},
};
use egg::Id;
use std::{borrow::Cow, collections::BTreeMap};
use thn_facts::program::{self, KnownValues};
use thn_ir::{Attr, BlockId, Error, Func, OpKind, TensorType, Value};

/// Rounds until the program must have settled. Folded constants and new bounds let further rules apply, so that one
/// round is not always enough; a program that is optimized again does not change.
const ROUNDS: usize = 8;

/// The attribute of a function that names the rules of class `finite` it was rewritten by: it means the same as before
/// only where its inputs and intermediate values are finite.
pub const FINITE_ATTRIBUTE: &str = "thn.assumes_finite";

/// Rewrites a program into a numerically better and cheaper one with the same results.
///
/// Dims that the checks of the program prove equal are made one first. The shape program of a call is that of the
/// program before: rewriting can remove an op whose operands did not fit.
pub fn optimize(func: &mut Func, options: &Options) -> Result<Report, Error> {
    optimize_with(func, &rules_of(options)?, options)
}

/// The rules that options bring, and those of the crate.
pub(crate) fn rules_of(options: &Options) -> Result<Cow<'static, [Rule]>, Error> {
    Ok(match options.rules.as_slice() {
        [] => Cow::Borrowed(library::all()?),
        sets => Cow::Owned(CheckedRules::with_own(sets)?),
    })
}

/// [`optimize`] with other rules.
pub fn optimize_with(func: &mut Func, rules: &[Rule], options: &Options) -> Result<Report, Error> {
    optimize_observed(func, rules, options, None)
}

/// [`optimize_with`], followed by an observer.
pub(crate) fn optimize_observed(
    func: &mut Func,
    rules: &[Rule],
    options: &Options,
    mut observer: Option<&mut dyn Observer>,
) -> Result<Report, Error> {
    options.check_names(rules)?;
    func.check_nesting()?;
    func.unify_dims()?;
    *func = func.compact();
    let (cost_before, tree_cost_before) = program_cost(func, options.cost);
    let mut report = Report {
        ops_before: func.walk(Func::BODY).len(),
        cost_before,
        tree_cost_before,
        profile: profile(options),
        ..Report::default()
    };
    let mut text = func.to_string();
    let rounds = if options.search { ROUNDS } else { 0 };
    let index = RuleIndex::new(rules, options);
    for round in 0..rounds {
        let mut known = program::of_program(func);
        let regions = func.has_regions(Func::BODY);
        if round > 0 && regions {
            // The search comes first: what a region computes is put into a better form before parts of it move.
            report.phase("regions", |report| simplify_regions(func, &known, options, report));
            func.remove_dead();
            known = program::of_program(func);
        }
        block(func, Func::BODY, &index, &known, &mut report, reborrow(&mut observer))?;
        *func = func.compact();
        // The next round begins with the ops that are left.
        if report.nodes + func.walk(Func::BODY).len() > options.budget.total_nodes {
            unfinished(&mut report);
            break;
        }
        let new = observer.as_ref().map_or_else(|| func.to_string(), |o| o.text(func));
        if new == text && (round > 0 || !regions) {
            break;
        }
        if round + 1 == rounds {
            unfinished(&mut report);
            break;
        }
        text = new;
        if let Some(observer) = &mut observer {
            observer.round();
        }
    }
    if !report.finite.is_empty() {
        let names: Vec<String> = report.finite.iter().map(|name| format!("{name:?}")).collect();
        func.attrs.set(FINITE_ATTRIBUTE, Attr::Mlir(format!("[{}]", names.join(", ")).into()));
    }
    report.ops_after = func.walk(Func::BODY).len();
    (report.cost_after, report.tree_cost_after) = program_cost(func, options.cost);
    Ok(report)
}

/// The same observer for a shorter time.
fn reborrow<'a>(observer: &'a mut Option<&mut dyn Observer>) -> Option<&'a mut dyn Observer> {
    match observer {
        Some(observer) => Some(&mut **observer),
        None => None,
    }
}

/// Rewrites loops and branches as wholes.
fn simplify_regions(func: &mut Func, known: &KnownValues, options: &Options, report: &mut Report) {
    let fired = thn_loops::simplify(func, known, &|rewrite| options.allows_region(rewrite));
    for (name, times) in fired {
        *report.fired.entry(name.to_string()).or_insert(0) += times;
    }
}

/// Notes that another round might change the program.
fn unfinished(report: &mut Report) {
    if report.stop == Stop::Saturated {
        report.stop = Stop::Iterations;
    }
}

/// An empty profile of what the options ask for.
fn profile(options: &Options) -> Option<Profile> {
    let rules = (options.profile == Detail::Rules).then(BTreeMap::new);
    (options.profile != Detail::Nothing).then(|| Profile { rules, ..Profile::default() })
}

/// Optimizes the regions inside a block, then the block.
fn block(
    func: &mut Func,
    id: BlockId,
    index: &RuleIndex<'_>,
    known: &KnownValues,
    report: &mut Report,
    mut observer: Option<&mut dyn Observer>,
) -> Result<(), Error> {
    for op in func.block(id).ops.clone() {
        let data = func.op(op);
        // Planned kernels are final.
        if data.kind != OpKind::Kernel {
            for region in data.regions.clone() {
                block(func, region, index, known, report, reborrow(&mut observer))?;
            }
        }
    }
    let mut encoded = report.phase("encode", |_| encode::encode(func, id, known));
    let mut roots: Vec<Id> = func.block(id).results.iter().map(|r| encoded.classes[r]).collect();
    for anchor in &encoded.anchors {
        roots.extend(func.inputs(*anchor).iter().map(|v| encoded.classes[v]));
    }
    let graph = std::mem::take(&mut encoded.graph);
    let mut search = saturate::Search::new(graph, index);
    search.log = observer.is_some().then(|| ProofLog::new(&search.graph));
    search.run(&roots, report);
    encoded.settle(&search.graph);
    let choice = report.phase("extract", |_| {
        extract::extract(
            &search.graph,
            &roots,
            &encoded.origins,
            &search.node_table,
            &encoded.levels,
            index.options,
        )
    });
    if let Some(gap) = choice.gap {
        report.gap = Some(report.gap.map_or(gap, |g| g.max(gap)));
    }
    search.note_used(&choice.program(&search.graph, &roots), report);
    report.phase("decode", |_| {
        let folded = constants::fold(&search.graph, &choice, &roots);
        if let (Some(observer), Some(log)) = (&mut observer, &search.log) {
            let (encoded, graph) = (&encoded, &search.graph);
            let decision = Decision { block: id, encoded, graph, choice: &choice, folded: &folded };
            observer.block(func, log, &decision);
        }
        let new = decode::decode(func, id, &encoded, &search.graph, &choice, &folded)?;
        if let Some(observer) = observer {
            observer.rebuilt(func, &new);
        }
        Ok(())
    })
}

/// The estimated cost of a program, regions counted once: everything shared counted once, and every value counted for
/// each of its uses.
fn program_cost(func: &Func, model: CostModel) -> (f64, f64) {
    let mut cost = 0.0;
    let mut trees: FastMap<Value, f64> = FastMap::default();
    let tree = |trees: &FastMap<Value, f64>, values: &[Value]| -> f64 {
        values.iter().map(|v| trees.get(v).copied().unwrap_or(0.0)).sum()
    };
    for op in func.walk(Func::BODY) {
        let data = func.op(op);
        let operands: Vec<&TensorType> = data.operands.iter().filter_map(|v| func.tensor(*v)).collect();
        let result = data.results.first().and_then(|r| func.tensor(*r));
        let own = result.map_or(0.0, |ty| cost::of_op(data.kind, &operands, ty, model));
        cost += own;
        let whole = own + tree(&trees, &func.inputs(op));
        trees.extend(data.results.iter().map(|r| (*r, whole)));
    }
    (cost, tree(&trees, &func.body().results))
}
