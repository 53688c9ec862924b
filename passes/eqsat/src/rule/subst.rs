//! What the variables of a rule stand for at a place of an e-graph, and whether its side conditions are proved there.

use crate::{
    egraph::{Graph, PayloadId},
    rule::{
        guards::{CONDITIONS, Subject},
        pattern::{Argument, Guard, Rule},
    },
};
use egg::Id;
use smallvec::{SmallVec, smallvec};

/// What the variables of a rule stand for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Subst {
    /// Variables, by position.
    pub vars: SmallVec<[Option<Id>; 4]>,
    /// Rest variables, by position.
    pub rests: SmallVec<[Option<Vec<Id>>; 1]>,
    /// Payload variables, by position.
    pub payloads: SmallVec<[Option<PayloadId>; 2]>,
    /// Broadcasts that have to undo a reduction, checked when everything is bound.
    pub(crate) rebroadcasts: SmallVec<[Rebroadcast; 1]>,
}

impl Subst {
    /// A binding of everything.
    pub fn of(vars: &[Id], rests: &[Vec<Id>], payloads: &[PayloadId]) -> Subst {
        Subst {
            vars: vars.iter().copied().map(Some).collect(),
            rests: rests.iter().cloned().map(Some).collect(),
            payloads: payloads.iter().copied().map(Some).collect(),
            rebroadcasts: smallvec![],
        }
    }

    /// The same binding in terms of other ids.
    pub(crate) fn mapped(&self, id: impl Fn(Id) -> Id) -> Subst {
        Subst {
            vars: self.vars.iter().map(|v| v.map(&id)).collect(),
            rests: self
                .rests
                .iter()
                .map(|r| r.as_ref().map(|r| r.iter().copied().map(&id).collect()))
                .collect(),
            ..self.clone()
        }
    }
}

/// A broadcast found where the pattern has `(rebroadcast@A part ?like)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Rebroadcast {
    /// The broadcast's payload; `None` where a rank-0 value is used as it is.
    pub(crate) payload: Option<PayloadId>,
    pub(crate) axes: usize,
    pub(crate) like: usize,
}

/// Whether all side conditions of a rule are proved.
pub fn allowed(graph: &Graph, rule: &Rule, subst: &Subst) -> bool {
    rule.guards.iter().all(|guard| holds(graph, guard, subst))
}

/// Whether a side condition is proved of what its variables stand for.
pub(crate) fn holds(graph: &Graph, guard: &Guard, subst: &Subst) -> bool {
    let (mut tensors, mut payloads) = (SmallVec::new(), SmallVec::new());
    for arg in &guard.args {
        match arg {
            Argument::Var(v) => tensors.extend(subst.vars[*v]),
            Argument::Rest(v) => tensors.extend(subst.rests[*v].iter().flatten().copied()),
            Argument::Payload(v) => payloads.extend(subst.payloads[*v].map(|p| graph.analysis.payload(p))),
        }
    }
    (CONDITIONS[guard.condition].holds)(&Subject { graph, tensors, payloads, numbers: &guard.numbers })
}
