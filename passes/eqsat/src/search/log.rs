//! What made classes equal, as the search goes.
//!
//! Each entry is an equation between terms over classes: the left side with everything that the rewrite looked at
//! spelled out, and how the rewrite turns it into the right side. Congruence needs no entries: it follows.

use crate::{
    builtin::{
        found::{Found, Member},
        products::Product,
    },
    egraph::{Graph, Head, Node, TypeId, class_data, rank, type_of},
    rule::{
        pattern::{Pattern, PayloadPattern, Rule},
        subst::Subst,
    },
};
use egg::Id;
use std::collections::BTreeMap;
use thn_facts::Facts;
use thn_ir::{Literal, OpKind};

/// A term over classes.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// The value of a class, however it is computed.
    Class(Id),
    /// An op of a type.
    Node(Head, Option<TypeId>, Vec<Tree>),
}

/// What turns the left side of an entry into its right side.
#[derive(Clone, Debug)]
pub(crate) enum Rewrite {
    /// A rule, by position, and what its variables stand for.
    Rule(usize, Subst),
    /// A rewrite of [`crate::builtin::multisets`], by name.
    BuiltIn(&'static str),
}

/// One equation.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) left: Tree,
    pub(crate) rewrite: Rewrite,
}

/// All equations that made classes one, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProofLog {
    pub(crate) entries: Vec<Entry>,
    /// What is given of values that the search cannot enter, by class.
    pub(crate) given: BTreeMap<Id, Facts>,
}

impl ProofLog {
    /// A log of what will happen to `graph`.
    pub(crate) fn new(graph: &Graph) -> ProofLog {
        let leaves = graph.classes().filter(|c| c.nodes.iter().all(|n| n.kind().is_none()));
        ProofLog { entries: vec![], given: leaves.map(|c| (c.id, class_data(graph, c.id).facts)).collect() }
    }

    /// The entry of a rule that holds at `node`, which is in `class`, as `way` says.
    pub(crate) fn rule(
        &self,
        graph: &Graph,
        rule: &Rule,
        number: usize,
        (class, node): (Id, &Node),
        subst: &Subst,
    ) -> Option<Entry> {
        let left = Witness { graph, subst }.node(&rule.left, node, class_data(graph, class).ty)?;
        Some(Entry { left, rewrite: Rewrite::Rule(number, subst.clone()) })
    }

    /// The entry of what [`crate::builtin::multisets`] found for `node`, which is in `class`.
    pub(crate) fn built_in(&self, graph: &Graph, node: &Node, class: Id, found: &Found) -> Option<Entry> {
        let operand = |(child, member): (&Id, &Member)| match member {
            Member::Any => Some(Tree::Class(*child)),
            Member::Node(n) => {
                let inner = n.children.iter().map(|c| Tree::Class(*c)).collect();
                Some(Tree::Node(n.head, class_data(graph, *child).ty, inner))
            }
            Member::Number => number(graph, *child),
        };
        let operands = node.children.iter().zip(&found.members).map(operand).collect::<Option<_>>()?;
        let left = Tree::Node(node.head, class_data(graph, class).ty, operands);
        Some(Entry { left, rewrite: Rewrite::BuiltIn(found.name) })
    }

    /// The entry of an order of products.
    pub(crate) fn product(&self, graph: &Graph, found: &Product) -> Option<Entry> {
        let left = opened(graph, found.class, &found.opened, &mut vec![])?;
        Some(Entry { left, rewrite: Rewrite::BuiltIn(found.name) })
    }

    /// Adds an entry. One that could not be written down is left out: the chains that need it are then missing, and
    /// said to be.
    pub(crate) fn push(&mut self, entry: Option<Entry>) {
        self.entries.extend(entry);
    }
}

/// A class spelled out as far as it was opened; `None` if it contains itself.
fn opened(graph: &Graph, class: Id, nodes: &BTreeMap<Id, Node>, within: &mut Vec<Id>) -> Option<Tree> {
    let class = graph.find(class);
    let Some(node) = nodes.get(&class) else { return Some(Tree::Class(class)) };
    if within.contains(&class) {
        return None;
    }
    within.push(class);
    let children = node.children.iter().map(|c| opened(graph, *c, nodes, within)).collect::<Option<_>>();
    within.pop();
    Some(Tree::Node(node.head, class_data(graph, class).ty, children?))
}

/// The most classes that are looked into to spell out how a number is computed.
const LOOKS: usize = 128;

/// How a class is computed that holds one known number; `None` if that takes too much to say.
fn number(graph: &Graph, class: Id) -> Option<Tree> {
    let mut looks = LOOKS;
    number_within(graph, class, &mut vec![], &mut looks)
}

/// As [`number`], inside of some classes and with some looks left.
fn number_within(graph: &Graph, class: Id, within: &mut Vec<Id>, looks: &mut usize) -> Option<Tree> {
    let class = graph.find(class);
    if within.contains(&class) {
        return None;
    }
    *looks = looks.checked_sub(1)?;
    within.push(class);
    let tree = number_of(graph, class, within, looks);
    within.pop();
    tree
}

