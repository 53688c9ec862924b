//! From a graph to a function: what some outputs need, with variables as entry arguments.

use crate::{
    Tensor,
    arena::{Graph, with},
    lengths::{LOCAL, as_dim},
    sink,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use thn_ir::{Arg, Dim, Error, Func, Loc, OpId, Res, Symbol, SymbolOrigin, Value, ValueDef};
use thn_runtime::SharedVar;

/// What a function is made of.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The function's name.
    pub name: String,
    /// Variables that a call gives, in order.
    pub inputs: Vec<Tensor>,
    /// What a call returns, in order, with names.
    pub outputs: Vec<(Tensor, Option<String>)>,
    /// Shared variables and their values after a call.
    pub updates: Vec<(Tensor, Tensor)>,
    /// Tensors and what takes their place.
    pub givens: Vec<(Tensor, Tensor)>,
    /// Whether inputs that nothing depends on are fine.
    pub allow_unused_inputs: bool,
    /// Where the function is made.
    pub loc: Loc,
}

/// A function and the state behind its shared arguments.
#[derive(Debug)]
pub struct Program {
    /// The function: its arguments are the inputs and then the shared variables, its results the outputs and then
    /// the updates.
    pub func: Func,
    /// How many arguments are inputs.
    pub inputs: usize,
    /// The state behind the other arguments, in order.
    pub shared: Vec<SharedVar>,
    /// How many results are outputs.
    pub outputs: usize,
}

impl Program {
    /// Makes a function, or gives everything that is wrong.
    ///
    /// # Errors
    ///
    /// Every problem of the tensors that are asked for, and of the request: inputs that are computed, shared, named
    /// alike, missing or unused; updates and givens of other types; givens in circles.
    pub fn extract(request: &Request) -> Result<Program, Vec<Error>> {
        let mut tensors: Vec<&Tensor> = request.inputs.iter().collect();
        tensors.extend(request.outputs.iter().map(|(t, _)| t));
        for (a, b) in request.updates.iter().chain(&request.givens) {
            tensors.extend([a, b]);
        }
        with(&tensors, |graph, _, values| {
            let (inputs, rest) = values.split_at(request.inputs.len());
            let (outputs, rest) = rest.split_at(request.outputs.len());
            let pairs = |v: &[Value]| v.chunks_exact(2).map(|p| (p[0], p[1])).collect::<Vec<_>>();
            let (updates, givens) = rest.split_at(2 * request.updates.len());
            let mut extraction = Extraction {
                graph,
                request,
                inputs,
                outputs,
                updates: pairs(updates),
                givens: pairs(givens),
                errors: vec![],
                steps: vec![],
                args: vec![],
                used: HashSet::new(),
                poison_seen: false,
            };
            match extraction.run() {
                Some(program) if extraction.errors.is_empty() => Ok(program),
                _ => Err(extraction.errors),
            }
        })
    }
}

/// One thing to do while copying, in order.
enum Step {
    Copy(OpId),
    /// The second value takes the place of the first.
    Alias(Value, Value),
}

struct Extraction<'a> {
    graph: &'a mut Graph,
    request: &'a Request,
    inputs: &'a [Value],
    outputs: &'a [Value],
    updates: Vec<(Value, Value)>,
    givens: Vec<(Value, Value)>,
    errors: Vec<Error>,
    steps: Vec<Step>,
    /// Entry arguments of the new function.
    args: Vec<Value>,
    /// Entry arguments of the graph that something depends on.
    used: HashSet<Value>,
    /// Whether something could not be built.
    poison_seen: bool,
}

