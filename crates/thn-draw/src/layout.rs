//! Layered drawing of one acyclic graph (Sugiyama, Tagawa and Toda 1981), without any notion of what it shows.
//!
//! 1. Layers: every link goes down. A box sits one layer below the deepest box that feeds it (longest path), and
//!    what depends on sources only moves down to its first reader.
//! 2. A link over several layers is cut by *bends*, one per layer passed, so that links join adjacent layers only.
//! 3. [`order`] permutes each layer to cross few links; [`place`] gives coordinates.
//!
//! Boxes and bends of one layer never overlap, layers never overlap, and a link is vertical inside a layer and
//! curved only between two: hence no link runs through a box that is not its own.
//!
//! Nobody reads a drawing of many thousands of boxes, but making one takes near-linear time and memory: there are at most
//! [`BENDS`] bends, and links that would need more, the longest, go straight and through boxes.

mod order;
mod place;

use std::collections::{BTreeMap, HashSet};

/// Where a box must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pin {
    /// In a layer of its own kind above all others.
    Top,
    /// Anywhere.
    Free,
    /// In a layer of its own kind below all others.
    Bottom,
}

/// A box to be placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    /// Its width.
    pub(crate) width: f64,
    /// Its height.
    pub(crate) height: f64,
    /// Where it must be.
    pub(crate) pin: Pin,
}

/// One end of a link, relative to the upper left corner of its box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The box, by position among the items.
    pub(crate) item: usize,
    /// To the right.
    pub(crate) dx: f64,
    /// Down.
    pub(crate) dy: f64,
}

/// A link from the lower part of a box to the upper part of another.
///
/// `from.item` is pinned to the top or comes before `to.item` among the items; nothing goes into a box pinned to
/// the top nor out of one pinned to the bottom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// Where it starts.
    pub(crate) from: End,
    /// Where it ends.
    pub(crate) to: End,
}

/// A vertical piece of a link; the drawing joins consecutive pieces by curves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Vertical {
    /// Horizontal place.
    pub(crate) x: f64,
    /// Upper end.
    pub(crate) top: f64,
    /// Lower end.
    pub(crate) bottom: f64,
}

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Upper left corners of the boxes.
    pub(crate) corners: Vec<(f64, f64)>,
    /// The pieces of each link, from its start to its end.
    pub(crate) routes: Vec<Vec<Vertical>>,
    /// Width of the whole.
    pub(crate) width: f64,
    /// Height of the whole.
    pub(crate) height: f64,
}

/// A box or a bend.
struct Vertex {
    width: f64,
    layer: usize,
    bend: bool,
}

/// Part of a link between two adjacent layers; offsets are from the left sides of its vertices.
#[derive(Clone, Copy)]
struct Segment {
    upper: usize,
    upper_dx: f64,
    lower: usize,
    lower_dx: f64,
}

/// A graph whose links join adjacent layers only. The first vertices are the items.
struct Layered {
    vertices: Vec<Vertex>,
    segments: Vec<Segment>,
    /// Vertices of each layer, from left to right.
    layers: Vec<Vec<usize>>,
    /// The bends of each link, from above.
    bends: Vec<Vec<usize>>,
}

/// Width reserved for a link that passes a layer.
const BEND: f64 = 6.0;
/// Least distance between layers.
const GAP: f64 = 30.0;

/// The most bends of a drawing.
const BENDS: usize = 50_000;

/// Places boxes and routes links.
pub(crate) fn layout(items: &[Item], links: &[Link]) -> Layout {
    if items.is_empty() {
        return Layout::default();
    }
    let mut graph = Layered::new(items, links);
    order::order(&mut graph);
    let left = place::place(&graph);
    graph.finish(items, links, &left)
}

