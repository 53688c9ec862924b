//! What kinds of boxes there are, and their colours on light and dark pages.
//!
//! The kind of an op follows from its row in the op table: this crate has no list of ops.

use thn_ir::{OpKind, Semantics};

/// The kind of a box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Style {
    /// An entry argument.
    Input,
    /// An entry argument that keeps its value between calls.
    Shared,
    /// A literal or a length.
    Constant,
    /// Element by element.
    Elementwise,
    /// Only moves, repeats or picks elements.
    Movement,
    /// Folds some axes.
    Reduction,
    /// A library call, such as a product of matrices.
    Library,
    /// Computed by other ops.
    Composite,
    /// An op of another dialect.
    Foreign,
    /// A loop, a branch or a kernel, around the ops inside.
    Region,
    /// Where a value enters or leaves a region.
    Port,
    /// A result of the function.
    Output,
    /// A result that becomes the new value of a shared argument.
    Update,
}

impl Style {
    /// The kind of box for an op.
    pub(crate) fn of(kind: OpKind) -> Style {
        let row = kind.row();
        if row.is_elementwise() {
            return Style::Elementwise;
        }
        match row.semantics {
            Semantics::Foreign => Style::Foreign,
            Semantics::Library(_) => Style::Library,
            Semantics::Expand(_) => Style::Composite,
            _ if row.regions > 0 => Style::Region,
            _ if row.reduction().is_some() => Style::Reduction,
            _ if row.operands.is_empty() => Style::Constant,
            Semantics::Prim(_) | Semantics::Iterate(_) => Style::Movement,
        }
    }

    /// The class of its group in the drawing.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Style::Input => "input",
            Style::Shared => "shared",
            Style::Constant => "constant",
            Style::Elementwise => "elementwise",
            Style::Movement => "movement",
            Style::Reduction => "reduction",
            Style::Library => "library",
            Style::Composite => "composite",
            Style::Foreign => "foreign",
            Style::Region => "region",
            Style::Port => "port",
            Style::Output => "output",
            Style::Update => "update",
        }
    }

    /// What the legend says; regions and their ports carry their own words.
    pub(crate) fn legend(self) -> Option<&'static str> {
        Some(match self {
            Style::Input => "input",
            Style::Shared => "shared variable",
            Style::Constant => "constant",
            Style::Elementwise => "elementwise",
            Style::Movement => "moves elements",
            Style::Reduction => "reduction",
            Style::Library => "library call",
            Style::Composite => "made of other ops",
            Style::Foreign => "other dialect",
            Style::Output => "result",
            Style::Update => "new value of a shared variable",
            Style::Region | Style::Port => return None,
        })
    }

    /// The radius of its corners.
    pub(crate) fn radius(self, height: f64) -> f64 {
        match self {
            Style::Input | Style::Shared | Style::Constant | Style::Port => height / 2.0,
            Style::Output | Style::Update => 3.0,
            Style::Region => 8.0,
            _ => 6.0,
        }
    }
}

