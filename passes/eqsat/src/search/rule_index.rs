//! What the patterns of a set of rules look at, and how far below which ops.
//!
//! A change matters to a rule only if its pattern can see it: an op of a kind that the pattern names, at the depth at
//! which it names it, two operands that have become one where a variable stands twice, a fact where a condition or a
//! number asks for it.

use crate::{
    builtin::multisets,
    egraph::{Graph, op_set::KindSet},
    options::Options,
    rule::{
        pattern::{Argument, Pattern, Rule},
        subst::Subst,
    },
    search::ematch::Site,
};
use egg::Id;
use thn_ir::OpKind;

/// A change some ops below a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// How many ops below.
    pub(crate) distance: u8,
    pub(crate) what: KindSet,
}

/// The rules that options allow, by what they look at.
pub(crate) struct RuleIndex<'a> {
    pub(crate) rules: &'a [Rule],
    pub(crate) options: &'a Options,
    /// Rules by the op at the root of their left sides: those that contract, and those that expand.
    index: [Vec<Vec<Trigger>>; 2],
    /// For each op, what built-in rewrites look for in its operands.
    built_in: Vec<KindSet>,
    /// For each distance less one and each op, what some contracting pattern or built-in rewrite looks for that far
    /// below such an op, be it the root of the pattern or not.
    interest: Vec<Vec<KindSet>>,
    /// The same for contracting rules with their roots at the op.
    roots: Vec<Vec<KindSet>>,
}

impl<'a> RuleIndex<'a> {
    pub(crate) fn new(rules: &'a [Rule], options: &'a Options) -> RuleIndex<'a> {
        let mut index = [(); 2].map(|()| OpKind::ALL.iter().map(|_| vec![]).collect::<Vec<_>>());
        let built_in: Vec<KindSet> = OpKind::ALL.iter().map(|kind| multisets::looks_for(*kind)).collect();
        let mut interest = vec![built_in.clone()];
        let mut roots: Vec<Vec<KindSet>> = vec![];
        let allowed = |r: &Rule| {
            options.allows(&r.name, &r.family, r.class) && (!options.keeps_choices || r.keeps_choices())
        };
        for (i, rule) in rules.iter().enumerate().filter(|(_, r)| allowed(r)) {
            let Some(root) = rule.left.root() else { continue };
            let mut view = View { rule, above: vec![], looks: vec![], interest: None };
            if !rule.expand {
                view.interest = Some(&mut interest);
            }
            view.walk(&rule.left);
            let looks = view.looks;
            if !rule.expand {
                for (depth, what) in looks.iter().enumerate() {
                    if roots.len() <= depth {
                        roots.push(nothing());
                    }
                    roots[depth][root as usize].add(*what);
                }
            }
            index[usize::from(rule.expand)][root as usize].push(Trigger::new(i, rule, looks));
        }
        RuleIndex { rules, options, index, built_in, interest, roots }
    }

    /// The rules that may hold at an op.
    pub(crate) fn triggers(&self, kind: OpKind, expand: bool) -> &[Trigger] {
        &self.index[usize::from(expand)][kind as usize]
    }

    /// The ops at which expanding rules may hold.
    pub(crate) fn expanding(&self) -> KindSet {
        OpKind::ALL.iter().copied().filter(|kind| !self.triggers(*kind, true).is_empty()).collect()
    }

    /// Whether a contracting rule may hold at an op after these changes below it.
    pub(crate) fn may_hold(&self, kind: OpKind, changes: &[Change]) -> bool {
        changes.iter().any(|change| {
            let looks = self.roots.get(usize::from(change.distance) - 1);
            looks.is_some_and(|of| !of[kind as usize].is_disjoint(change.what))
        })
    }

    /// Whether a built-in rewrite may find something at an op after these changes below it.
    pub(crate) fn may_normalize(&self, kind: OpKind, changes: &[Change]) -> bool {
        let looks = self.built_in[kind as usize];
        changes.iter().any(|change| change.distance == 1 && !change.what.is_disjoint(looks))
    }

    /// What of a change so far below it matters to an op or to what uses it.
    pub(crate) fn matters(&self, kind: OpKind, change: Change) -> KindSet {
        let interest = self.interest.get(usize::from(change.distance) - 1);
        interest.map_or(KindSet::default(), |of| of[kind as usize].intersection(change.what))
    }
}