/// The layer of each item.
fn assign(items: &[Item], links: &[Link]) -> Vec<usize> {
    let first = usize::from(items.iter().any(|i| i.pin == Pin::Top));
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for link in links {
        into.entry(link.to.item).or_default().push(link.from.item);
        out.entry(link.from.item).or_default().push(link.to.item);
    }
    let ends = |map: &BTreeMap<usize, Vec<usize>>, item: usize| map.get(&item).cloned().unwrap_or_default();

    let mut layer = vec![0; items.len()];
    let mut from_sources = vec![false; items.len()];
    for (i, item) in items.iter().enumerate() {
        if item.pin == Pin::Top {
            continue;
        }
        let before = ends(&into, i);
        layer[i] = before.iter().map(|f| layer[*f] + 1).max().unwrap_or(first).max(first);
        from_sources[i] = before.iter().all(|f| from_sources[*f]);
    }
    let deepest = (0..items.len()).filter(|i| items[*i].pin != Pin::Bottom).map(|i| layer[i]).max();
    for (i, item) in items.iter().enumerate() {
        if item.pin == Pin::Bottom {
            layer[i] = deepest.map_or(0, |d| d + 1);
        }
    }
    // Moving a box down shortens its links out and lengthens those in: worth it where there are more of the former,
    // and free where everything above can follow.
    for i in (0..items.len()).rev() {
        let after = ends(&out, i);
        let movable = from_sources[i] || after.len() > ends(&into, i).len();
        if items[i].pin == Pin::Free && movable && !after.is_empty() {
            let reader = after.iter().map(|t| layer[*t]).min().unwrap_or(layer[i] + 1);
            layer[i] = layer[i].max(reader.saturating_sub(1));
        }
    }
    layer
}

/// The links, by position, for which there are no bends left: the shorter ones come first.
fn beyond(links: &[Link], layer: &[usize]) -> HashSet<usize> {
    let span = |link: &Link| layer[link.to.item].saturating_sub(layer[link.from.item] + 1);
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by_key(|number| span(&links[*number]));
    let mut left = BENDS;
    let fits = |number: &usize| match left.checked_sub(span(&links[*number])) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let fitting = order.iter().copied().take_while(fits).count();
    order.split_off(fitting).into_iter().collect()
}

impl Layered {
    fn new(items: &[Item], links: &[Link]) -> Layered {
        let layer = assign(items, links);
        let mut graph = Layered {
            vertices: vec![],
            segments: vec![],
            layers: vec![vec![]; layer.iter().max().map_or(0, |deepest| deepest + 1)],
            bends: vec![],
        };
        for (item, layer) in items.iter().zip(&layer) {
            graph.add(Vertex { width: item.width, layer: *layer, bend: false });
        }
        let long = beyond(links, &layer);
        for (number, link) in links.iter().enumerate() {
            let (from, to) = (link.from, link.to);
            let mut bends = vec![];
            if long.contains(&number) {
                graph.bends.push(bends);
                continue;
            }
            let (mut upper, mut upper_dx) = (from.item, from.dx);
            for between in layer[from.item] + 1..layer[to.item] {
                let bend = graph.add(Vertex { width: BEND, layer: between, bend: true });
                graph.segments.push(Segment { upper, upper_dx, lower: bend, lower_dx: BEND / 2.0 });
                (upper, upper_dx) = (bend, BEND / 2.0);
                bends.push(bend);
            }
            graph.segments.push(Segment { upper, upper_dx, lower: to.item, lower_dx: to.dx });
            graph.bends.push(bends);
        }
        graph
    }

    fn add(&mut self, vertex: Vertex) -> usize {
        let id = self.vertices.len();
        self.layers[vertex.layer].push(id);
        self.vertices.push(vertex);
        id
    }

