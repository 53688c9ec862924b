//! The optimizer: blocks from the inside out, round after round until nothing changes.

use crate::{
    CostModel, Detail, Options, Profile, Report, RuleSet, Stop, cost,
    driver::{decode, encode, extract},
    egraph::Graph,
    hash::{FastMap, FastSet},
    proof::{Decision, Explanation, Journal},
    regions::{self, KnownValues},
    rule::{library, pattern::Rule},
    search::{rule_index::Plan, saturate},
};
use egg::Id;
use std::{borrow::Cow, collections::BTreeMap};
use thn_ir::{Attr, BlockId, Error, Func, Literal, OpKind, TensorType, Value};

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
        sets => Cow::Owned(RuleSet::with_own(sets)?),
    })
}

/// [`optimize`] with other rules.
pub(crate) fn optimize_with(func: &mut Func, rules: &[Rule], options: &Options) -> Result<Report, Error> {
    optimize_explaining(func, rules, options, None)
}

/// [`optimize_with`], with an explanation if somebody wants one.
pub(crate) fn optimize_explaining(
    func: &mut Func,
    rules: &[Rule],
    options: &Options,
    mut explanation: Option<&mut Explanation>,
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
    let plan = Plan::new(rules, options);
    for round in 0..rounds {
        let mut known = regions::of_program(func);
        let regions = regions::has_regions(func, Func::BODY);
        if round > 0 && regions {
            // The search comes first: what a region computes is put into a better form before parts of it move.
            report.phase("regions", |report| regions::simplify(func, &known, options, report));
            func.remove_dead();
            known = regions::of_program(func);
        }
        block(func, Func::BODY, &plan, &mut known, &mut report, explanation.as_deref_mut())?;
        *func = func.compact();
        // The next round begins with the ops that are left.
        if report.nodes + func.walk(Func::BODY).len() > options.budget.total_nodes {
            unfinished(&mut report);
            break;
        }
        let new = if explanation.is_some() { Explanation::text(func) } else { func.to_string() };
        if new == text && (round > 0 || !regions) {
            break;
        }
        if round + 1 == rounds {
            unfinished(&mut report);
            break;
        }
        text = new;
        if let Some(explanation) = &mut explanation {
            explanation.next_round();
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
    plan: &Plan<'_>,
    known: &mut KnownValues,
    report: &mut Report,
    mut explanation: Option<&mut Explanation>,
) -> Result<(), Error> {
    for op in func.block(id).ops.clone() {
        let data = func.op(op);
        // Planned kernels are final.
        if data.kind != OpKind::Kernel {
            for region in data.regions.clone() {
                block(func, region, plan, known, report, explanation.as_deref_mut())?;
            }
        }
    }
    let mut encoded = report.phase("encode", |_| encode::encode(func, id, known));
    let mut roots: Vec<Id> = func.block(id).results.iter().map(|r| encoded.classes[r]).collect();
    for anchor in &encoded.anchors {
        roots.extend(func.inputs(*anchor).iter().map(|v| encoded.classes[v]));
    }
    let graph = std::mem::take(&mut encoded.graph);
    let mut search = saturate::Search::new(graph, plan);
    search.journal = explanation.is_some().then(|| Journal::new(&search.graph));
    search.run(&roots, report);
    encoded.settle(&search.graph);
    let choice = report.phase("extract", |_| {
        extract::extract(
            &search.graph,
            &roots,
            &encoded.origins,
            &search.ledger,
            &encoded.levels,
            plan.options,
        )
    });
    if let Some(gap) = choice.gap {
        report.gap = Some(report.gap.map_or(gap, |g| g.max(gap)));
    }
    search.note_used(&choice.program(&search.graph, &roots), report);
    report.phase("decode", |_| {
        let folded = fold(&search.graph, &choice, &roots);
        let mut changes = FastMap::default();
        if let (Some(explanation), Some(journal)) = (explanation, &search.journal) {
            let (encoded, graph) = (&encoded, &search.graph);
            let decision = Decision { block: id, encoded, graph, choice: &choice, folded: &folded };
            changes = explanation.block(func, journal, &decision);
        }
        decode::decode(func, id, &encoded, &search.graph, &choice, &folded, &changes)
    })
}

/// Literals for the chosen classes that are computed from constants alone.
fn fold(graph: &Graph, choice: &extract::Choice, roots: &[Id]) -> BTreeMap<Id, Literal> {
    let mut literals: BTreeMap<Id, Literal> = BTreeMap::new();
    let mut folded = BTreeMap::new();
    let mut visited = FastSet::default();
    let mut stack: Vec<(Id, bool)> = roots.iter().map(|r| (graph.find(*r), false)).collect();
    while let Some((class, children_done)) = stack.pop() {
        let Some(node) = choice.node(graph, class) else { continue };
        if !children_done {
            if visited.insert(class) {
                stack.push((class, true));
                stack.extend(node.children.iter().map(|c| (graph.find(*c), false)));
            }
            continue;
        }
        let Some((kind, payload)) = node.op() else { continue };
        let attrs = &graph.analysis.payload(payload).attrs;
        if let Some(literal) = attrs.get_literal("value") {
            literals.insert(class, literal.clone());
            continue;
        }
        let operands: Option<Vec<Literal>> =
            node.children.iter().map(|c| literals.get(&graph.find(*c)).cloned()).collect();
        let Some(operands) = operands.filter(|o| !o.is_empty()) else { continue };
        if let Some(literal) = fold_op(kind, attrs, &operands) {
            literals.insert(class, literal.clone());
            folded.insert(class, literal);
        }
    }
    folded
}

/// An op on literals; sums and products of more than two in order.
pub(crate) fn fold_op(kind: OpKind, attrs: &thn_ir::Attrs, operands: &[Literal]) -> Option<Literal> {
    match operands {
        [first, rest @ ..] if rest.len() > 1 && kind.row().commutative => {
            rest.iter().try_fold(first.clone(), |a, b| thn_reference::fold(kind, attrs, &[a, b.clone()]))
        }
        _ => thn_reference::fold(kind, attrs, operands),
    }
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