/// For each op nothing.
fn nothing() -> Vec<KindSet> {
    vec![KindSet::default(); OpKind::ALL.len()]
}

/// Walks a pattern and notes what it looks for how far below which ops.
struct View<'a> {
    rule: &'a Rule,
    /// The ops above the part of the pattern that is walked, from the root down.
    above: Vec<OpKind>,
    /// For each depth less one, what the pattern looks for there.
    looks: Vec<KindSet>,
    interest: Option<&'a mut Vec<Vec<KindSet>>>,
}

impl View<'_> {
    fn walk(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Var(v) => self.look(self.variable(&Argument::Var(*v))),
            Pattern::Number(_) => self.look(KindSet::KNOWN),
            Pattern::Op { kind, args, rest, .. } => {
                self.look(KindSet::of(*kind));
                self.above.push(*kind);
                args.iter().for_each(|a| self.walk(a));
                if let Some(rest) = rest {
                    self.look(self.variable(&Argument::Rest(*rest)));
                }
                self.above.pop();
            }
            Pattern::Rebroadcast { part, .. } => {
                self.look(KindSet::of(OpKind::Broadcast));
                self.above.push(OpKind::Broadcast);
                self.walk(part);
                self.above.pop();
                // A rank-0 part stands without its broadcast.
                if !self.above.is_empty() {
                    self.walk(part);
                }
            }
            Pattern::Count { .. } => {}
        }
    }

    /// What matters of the class of a variable.
    fn variable(&self, variable: &Argument) -> KindSet {
        let mut looks = KindSet::default();
        if occurrences(&self.rule.left, variable) > 1 {
            looks.add(KindSet::SAME);
        }
        // Conditions read facts, and whether something is the length of a dim.
        if self.rule.guards.iter().any(|g| g.args.contains(variable)) {
            looks.add(KindSet::KNOWN.union(KindSet::of(OpKind::Dim)));
        }
        looks
    }

    /// Notes that the pattern looks for something below the ops it came through.
    fn look(&mut self, what: KindSet) {
        let depth = self.above.len();
        if depth == 0 || what.is_empty() {
            return;
        }
        if self.looks.len() < depth {
            self.looks.resize(depth, KindSet::default());
        }
        self.looks[depth - 1].add(what);
        let Some(interest) = &mut self.interest else { return };
        while interest.len() < depth {
            interest.push(nothing());
        }
        for (kind, of) in self.above.iter().rev().zip(interest.iter_mut()) {
            of[*kind as usize].add(what);
        }
    }
}

/// How often a variable stands in a pattern.
fn occurrences(pattern: &Pattern, variable: &Argument) -> usize {
    match (pattern, variable) {
        (Pattern::Var(v), Argument::Var(w)) => usize::from(v == w),
        (Pattern::Op { args, rest, .. }, _) => {
            let own = matches!((rest, variable), (Some(r), Argument::Rest(s)) if r == s);
            usize::from(own) + args.iter().map(|a| occurrences(a, variable)).sum::<usize>()
        }
        (Pattern::Rebroadcast { part, like, .. }, _) => {
            let own = matches!(variable, Argument::Var(v) if v == like);
            usize::from(own) + occurrences(part, variable)
        }
        _ => 0,
    }
}

/// A rule, and what a node must have for it to be worth a look.
pub(crate) struct Trigger {
    /// The rule, by position.
    pub(crate) rule: usize,
    /// Ops that it wants directly below its root.
    operands: KindSet,
    /// Whether it wants a number there.
    number: bool,
    /// For each depth less one, what it looks for there.
    looks: Box<[KindSet]>,
    /// The variables that are operands on its right side.
    used: Box<[Argument]>,
}