fn number_of(graph: &Graph, class: Id, within: &mut Vec<Id>, looks: &mut usize) -> Option<Tree> {
    let ty = class_data(graph, class).ty;
    let known = |n: &&Node| {
        n.op().is_some_and(|(kind, payload)| {
            let literal = graph.analysis.payload(payload).attrs.get_literal("value");
            kind == OpKind::Constant && literal.and_then(Literal::splat_value).is_some()
        })
    };
    if let Some(node) = graph[class].nodes.iter().filter(known).min() {
        return Some(Tree::Node(node.head, ty, vec![]));
    }
    let mut nodes: Vec<&Node> = graph[class].nodes.iter().collect();
    nodes.sort_unstable();
    nodes.into_iter().find_map(|node| match node.kind() {
        Some(OpKind::Broadcast | OpKind::Reshape | OpKind::Dimshuffle | OpKind::Slice) => {
            let source = node.children.first().filter(|c| class_data(graph, **c).splat.is_some())?;
            Some(Tree::Node(node.head, ty, vec![number_within(graph, *source, within, looks)?]))
        }
        // Arithmetic on numbers that does not round.
        Some(kind) if kind.row().is_elementwise() => {
            let splats: Option<Vec<&Literal>> =
                node.children.iter().map(|c| class_data(graph, *c).splat.as_deref()).collect();
            let dtype = type_of(graph, class)?.dtype;
            thn_facts::fold_exact(kind, dtype, &splats?)?;
            let operands = node.children.iter().map(|c| number_within(graph, *c, within, looks));
            Some(Tree::Node(node.head, ty, operands.collect::<Option<_>>()?))
        }
        _ => None,
    })
}

/// Spells out the left side of a rule whose variables are all bound.
struct Witness<'a> {
    graph: &'a Graph,
    subst: &'a Subst,
}

impl Witness<'_> {
    fn same(&self, a: Id, b: Id) -> bool {
        self.graph.find(a) == self.graph.find(b)
    }

    fn class(&self, pattern: &Pattern, class: Id) -> Option<Tree> {
        let class = self.graph.find(class);
        match pattern {
            Pattern::Var(v) => self.subst.vars[*v].filter(|bound| self.same(*bound, class)).map(Tree::Class),
            Pattern::Number(n) => {
                let splat = class_data(self.graph, class).splat.as_ref()?;
                n.is_all(splat).then(|| number(self.graph, class))?
            }
            Pattern::Op { .. } | Pattern::Rebroadcast { .. } => {
                let ty = class_data(self.graph, class).ty;
                let mut nodes: Vec<&Node> = self.graph[class].nodes.iter().collect();
                nodes.sort_unstable();
                let found = nodes.into_iter().find_map(|n| self.node(pattern, n, ty));
                found.or_else(|| match pattern {
                    Pattern::Rebroadcast { part, .. } if rank(self.graph, class) == 0 => {
                        self.class(part, class)
                    }
                    _ => None,
                })
            }
            Pattern::Count { .. } => None,
        }
    }

    /// `pattern` at a node of type `ty`.
    fn node(&self, pattern: &Pattern, node: &Node, ty: Option<TypeId>) -> Option<Tree> {
        let (found, payload) = node.op()?;
        match pattern {
            Pattern::Op { kind, payload: wanted, args, rest } if *kind == found => {
                if let PayloadPattern::Var(v) = wanted
                    && self.subst.payloads[*v] != Some(payload)
                {
                    return None;
                }
                let mut children = vec![None; node.children.len()];
                self.assign(args, *rest, kind.row().commutative, &node.children, &mut children)?;
                Some(Tree::Node(node.head, ty, children.into_iter().collect::<Option<_>>()?))
            }
            Pattern::Rebroadcast { axes, part, like } if found == OpKind::Broadcast => {
                let reduced = self.graph.analysis.payload(self.subst.payloads[*axes]?).attrs.get_ints("axes");
                let like = type_of(self.graph, self.subst.vars[*like]?)?;
                let payload = self.graph.analysis.payload(payload);
                let kept = (0..like.rank() as i64).filter(|d| !reduced.contains(d));
                let fits = payload.attrs.get_ints("axes").iter().copied().eq(kept)
                    && payload.ty.as_ref().is_some_and(|t| t.shape == like.shape);
                let part = fits.then(|| self.class(part, node.children[0]))??;
                Some(Tree::Node(node.head, ty, vec![part]))
            }
            _ => None,
        }
    }

    /// Fills `out` with the children of an op as `args` and `rest` have them.
    fn assign(
        &self,
        args: &[Pattern],
        rest: Option<usize>,
        any_order: bool,
        children: &[Id],
        out: &mut [Option<Tree>],
    ) -> Option<()> {
        let Some((first, others)) = args.split_first() else {
            let Some(rest) = rest else { return out.iter().all(Option::is_some).then_some(()) };
            let mut bound = self.subst.rests[rest].clone()?;
            for (slot, child) in out.iter_mut().zip(children).filter(|(slot, _)| slot.is_none()) {
                let at = bound.iter().position(|b| self.same(*b, *child))?;
                *slot = Some(Tree::Class(bound.remove(at)));
            }
            return bound.is_empty().then_some(());
        };
        let next = out.iter().position(Option::is_none)?;
        let end = if any_order { children.len() } else { next + 1 };
        for i in next..end {
            if out[i].is_some() {
                continue;
            }
            if let Some(tree) = self.class(first, children[i]) {
                let before = out.to_vec();
                out[i] = Some(tree);
                if self.assign(others, rest, any_order, children, out).is_some() {
                    return Some(());
                }
                out.clone_from_slice(&before);
            }
        }
        None
    }
}