/// One kind's fill and outline, on a light page and on a dark one.
struct Paint {
    style: Style,
    light: [&'static str; 2],
    dark: [&'static str; 2],
}

const fn paint(style: Style, light: [&'static str; 2], dark: [&'static str; 2]) -> Paint {
    Paint { style, light, dark }
}

const PAINTS: [Paint; 13] = [
    paint(Style::Input, ["#dbeafe", "#3b82f6"], ["#172f57", "#60a5fa"]),
    paint(Style::Shared, ["#fef0c7", "#d97706"], ["#4a3208", "#fbbf24"]),
    paint(Style::Constant, ["#f1f3f5", "#adb5bd"], ["#25292e", "#6b7480"]),
    paint(Style::Elementwise, ["#ffffff", "#64748b"], ["#1b2028", "#94a3b8"]),
    paint(Style::Movement, ["#f3eefd", "#a78bdb"], ["#2a2140", "#9d84d6"]),
    paint(Style::Reduction, ["#dcf5ea", "#1f9d6b"], ["#0f3527", "#3fc493"]),
    paint(Style::Library, ["#fde4ec", "#d6336c"], ["#471326", "#f2719c"]),
    paint(Style::Composite, ["#dff5f8", "#1098ad"], ["#0b353d", "#4cc9db"]),
    paint(Style::Foreign, ["#f8f0e3", "#96703a"], ["#3a2d18", "#c9a46a"]),
    paint(Style::Region, ["#f8fafc", "#94a3b8"], ["#141920", "#566273"]),
    paint(Style::Port, ["#e9eef5", "#94a3b8"], ["#222b38", "#64748b"]),
    paint(Style::Output, ["#1e3a5f", "#1e3a5f"], ["#cfe3ff", "#cfe3ff"]),
    paint(Style::Update, ["#92500b", "#92500b"], ["#fcd787", "#fcd787"]),
];

/// The style sheet. Colours are spelled out in both themes because not every program that shows SVG knows variables.
pub(crate) fn sheet() -> String {
    let mut out = String::from(
        "text{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:11px;text-anchor:middle}\n\
         .name{font-size:13px;font-weight:600}.title{font-size:15px}.left{text-anchor:start}\n\
         .operand{font-size:9px;text-anchor:end}\n\
         rect{stroke-width:1.2}.region>rect{stroke-dasharray:none}.edge{fill:none;stroke-width:1.3}\n\
         .edge:hover{stroke-width:3.5}g.node:hover>rect{stroke-width:2.6}\n",
    );
    out.push_str(&theme(
        ["#ffffff", "#111827", "#5b6472", "#8b97a8", "#ffffff"],
        PAINTS.iter().map(|p| (p.style, p.light)),
    ));
    out.push_str("@media (prefers-color-scheme:dark){\n");
    out.push_str(&theme(
        ["#0d1117", "#e6edf3", "#9aa7b6", "#66748a", "#0d1117"],
        PAINTS.iter().map(|p| (p.style, p.dark)),
    ));
    out.push_str("}\n");
    out
}

/// The rules of one theme: page, names, other text, edges, text on filled boxes; then fill and outline of each kind.
fn theme(page: [&str; 5], kinds: impl Iterator<Item = (Style, [&'static str; 2])>) -> String {
    let [background, name, text, edge, inverse] = page;
    let mut out = format!(
        ".page{{fill:{background}}}text{{fill:{text}}}.name,.title{{fill:{name}}}\
         .edge{{stroke:{edge}}}.tip{{fill:{edge}}}\n"
    );
    for (style, [fill, stroke]) in kinds {
        out.push_str(&format!(".{}>rect{{fill:{fill};stroke:{stroke}}}", style.class()));
        match style {
            Style::Output | Style::Update => {
                out.push_str(&format!(".{}>text{{fill:{inverse}}}", style.class()));
            }
            Style::Region => out.push_str(&format!(".strip{{fill:{stroke};fill-opacity:.22}}")),
            _ => {}
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_colours() {
        let mut seen: Vec<Style> = PAINTS.iter().map(|p| p.style).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), PAINTS.len());
        assert_eq!(*seen.last().expect("there are kinds"), Style::Update);
    }

    #[test]
    fn rows_decide_the_kind() {
        assert_eq!(Style::of(OpKind::Exp), Style::Elementwise);
        assert_eq!(Style::of(OpKind::Broadcast), Style::Movement);
        assert_eq!(Style::of(OpKind::Sum), Style::Reduction);
        assert_eq!(Style::of(OpKind::Dot), Style::Library);
        assert_eq!(Style::of(OpKind::Softmax), Style::Composite);
        assert_eq!(Style::of(OpKind::Constant), Style::Constant);
        assert_eq!(Style::of(OpKind::Loop), Style::Region);
    }
}