    /// Vertical places and routes, from the left sides of all vertices.
    fn finish(&self, items: &[Item], links: &[Link], left: &[f64]) -> Layout {
        let mut tops = vec![];
        let mut bottoms = vec![];
        let mut y = 0.0;
        // Where a link goes far to the side, more room keeps its curve from lying flat.
        let mut reach = vec![0.0f64; self.layers.len()];
        for s in &self.segments {
            let far = (left[s.upper] + s.upper_dx - left[s.lower] - s.lower_dx).abs();
            let most = &mut reach[self.vertices[s.upper].layer];
            *most = most.max(far);
        }
        for (layer, reach) in self.layers.iter().zip(reach) {
            let height = layer.iter().filter_map(|v| items.get(*v)).map(|i| i.height).fold(0.0, f64::max);
            tops.push(y);
            bottoms.push(y + height);
            y += height + GAP + (reach / 10.0).min(50.0);
        }
        let corner = |item: usize| {
            let layer = self.vertices[item].layer;
            // Boxes pinned to the bottom stand on the bottom line, all others hang from the top of their layer.
            let down = match items[item].pin {
                Pin::Bottom => bottoms[layer] - tops[layer] - items[item].height,
                Pin::Top | Pin::Free => 0.0,
            };
            (left[item], tops[layer] + down)
        };
        let routes = links
            .iter()
            .zip(&self.bends)
            .map(|(link, bends)| {
                let (from, to) = (corner(link.from.item), corner(link.to.item));
                let mut route = vec![Vertical {
                    x: from.0 + link.from.dx,
                    top: from.1 + link.from.dy,
                    bottom: bottoms[self.vertices[link.from.item].layer],
                }];
                route.extend(bends.iter().map(|b| {
                    let layer = self.vertices[*b].layer;
                    Vertical { x: left[*b] + BEND / 2.0, top: tops[layer], bottom: bottoms[layer] }
                }));
                route.push(Vertical {
                    x: to.0 + link.to.dx,
                    top: tops[self.vertices[link.to.item].layer],
                    bottom: to.1 + link.to.dy,
                });
                route
            })
            .collect();
        let width = self.vertices.iter().zip(left).map(|(v, x)| x + v.width).fold(0.0, f64::max);
        Layout {
            corners: (0..items.len()).map(corner).collect(),
            routes,
            width,
            height: bottoms.last().copied().unwrap_or(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(count: usize) -> Vec<Item> {
        vec![Item { width: 40.0, height: 20.0, pin: Pin::Free }; count]
    }

    fn link(from: usize, to: usize) -> Link {
        Link { from: End { item: from, dx: 20.0, dy: 20.0 }, to: End { item: to, dx: 20.0, dy: 0.0 } }
    }

    #[test]
    fn nothing_takes_no_room() {
        assert_eq!(layout(&[], &[]).width, 0.0);
    }

    #[test]
    fn a_chain_is_straight() {
        let plan = layout(&boxes(3), &[link(0, 1), link(1, 2)]);
        assert!(plan.corners.iter().all(|c| c.0 == 0.0), "{:?}", plan.corners);
        assert!(plan.corners.windows(2).all(|w| w[0].1 + 20.0 + GAP <= w[1].1));
    }

    #[test]
    fn sources_move_down_to_their_reader() {
        // 0 -> 1 -> 2 -> 4 and a source 3 that only 4 reads.
        let links = [link(0, 1), link(1, 2), link(2, 4), link(3, 4)];
        assert_eq!(assign(&boxes(5), &links), [0, 1, 2, 2, 3]);
    }

    #[test]
    fn pinned_boxes_have_the_outer_layers() {
        let mut items = boxes(4);
        items[0].pin = Pin::Top;
        items[3].pin = Pin::Bottom;
        assert_eq!(assign(&items, &[link(0, 3)]), [0, 1, 1, 2]);
    }

    #[test]
    fn bends_are_bounded() {
        // Every box of a chain is also read by the last one.
        let count = 2_000;
        let links: Vec<Link> =
            (1..count).map(|i| link(i - 1, i)).chain((0..count - 1).map(|i| link(i, count - 1))).collect();
        let graph = Layered::new(&boxes(count), &links);
        assert!((BENDS - count..=BENDS).contains(&graph.bends.iter().flatten().count()));
        assert_eq!(layout(&boxes(count), &links).routes.len(), links.len());
    }

    #[test]
    fn a_long_link_passes_beside_the_boxes() {
        let plan = layout(&boxes(3), &[link(0, 1), link(1, 2), link(0, 2)]);
        let bend = plan.routes[2][1];
        let (x, _) = plan.corners[1];
        assert!(bend.x < x || bend.x > x + 40.0, "the link at {} runs through the box at {x}", bend.x);
    }
}
