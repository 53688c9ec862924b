//! Where the values of tensors live, how arenas become one, and what a poisoned value remembers.
//!
//! Every arena has its own lock. Only merging holds two, and only one thread merges at a time, so threads cannot
//! wait for each other in a circle. Nothing that is called with a lock held makes or uses tensors.

use crate::Tensor;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use thn_ir::{Arg, Builder, Dim, Error, Func, Loc, Symbol, SymbolOrigin, Type, Value};
use thn_runtime::SharedVar;

/// A lock around a graph, or the way to where the graph has gone.
#[derive(Debug)]
pub(crate) struct Arena(Mutex<State>);

#[derive(Debug)]
enum State {
    Live(Box<Graph>),
    /// Its values are now those of another arena.
    Moved {
        to: Arc<Arena>,
        values: HashMap<Value, Value>,
    },
}

/// A function under construction and what its values mean to the front end.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) func: Func,
    /// The state behind entry arguments that are shared.
    pub(crate) shared: BTreeMap<Value, SharedVar>,
    /// Values that could not be built.
    pub(crate) poisoned: BTreeMap<Value, Poison>,
}

/// Why a value could not be built.
#[derive(Clone, Debug)]
pub(crate) struct Poison {
    /// What was wrong with the op itself; `None` if only its operands were.
    pub(crate) error: Option<Error>,
    /// The operands, some of which may be poisoned too.
    pub(crate) from: Vec<Value>,
}

/// Held while two arenas are locked.
static MERGE: Mutex<()> = Mutex::new(());