impl Extraction<'_> {
    fn error(&mut self, message: String, loc: Loc) {
        let error = Error::input(message).located(&loc).located(&self.request.loc);
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    fn name(&self, value: Value) -> String {
        self.graph.func.describe(value)
    }

    fn run(&mut self) -> Option<Program> {
        let mut roots: Vec<Value> = self.outputs.to_vec();
        roots.extend(self.updates.iter().map(|(_, new)| *new));
        let mut all = roots.clone();
        all.extend(self.givens.iter().map(|(_, new)| *new));
        self.errors = self.graph.problems(&all);
        self.poison_seen = !self.errors.is_empty();
        self.check_inputs();
        self.check_updates();
        self.check_givens();
        self.args = self.inputs.to_vec();
        self.order(&roots)?;
        // A target that is not shared has been reported.
        let targets = self.updates.iter().map(|(target, _)| *target);
        let targets: Vec<Value> = targets.filter(|t| self.graph.shared.contains_key(t)).collect();
        targets.into_iter().for_each(|t| self.need_arg(t));
        let symbols = self.symbols(&roots);
        self.check_unused();
        if !self.errors.is_empty() {
            return None;
        }
        Some(self.copy(&symbols))
    }

    /// The position of an entry argument of the graph.
    fn arg_index(&self, value: Value) -> Option<usize> {
        match self.graph.func.def(value) {
            ValueDef::Arg { block: Func::BODY, index } => Some(index as usize),
            _ => None,
        }
    }

    fn check_inputs(&mut self) {
        let mut seen = HashSet::new();
        let mut named: HashMap<Arc<str>, Value> = HashMap::new();
        for input in self.inputs {
            let name = self.name(*input);
            let problem = match self.arg_index(*input) {
                None => "is computed; an input is a variable, and givens replace what is computed",
                Some(_) if self.graph.shared.contains_key(input) => {
                    "is a shared variable, which is an input of every function that uses it; to give it another value \
                     for one function, use givens"
                }
                Some(_) if !seen.insert(*input) => "is an input twice",
                Some(_) => continue,
            };
            self.error(format!("{name} {problem}"), Loc::Unknown);
        }
        for input in self.inputs {
            let Some(name) = self.graph.func.value(*input).name.clone() else { continue };
            let first = *named.entry(name.clone()).or_insert(*input);
            if first != *input {
                let (here, there) = (self.loc_of(*input), self.loc_of(first));
                self.error(format!("two inputs are called {name}; the other is made at {there}"), here);
            }
        }
    }

    fn check_updates(&mut self) {
        let mut seen = HashSet::new();
        for (target, new) in self.updates.clone() {
            let name = self.name(target);
            if !self.graph.shared.contains_key(&target) {
                self.error(format!("{name} has an update, but is not a shared variable"), Loc::Unknown);
            } else if !seen.insert(target) {
                self.error(format!("{name} has two updates"), Loc::Unknown);
            }
            let (old_ty, new_ty) = (self.graph.func.ty(target).clone(), self.graph.func.ty(new).clone());
            if let (Some(a), Some(b)) = (old_ty.tensor(), new_ty.tensor())
                && (a.dtype != b.dtype || a.rank() != b.rank())
            {
                let hint = if a.dtype == b.dtype {
                    "give it the same number of dims".to_string()
                } else {
                    format!("cast it to {}", a.dtype.numpy())
                };
                let loc = self.loc_of(new);
                self.error(format!("the update of {name} is {b}, but {name} is {a}; {hint}"), loc);
            }
        }
    }

    fn check_givens(&mut self) {
        for (old, new) in self.givens.clone() {
            let name = self.name(old);
            if self.inputs.contains(&old) {
                self.error(format!("{name} is both an input and given"), Loc::Unknown);
            }
            if self.givens.iter().filter(|(o, _)| *o == old).count() > 1 {
                self.error(format!("{name} is given twice"), Loc::Unknown);
            }
            let (a, b) = (self.graph.func.ty(old).clone(), self.graph.func.ty(new).clone());
            if let (Some(a), Some(b)) = (a.tensor(), b.tensor())
                && (a.dtype != b.dtype || a.rank() != b.rank())
            {
                let loc = self.loc_of(new);
                self.error(format!("{name} is {a}, but what is given for it is {b}"), loc);
            }
        }
    }

    /// Where a value was made.
    fn loc_of(&self, value: Value) -> Loc {
        match (self.graph.func.def_op(value), self.arg_index(value)) {
            (Some(op), _) => self.graph.func.op(op).loc.clone(),
            (None, Some(i)) => self.graph.func.args[i].loc.clone(),
            (None, None) => Loc::Unknown,
        }
    }

    fn given(&self, value: Value) -> Option<Value> {
        self.givens.iter().find(|(old, _)| *old == value).map(|(_, new)| *new)
    }

    /// Finds the ops that `roots` need, each after what it needs; `None` if a given leads back to itself.
    fn order(&mut self, roots: &[Value]) -> Option<()> {
        enum Visit {
            Enter(Value),
            Leave(Value),
        }
        let mut stack: Vec<Visit> = roots.iter().rev().map(|v| Visit::Enter(*v)).collect();
        let (mut open, mut done) = (HashSet::new(), HashSet::new());
        while let Some(visit) = stack.pop() {
            match visit {
                Visit::Leave(value) => {
                    open.remove(&value);
                    if !done.insert(value) {
                        continue;
                    }
                    match (self.given(value), self.graph.func.def_op(value)) {
                        (Some(new), _) => self.steps.push(Step::Alias(value, new)),
                        (None, Some(op)) => {
                            done.extend(self.graph.func.op(op).results.iter().copied());
                            self.steps.push(Step::Copy(op));
                        }
                        (None, None) => self.need_arg(value),
                    }
                }
                Visit::Enter(value) if done.contains(&value) => {}
                Visit::Enter(value) => {
                    if !open.insert(value) {
                        let (name, loc) = (self.name(value), self.loc_of(value));
                        self.error(format!("what is given for {name} depends on {name} itself"), loc);
                        return None;
                    }
                    stack.push(Visit::Leave(value));
                    let next = match (self.given(value), self.graph.func.def_op(value)) {
                        (Some(new), _) => vec![new],
                        (None, Some(op)) => self.graph.func.inputs(op),
                        (None, None) => {
                            self.graph.poisoned.get(&value).map(|p| p.from.clone()).unwrap_or_default()
                        }
                    };
                    stack.extend(next.into_iter().rev().map(Visit::Enter));
                }
            }
        }
        Some(())
    }

    /// Notes that an entry argument of the graph is needed; a shared one becomes an argument.
    fn need_arg(&mut self, value: Value) {
        self.used.insert(value);
        if self.graph.poisoned.contains_key(&value) {
            return;
        }
        if self.args.contains(&value) {
            return;
        }
        if self.graph.shared.contains_key(&value) {
            self.args.push(value);
            return;
        }
        let (name, loc) = (self.name(value), self.loc_of(value));
        let local = self.arg_index(value).is_some_and(|i| self.graph.func.args[i].attrs.get(LOCAL).is_some());
        if local && self.poison_seen {
            // The loop it belongs to could not be built, which has been reported.
            return;
        }
        if local {
            let message = format!("{name} is a carried value of a loop and is used outside of its step");
            self.error(message, loc);
        } else {
            self.error(format!("{name} is needed, but is neither an input nor given"), loc);
        }
    }

    /// The symbols that the function needs, closed under what is given.
    fn symbols(&mut self, roots: &[Value]) -> BTreeSet<Symbol> {
        let mut found = BTreeSet::new();
        let mut dims: Vec<Dim> = vec![];
        let mut values: Vec<Value> = roots.to_vec();
        for step in &self.steps {
            let Step::Copy(op) = step else { continue };
            let mut ops = vec![*op];
            for region in &self.graph.func.op(*op).regions {
                values.extend(&self.graph.func.block(*region).args);
                ops.extend(self.graph.func.walk(*region));
            }
            for op in ops {
                let data = self.graph.func.op(op);
                values.extend(&data.results);
                for (_, attr) in data.attrs.iter() {
                    match attr {
                        thn_ir::Attr::Dim(d) => dims.push(d.clone()),
                        thn_ir::Attr::Dims(ds) => dims.extend(ds.iter().cloned()),
                        _ => {}
                    }
                }
            }
        }
        let shape =
            |graph: &Graph, v: Value| graph.func.tensor(v).map(|t| t.shape.0.clone()).unwrap_or_default();
        dims.extend(values.into_iter().flat_map(|v| shape(self.graph, v)));
        while let Some(dim) = dims.pop() {
            for symbol in dim.symbols() {
                if !found.insert(symbol.clone()) {
                    continue;
                }
                let Some(arg) = self.origin_arg(&symbol) else { continue };
                match self.given(arg) {
                    Some(new) => match self.given_dim(&symbol) {
                        Some(dim) => dims.push(dim),
                        None => {
                            let (name, new) = (self.name(arg), self.name(new));
                            let message = format!(
                                "{name} is used as a length, but {new}, given for it, is only known while a call computes"
                            );
                            self.error(message, Loc::Unknown);
                        }
                    },
                    None => self.need_arg(arg),
                }
            }
        }
        // The lengths of an argument are its own: naming them is no use of it.
        for arg in &self.args {
            found.extend(shape(self.graph, *arg).iter().flat_map(Dim::symbols));
        }
        found
    }

    /// The entry argument that a symbol comes from.
    fn origin_arg(&self, symbol: &Symbol) -> Option<Value> {
        let (SymbolOrigin::ArgDim { arg, .. } | SymbolOrigin::ArgValue { arg }) =
            self.graph.func.origin(symbol)
        else {
            return None;
        };
        self.graph.func.body().args.get(arg as usize).copied()
    }

    fn check_unused(&mut self) {
        // What depends on a poisoned value cannot be told.
        if self.request.allow_unused_inputs || self.poison_seen {
            return;
        }
        for input in self.inputs {
            if !self.used.contains(input) {
                let (name, loc) = (self.name(*input), self.loc_of(*input));
                let message = format!(
                    "{name} is an input, but nothing depends on it; leave it out or allow unused inputs"
                );
                self.error(message, loc);
            }
        }
    }

    /// Copies everything, first over the symbols of the graph and then over those of the function.
    fn copy(&mut self, symbols: &BTreeSet<Symbol>) -> Program {
        let mut func = Func::new(if self.request.name.is_empty() { "main" } else { &self.request.name });
        func.loc = self.request.loc.clone();
        let mut map = HashMap::new();
        let mut shared = vec![];
        for value in &self.args {
            let mut arg =
                self.arg_index(*value).map_or_else(Arg::default, |i| self.graph.func.args[i].clone());
            arg.attrs = thn_ir::Attrs::new();
            shared.extend(self.graph.shared.get(value).cloned());
            map.insert(*value, func.add_arg(self.graph.func.ty(*value).clone(), arg));
        }
        for step in &self.steps {
            match step {
                Step::Copy(op) => {
                    func.copy_op(Func::BODY, &self.graph.func, *op, &mut map);
                }
                Step::Alias(old, new) => {
                    map.insert(*old, map[new]);
                }
            }
        }
        for (value, (_, name)) in self.outputs.iter().zip(&self.request.outputs) {
            let name = name.as_deref().map(Into::into).or_else(|| self.graph.func.value(*value).name.clone());
            func.add_result(map[value], Res { name, ..Res::default() });
        }
        for (target, new) in &self.updates {
            let name = self.graph.func.value(*target).name.clone();
            let position = self.args.iter().position(|a| a == target);
            func.add_result(map[new], Res { name, updates: position, ..Res::default() });
        }
        let meaning = self.meaning(&mut func, symbols);
        func.map_dims(&|d| substitute(d, &meaning));
        if let Err(error) = sink::into_branches(&mut func) {
            self.errors.push(error.located(&self.request.loc));
        }
        Program { func, inputs: self.inputs.len(), shared, outputs: self.outputs.len() }
    }

    /// What each symbol of the graph is over symbols of the function, which are made here.
    fn meaning(&mut self, func: &mut Func, symbols: &BTreeSet<Symbol>) -> HashMap<u32, Dim> {
        let mut meaning: HashMap<u32, Dim> = HashMap::new();
        for symbol in symbols {
            let origin = self.graph.func.origin(symbol);
            let Some(arg) = self.origin_arg(symbol) else {
                meaning.insert(symbol.id, func.new_symbol(&symbol.name, SymbolOrigin::Opaque).into());
                continue;
            };
            if let Some(position) = self.args.iter().position(|a| *a == arg) {
                let arg = position as u32;
                let origin = match origin {
                    SymbolOrigin::ArgDim { axis, .. } => SymbolOrigin::ArgDim { arg, axis },
                    _ => SymbolOrigin::ArgValue { arg },
                };
                meaning.insert(symbol.id, func.new_symbol(&symbol.name, origin).into());
            }
        }
        // A given's dims may mention other givens, so they are replaced until none is left; order() has found circles.
        for _ in 0..=self.givens.len() {
            for symbol in symbols {
                if let Some(dim) = self.given_dim(symbol)
                    && dim.symbols().iter().all(|s| meaning.contains_key(&s.id))
                {
                    meaning.insert(symbol.id, substitute(&dim, &meaning));
                }
            }
        }
        meaning
    }

    /// The dim, over symbols of the graph, that a symbol of a given variable stands for.
    fn given_dim(&mut self, symbol: &Symbol) -> Option<Dim> {
        let new = self.given(self.origin_arg(symbol)?)?;
        match self.graph.func.origin(symbol) {
            SymbolOrigin::ArgDim { axis, .. } => {
                self.graph.func.tensor(new)?.shape.get(axis as usize).cloned()
            }
            _ => as_dim(&mut self.graph.func, new),
        }
    }
}

fn substitute(dim: &Dim, meaning: &HashMap<u32, Dim>) -> Dim {
    dim.substitute(&|s| meaning.get(&s.id).cloned().unwrap_or_else(|| s.clone().into()))
}
