//! From a program to boxes and links, block by block.
//!
//! An op with a region is a box around a drawing of its own. A value enters a region through a *port*: an argument
//! of the block, or one for each value from outside that the region uses. It leaves through a port for each result
//! of the block. Ports are the first and the last layer inside, and links outside end at the ports, so that a reader
//! can follow a value through the frame.

use crate::label::{self, Label};
use crate::layout::{End, Item, Layout, Link, Pin, layout};
use crate::style::Style;
use std::collections::HashMap;
use thn_ir::{BlockId, Func, OpId, OpKind, Type, Value};

/// Width of the strip at the left of a frame that says what it is.
pub(crate) const STRIP: f64 = 20.0;
/// Room between a frame and what is inside.
const INSET: f64 = 12.0;

/// A box.
#[derive(Debug)]
pub(crate) struct Node {
    /// Unique in the drawing.
    pub(crate) id: String,
    /// Its kind.
    pub(crate) style: Style,
    /// Its words; in a frame, the first line runs up the strip.
    pub(crate) label: Label,
    /// Width and height.
    pub(crate) size: (f64, f64),
    /// What is inside, and where its upper left corner is.
    pub(crate) inside: Option<(Picture, (f64, f64))>,
    /// Where links come in.
    inputs: Vec<(f64, f64)>,
    /// Where links go out, one per value.
    outputs: Vec<(f64, f64)>,
}

/// The words of a link.
#[derive(Debug)]
pub(crate) struct Wire {
    /// Id of the box it comes from.
    pub(crate) from: String,
    /// Id of the box it goes to.
    pub(crate) to: String,
    /// What its tooltip says.
    pub(crate) tooltip: String,
    /// Which operand it is, where operands may not change places.
    pub(crate) operand: Option<usize>,
}

/// The drawing of one block.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Boxes.
    pub(crate) nodes: Vec<Node>,
    /// Links.
    pub(crate) wires: Vec<Wire>,
    /// Where they are.
    pub(crate) layout: Layout,
}

/// The drawing of a whole program.
pub(crate) fn picture(func: &Func) -> Picture {
    let mut draft = Draft::new(func, String::new(), 0);
    for (index, value) in func.body().args.iter().enumerate() {
        let shared = func.args.get(index).is_some_and(|a| a.shared);
        let style = if shared { Style::Shared } else { Style::Input };
        let item = draft.leaf(format!("arg{index}"), style, label::arg(func, index, *value), Pin::Free, 0);
        draft.known.insert(*value, (item, 0));
    }
    draft.ops(Func::BODY);
    for (index, value) in func.body().results.iter().enumerate() {
        let update = func.results.get(index).is_some_and(|r| r.updates.is_some());
        let style = if update { Style::Update } else { Style::Output };
        let item =
            draft.leaf(format!("result{index}"), style, label::result(func, index, *value), Pin::Free, 1);
        draft.link(*value, item, 0);
    }
    draft.finish().0
}

/// A drawing in the making.
struct Draft<'f> {
    func: &'f Func,
    /// Start of the ids of ports.
    prefix: String,
    nodes: Vec<Node>,
    pins: Vec<Pin>,
    links: Vec<Link>,
    wires: Vec<Wire>,
    /// The box and the output that give a value.
    known: HashMap<Value, (usize, usize)>,
    /// Ports that a value from outside feeds.
    fed: Vec<(Value, usize)>,
    /// How many ports are at the top.
    entrances: usize,
    /// How many frames it lies in. What lies deeper than regions nest in a program that verifies is not shown.
    depth: usize,
}