impl Arena {
    pub(crate) fn new() -> Arc<Arena> {
        let graph = Graph { func: Func::new("main"), shared: BTreeMap::new(), poisoned: BTreeMap::new() };
        Arc::new(Arena(Mutex::new(State::Live(Box::new(graph)))))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The graph is append-only: what a panicking thread left behind is at worst unused.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The arena in which a tensor's value lives now, and its id there.
fn resolve(tensor: &Tensor) -> (Arc<Arena>, Value) {
    let (mut arena, mut value) = (tensor.arena.clone(), tensor.value);
    loop {
        let next = match &*arena.lock() {
            State::Live(_) => None,
            State::Moved { to, values } => Some((to.clone(), values.get(&value).copied().unwrap_or(value))),
        };
        match next {
            None => return (arena, value),
            Some((to, there)) => (arena, value) = (to, there),
        }
    }
}

/// Merges the smaller graph into the larger one. Does nothing if one of them was merged meanwhile.
fn merge(a: &Arc<Arena>, b: &Arc<Arena>) {
    let _only_one = MERGE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut first, mut second) = (a.lock(), b.lock());
    let (State::Live(x), State::Live(y)) = (&*first, &*second) else { return };
    let first_is_larger = x.func.value_count() >= y.func.value_count();
    let (large, small, home) =
        if first_is_larger { (&mut first, &mut second, a) } else { (&mut second, &mut first, b) };
    let gone = State::Moved { to: home.clone(), values: HashMap::new() };
    if let State::Live(graph) = std::mem::replace(&mut **small, gone)
        && let State::Live(target) = &mut **large
        && let State::Moved { values, .. } = &mut **small
    {
        *values = target.absorb(*graph);
    }
}

/// Runs `f` on the one graph that holds all tensors, with their values there; with no tensors, on a new graph.
pub(crate) fn with<R>(tensors: &[&Tensor], f: impl FnOnce(&mut Graph, &Arc<Arena>, &[Value]) -> R) -> R {
    loop {
        let found: Vec<(Arc<Arena>, Value)> = tensors.iter().map(|t| resolve(t)).collect();
        let root = found.first().map_or_else(Arena::new, |(arena, _)| arena.clone());
        if let Some((other, _)) = found.iter().find(|(arena, _)| !Arc::ptr_eq(arena, &root)) {
            merge(&root, other);
            continue;
        }
        let mut state = root.lock();
        if let State::Live(graph) = &mut *state {
            let values: Vec<Value> = found.iter().map(|(_, v)| *v).collect();
            return f(graph, &root, &values);
        }
    }
}

/// Appends ops; what goes wrong poisons the result.
pub(crate) fn build(
    inputs: &[&Tensor],
    loc: Loc,
    f: impl FnOnce(&mut Builder<'_>, &[Value]) -> Result<Value, Error>,
) -> Tensor {
    let mut built = build_many(inputs, 1, loc, |b, values| Ok(vec![f(b, values)?]));
    built.remove(0)
}

/// Appends ops with `count` values of interest; what goes wrong poisons them all.
pub(crate) fn build_many(
    inputs: &[&Tensor],
    count: usize,
    loc: Loc,
    f: impl FnOnce(&mut Builder<'_>, &[Value]) -> Result<Vec<Value>, Error>,
) -> Vec<Tensor> {
    build_in(inputs, count, loc, |graph, loc, values| {
        f(&mut Builder::new(&mut graph.func, Func::BODY, loc), values)
    })
}

/// As [`build_many`], with the whole graph at hand.
pub(crate) fn build_in(
    inputs: &[&Tensor],
    count: usize,
    loc: Loc,
    f: impl FnOnce(&mut Graph, Loc, &[Value]) -> Result<Vec<Value>, Error>,
) -> Vec<Tensor> {
    with(inputs, |graph, arena, values| {
        let result = if values.iter().any(|v| graph.poisoned.contains_key(v)) {
            Err(None)
        } else {
            f(graph, loc.clone(), values).map_err(Some)
        };
        let values = match result {
            Ok(made) => made,
            Err(error) => {
                let poison = graph.poison(error.map(|e| e.located(&loc)), values);
                vec![poison; count]
            }
        };
        values.into_iter().map(|value| Tensor { arena: arena.clone(), value }).collect()
    })
}

/// A tensor that stands for something that could not be built.
pub(crate) fn poisoned(error: Error) -> Tensor {
    build(&[], error.loc.clone(), |_, _| Err(error))
}

impl Graph {
    /// A value that records a problem. It is an entry argument of foreign type, so that it moves with the rest when
    /// arenas merge.
    fn poison(&mut self, error: Option<Error>, from: &[Value]) -> Value {
        let value = self.func.add_arg(Type::Foreign("poisoned".into()), Arg::default());
        self.poisoned.insert(value, Poison { error, from: from.to_vec() });
        value
    }

    /// Takes over everything of another graph; gives the new ids of its values.
    fn absorb(&mut self, other: Graph) -> HashMap<Value, Value> {
        let Graph { func: mut from, shared, poisoned } = other;
        let offset = self.func.args.len() as u32;
        let symbols: Vec<Symbol> = from
            .symbols()
            .iter()
            .map(|(symbol, origin)| {
                let origin = match *origin {
                    SymbolOrigin::ArgDim { arg, axis } => SymbolOrigin::ArgDim { arg: arg + offset, axis },
                    SymbolOrigin::ArgValue { arg } => SymbolOrigin::ArgValue { arg: arg + offset },
                    SymbolOrigin::Opaque => SymbolOrigin::Opaque,
                };
                self.func.new_symbol(&symbol.name, origin)
            })
            .collect();
        from.map_dims(&|d| d.substitute(&|s| Dim::from(symbols[s.id as usize].clone())));
        let mut map = HashMap::new();
        for (value, arg) in from.body().args.iter().zip(&from.args) {
            map.insert(*value, self.func.add_arg(from.ty(*value).clone(), arg.clone()));
        }
        self.func.copy_block(Func::BODY, &from, Func::BODY, &mut map);
        self.shared.extend(shared.into_iter().map(|(value, state)| (map[&value], state)));
        for (value, poison) in poisoned {
            let from = poison.from.iter().map(|v| map[v]).collect();
            self.poisoned.insert(map[&value], Poison { error: poison.error, from });
        }
        map
    }

    /// Every problem that `roots` depend on, once each, in order of creation.
    pub(crate) fn problems(&self, roots: &[Value]) -> Vec<Error> {
        let mut seen = BTreeSet::new();
        let mut stack = roots.to_vec();
        while let Some(value) = stack.pop() {
            if !seen.insert(value) {
                continue;
            }
            if let Some(poison) = self.poisoned.get(&value) {
                stack.extend(&poison.from);
            }
            if let Some(op) = self.func.def_op(value) {
                stack.extend(self.func.inputs(op));
            }
        }
        seen.iter().filter_map(|v| self.poisoned.get(v)?.error.clone()).collect()
    }
}
