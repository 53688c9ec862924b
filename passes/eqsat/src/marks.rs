//! Nodes for which a stabilizing rule found a better form.

use crate::{
    graph::{Graph, Node},
    hash::{FastMap, FastSet},
};
use egg::Language;

/// The nodes that are never chosen where their class has another.
#[derive(Default)]
pub(crate) struct Marks {
    worse: FastSet<Node>,
    /// For a node in normal form, the nodes it was made from: what is better than it is better than they are.
    sources: FastMap<Node, Vec<Node>>,
}

impl Marks {
    /// Whether a node, under today's names, has a better equal.
    pub(crate) fn is_worse(&self, node: &Node) -> bool {
        self.worse.contains(node)
    }

    /// Says that there is something better than a node.
    pub(crate) fn mark(&mut self, node: &Node) {
        let mut all = vec![node.clone()];
        while let Some(node) = all.pop() {
            if !self.worse.contains(&node) {
                all.extend(self.sources.get(&node).into_iter().flatten().cloned());
                self.worse.insert(node);
            }
        }
    }

    /// Says that `node` stands for the same computation as `source`.
    pub(crate) fn link(&mut self, node: Node, source: &Node) {
        let worse = self.worse.contains(&node);
        let sources = self.sources.entry(node).or_default();
        if !sources.contains(source) {
            sources.push(source.clone());
        }
        if worse {
            self.mark(source);
        }
    }

    /// Follows the renaming of classes.
    pub(crate) fn rename(&mut self, graph: &Graph) {
        let stale = |node: &Node| node.children().iter().any(|c| graph.find(*c) != *c);
        let renamed = |mut node: Node| {
            node.update_children(|c| graph.find(c));
            node
        };
        let mut marked: Vec<Node> = self.worse.extract_if(stale).map(renamed).collect();
        let old: Vec<(Node, Vec<Node>)> =
            self.sources.extract_if(|node, from| stale(node) || from.iter().any(stale)).collect();
        for (node, from) in old {
            let node = renamed(node);
            if self.worse.contains(&node) {
                marked.push(node.clone());
            }
            let sources = self.sources.entry(node).or_default();
            for source in from.into_iter().map(renamed) {
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
        }
        for node in marked {
            self.worse.remove(&node);
            self.mark(&node);
        }
    }
}