impl<'f> Draft<'f> {
    fn new(func: &'f Func, prefix: String, depth: usize) -> Draft<'f> {
        Draft {
            func,
            prefix,
            entrances: 0,
            depth,
            nodes: vec![],
            pins: vec![],
            links: vec![],
            wires: vec![],
            known: HashMap::new(),
            fed: vec![],
        }
    }

    fn push(&mut self, node: Node, pin: Pin) -> usize {
        self.nodes.push(node);
        self.pins.push(pin);
        self.nodes.len() - 1
    }

    /// Adds a box without anything inside. Links come in along its upper side and leave from the middle of the lower.
    fn leaf(&mut self, id: String, style: Style, label: Label, pin: Pin, inputs: usize) -> usize {
        let (width, height) = label.size();
        let width = width.max(14.0 * inputs as f64);
        let inputs = (0..inputs).map(|i| (width * (i + 1) as f64 / (inputs + 1) as f64, 0.0)).collect();
        let outputs = vec![(width / 2.0, height)];
        self.push(Node { id, style, label, size: (width, height), inside: None, inputs, outputs }, pin)
    }

    /// Adds a port at the top.
    fn entrance(&mut self, name: &str, ty: &Type, what: &str) -> usize {
        let id = format!("{}in{}", self.prefix, self.entrances);
        self.entrances += 1;
        self.leaf(id, Style::Port, label::port(name, ty, what), Pin::Top, 1)
    }

    /// Adds a port at the bottom.
    fn exit(&mut self, index: usize, name: &str, ty: &Type) -> usize {
        let id = format!("{}out{index}", self.prefix);
        self.leaf(id, Style::Port, label::port(name, ty, "gives"), Pin::Bottom, 1)
    }

    /// The box that gives a value; a value from outside gets a port.
    fn source(&mut self, value: Value) -> (usize, usize) {
        if let Some(found) = self.known.get(&value) {
            return *found;
        }
        let func = self.func;
        let item = self.entrance(&label::value(func, value), func.ty(value), "uses");
        self.fed.push((value, item));
        self.known.insert(value, (item, 0));
        (item, 0)
    }

    fn link(&mut self, value: Value, to: usize, input: usize) {
        let from = self.source(value);
        self.connect(value, from, to, input);
    }

    /// A link to an op whose operands are told apart by their numbers.
    fn operand(&mut self, value: Value, to: usize, input: usize) {
        self.link(value, to, input);
        if let Some(wire) = self.wires.last_mut() {
            wire.operand = Some(input);
        }
    }

    fn connect(&mut self, value: Value, (from, output): (usize, usize), to: usize, input: usize) {
        let (start, end) = (self.nodes[from].outputs[output], self.nodes[to].inputs[input]);
        self.links.push(Link {
            from: End { item: from, dx: start.0, dy: start.1 },
            to: End { item: to, dx: end.0, dy: end.1 },
        });
        self.wires.push(Wire {
            from: self.nodes[from].id.clone(),
            to: self.nodes[to].id.clone(),
            tooltip: format!("{}: {}", label::value(self.func, value), label::ty(self.func.ty(value))),
            operand: None,
        });
    }

    fn ops(&mut self, block: BlockId) {
        for op in &self.func.block(block).ops {
            self.op(*op);
        }
    }

    fn op(&mut self, op: OpId) {
        let data = self.func.op(op);
        let id = format!("op{}", op.0);
        if data.regions.is_empty() || self.depth == Func::MAX_NESTING {
            let label = label::op(self.func, op);
            let inputs = self.func.inputs(op);
            let item = self.leaf(id, Style::of(data.kind), label, Pin::Free, inputs.len());
            let ordered = inputs.len() > 1 && !data.kind.row().commutative;
            for (input, value) in inputs.into_iter().enumerate() {
                match ordered {
                    true => self.operand(value, item, input),
                    false => self.link(value, item, input),
                }
            }
            for result in &data.results {
                self.known.insert(*result, (item, 0));
            }
            return;
        }
        let mut inside = Draft::new(self.func, format!("{id}."), self.depth + 1);
        if let [region] = data.regions[..] {
            inside.region(op, region);
        } else {
            inside.branches(op);
        }
        let (item, fed) = self.frame(id, label::op(self.func, op), inside);
        for (input, value) in fed.into_iter().enumerate() {
            self.link(value, item, input);
        }
        for (output, result) in data.results.iter().enumerate() {
            self.known.insert(*result, (item, output));
        }
    }

    /// The inside of an op with one region: its operands enter where the region's arguments are.
    fn region(&mut self, op: OpId, region: BlockId) {
        let func = self.func;
        let data = func.op(op);
        let block = func.block(region);
        // The first operand of a loop is the number of steps, and its region's first argument is the step.
        let looped = usize::from(data.kind == OpKind::Loop);
        for (operand, spec) in data.operands.iter().zip(data.kind.row().operands).take(looped) {
            let item = self.entrance(spec.name, func.ty(*operand), "takes");
            self.fed.push((*operand, item));
        }
        for (index, arg) in block.args.iter().enumerate() {
            let outer = data.operands.get(index).filter(|_| index >= looped);
            let name = match (&func.value(*arg).name, outer) {
                (Some(name), _) => name.to_string(),
                (None, Some(outer)) => label::value(func, *outer),
                (None, None) => "step".to_string(),
            };
            let item = self.entrance(&name, func.ty(*arg), "takes");
            self.fed.extend(outer.map(|outer| (*outer, item)));
            self.known.insert(*arg, (item, 0));
        }
        self.ops(region);
        for (index, value) in block.results.iter().enumerate() {
            let name = data.results.get(index).and_then(|r| func.value(*r).name.as_deref());
            let name = name.map_or_else(|| label::value(func, *value), str::to_string);
            let item = self.exit(index, &name, func.ty(*value));
            self.link(*value, item, 0);
        }
    }

    /// The inside of an op with several regions: one frame for each.
    fn branches(&mut self, op: OpId) {
        let func = self.func;
        let data = func.op(op);
        for (index, operand) in data.operands.iter().enumerate() {
            let spec = data.kind.row().operands.get(index);
            let name = spec.map_or_else(|| label::value(func, *operand), |s| s.name.to_string());
            let item = self.entrance(&name, func.ty(*operand), "takes");
            self.fed.push((*operand, item));
        }
        let mut frames = vec![];
        for (index, region) in data.regions.iter().enumerate() {
            let name = match (data.kind, index) {
                (OpKind::Cond, 0) => "then".to_string(),
                (OpKind::Cond, 1) => "else".to_string(),
                _ => format!("region {index}"),
            };
            let id = format!("{}{index}", self.prefix);
            let mut inside = Draft::new(func, format!("{id}."), self.depth);
            for arg in &func.block(*region).args {
                let item = inside.entrance(&label::value(func, *arg), func.ty(*arg), "takes");
                inside.known.insert(*arg, (item, 0));
            }
            inside.ops(*region);
            for (index, value) in func.block(*region).results.iter().enumerate() {
                let item = inside.exit(index, &label::value(func, *value), func.ty(*value));
                inside.link(*value, item, 0);
            }
            let tooltip = format!("region {index} of thn.{}", data.kind.row().mnemonic);
            let (item, fed) = self.frame(id, Label { lines: vec![name], tooltip }, inside);
            for (input, value) in fed.into_iter().enumerate() {
                self.link(value, item, input);
            }
            frames.push((item, *region));
        }
        for (index, result) in data.results.iter().enumerate() {
            let item = self.exit(index, &label::value(func, *result), func.ty(*result));
            // Each region's result comes in at its own place, so that the two links do not meet.
            let width = self.nodes[item].size.0;
            let count = frames.len();
            self.nodes[item].inputs =
                (0..count).map(|i| (width * (i + 1) as f64 / (count + 1) as f64, 0.0)).collect();
            for (input, (frame, region)) in frames.iter().enumerate() {
                if let Some(value) = func.block(*region).results.get(index) {
                    self.connect(*value, (*frame, index), item, input);
                }
            }
        }
    }

    /// Adds a box around a finished drawing; gives the values that its inputs take, in order.
    fn frame(&mut self, id: String, label: Label, inside: Draft<'f>) -> (usize, Vec<Value>) {
        let (picture, entrances, exits) = inside.finish();
        let corner = (STRIP + INSET, INSET);
        let at = |item: usize, below: bool| {
            let (x, y) = picture.layout.corners[item];
            let (width, height) = picture.nodes[item].size;
            (corner.0 + x + width / 2.0, corner.1 + y + if below { height } else { 0.0 })
        };
        let inputs = entrances.iter().map(|(_, item)| at(*item, false)).collect();
        let outputs = exits.iter().map(|item| at(*item, true)).collect();
        // The strip holds what the frame is called, written upwards.
        let size = (
            STRIP + picture.layout.width + 2.0 * INSET,
            (picture.layout.height + 2.0 * INSET).max(label.head() + 2.0 * INSET),
        );
        let fed = entrances.into_iter().map(|(value, _)| value).collect();
        let inside = Some((picture, corner));
        let node = Node { id, style: Style::Region, label, size, inside, inputs, outputs };
        (self.push(node, Pin::Free), fed)
    }

    /// Places everything; gives the fed entrances and the exits too.
    fn finish(self) -> (Picture, Vec<(Value, usize)>, Vec<usize>) {
        let items: Vec<Item> = self
            .nodes
            .iter()
            .zip(&self.pins)
            .map(|(n, pin)| Item { width: n.size.0, height: n.size.1, pin: *pin })
            .collect();
        let exits = (0..items.len()).filter(|i| self.pins[*i] == Pin::Bottom).collect();
        let layout = layout(&items, &self.links);
        (Picture { nodes: self.nodes, wires: self.wires, layout }, self.fed, exits)
    }
}