impl Trigger {
    fn new(position: usize, rule: &Rule, looks: Vec<KindSet>) -> Trigger {
        let vars = (0..rule.vars.len()).map(Argument::Var);
        let rests = (0..rule.rests.len()).map(Argument::Rest);
        let inside = |v: &Argument| rule.right.root().is_some() && occurrences(&rule.right, v) > 0;
        let used = vars.chain(rests).filter(inside).collect();
        let mut trigger = Trigger {
            rule: position,
            operands: KindSet::default(),
            number: false,
            looks: looks.into(),
            used,
        };
        let args: &[Pattern] = match &rule.left {
            Pattern::Op { args, .. } => args,
            Pattern::Rebroadcast { part, .. } => std::slice::from_ref(part),
            _ => &[],
        };
        for arg in args {
            match arg {
                Pattern::Op { kind, .. } => trigger.operands.insert(*kind),
                Pattern::Number(_) => trigger.number = true,
                _ => {}
            }
        }
        trigger
    }

    /// Whether what the rule would make for a class is made of that class: it can stand for nothing, and going on from
    /// there would not end.
    pub(crate) fn goes_round(&self, graph: &Graph, class: Id, subst: &Subst) -> bool {
        let own = |x: &Id| graph.find(*x) == class;
        self.used.iter().any(|v| match v {
            Argument::Var(v) => subst.vars[*v].as_ref().is_some_and(own),
            Argument::Rest(v) => subst.rests[*v].iter().flatten().any(own),
            Argument::Payload(_) => false,
        })
    }

    /// Whether one of these changes can make the rule hold where it did not.
    pub(crate) fn sees(&self, changes: &[Change]) -> bool {
        changes.iter().any(|change| {
            let looks = self.looks.get(usize::from(change.distance) - 1);
            looks.is_some_and(|looks| !looks.is_disjoint(change.what))
        })
    }
}

/// What is directly below a node.
#[derive(Default)]
pub(crate) struct Below {
    kinds: KindSet,
    number: bool,
}

impl Below {
    pub(crate) fn new(site: &Site<'_>) -> Below {
        let mut below = Below::default();
        for operand in &site.operands {
            below.kinds.add(operand.data.matchable_ops());
            below.number |= operand.data.splat.is_some();
        }
        below
    }

    /// Whether a rule may hold above this.
    pub(crate) fn admits(&self, trigger: &Trigger) -> bool {
        self.kinds.covers(trigger.operands) && (self.number || !trigger.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        egraph::{ClassAnalysis, Head, Node, add_typed},
        rule::parse::parse_file,
    };
    use egg::EGraph;
    use smallvec::SmallVec;
    use std::collections::BTreeSet;
    use thn_ir::{DType, TensorType};

    #[test]
    fn what_would_make_a_class_of_itself_goes_round() {
        let text = "[a exact]\nmove : (add (sub ?x ?y) ?z) => (add ?x (sub ?z ?y))\nback : (add (sub ?x ?y) ?y) => ?x\n";
        let rules = parse_file("a.rules", text, &mut BTreeSet::new()).unwrap();
        let mut graph: Graph = EGraph::new(ClassAnalysis::default());
        let mut leaf = |n| {
            let node = Node { head: Head::Leaf(n), children: SmallVec::new() };
            add_typed(&mut graph, node, Some(TensorType::scalar(DType::F64)))
        };
        let [class, other, alias] = [leaf(0), leaf(1), leaf(2)];
        graph.union(class, alias);
        let class = graph.find(class);
        let goes_round = |rule: usize, x: Id| {
            let vars = if rule == 0 { vec![x, other, other] } else { vec![x, other] };
            let trigger = Trigger::new(rule, &rules[rule], vec![]);
            trigger.goes_round(&graph, class, &Subst::of(&vars, &[], &[]))
        };
        assert!(goes_round(0, class) && goes_round(0, alias));
        assert!(!goes_round(0, other));
        // What gives an operand back makes nothing.
        assert!(!goes_round(1, class));
    }
}
