//! SVG text. Numbers have one decimal, and nothing depends on addresses or time, so equal programs give equal text.

use crate::layout::Vertical;
use crate::scene::{Node, Picture, STRIP};
use crate::style::{Style, sheet};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Room around the drawing.
const MARGIN: f64 = 24.0;
/// Room for the title.
const HEAD: f64 = 44.0;
/// Room for the legend.
const FOOT: f64 = 40.0;
/// Length of an arrow's tip.
const TIP: f64 = 6.0;

/// The whole document.
pub(crate) fn document(picture: &Picture, title: &str) -> String {
    let mut kinds = BTreeSet::new();
    styles(picture, &mut kinds);
    let legend: Vec<(Style, &str)> = kinds.iter().filter_map(|s| s.legend().map(|text| (*s, text))).collect();
    let legend_width: f64 = legend.iter().map(|(_, text)| entry_width(text)).sum();
    let title_width = title.chars().count() as f64 * 9.2;
    let width = picture.layout.width.max(legend_width).max(title_width) + 2.0 * MARGIN;
    let height = HEAD + picture.layout.height + FOOT + MARGIN;

    let mut out = String::new();
    out.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>\n{}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title left\" x=\"{MARGIN}\" y=\"28\">{}</text>\n",
        escape(title),
        sheet(),
        escape(title)
    ));
    let left = (width - picture.layout.width) / 2.0;
    draw(&mut out, picture, (left, HEAD));
    let mut x = MARGIN;
    for (style, text) in legend {
        let y = height - MARGIN - 14.0;
        push(
            &mut out,
            format_args!(
                "<g class=\"legend {}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"14\" height=\"14\" rx=\"{:.1}\"/></g>\
             <text class=\"left\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                style.class(),
                style.radius(14.0),
                x + 20.0,
                y + 11.0,
                escape(text)
            ),
        );
        x += entry_width(text);
    }
    out.push_str("</svg>\n");
    out
}

fn entry_width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.7 + 38.0
}

fn styles(picture: &Picture, into: &mut BTreeSet<Style>) {
    for node in &picture.nodes {
        into.insert(node.style);
        if let Some((inside, _)) = &node.inside {
            styles(inside, into);
        }
    }
}

/// Frames below, links above them, then the other boxes, so that a link into a frame is seen.
fn draw(out: &mut String, picture: &Picture, (x, y): (f64, f64)) {
    let placed = || picture.nodes.iter().zip(&picture.layout.corners).map(|(n, c)| (n, (x + c.0, y + c.1)));
    for (node, corner) in placed().filter(|(n, _)| n.inside.is_some()) {
        frame(out, node, corner);
    }
    for (wire, route) in picture.wires.iter().zip(&picture.layout.routes) {
        push(
            out,
            format_args!(
                "<g><title>{}</title><path class=\"edge\" data-from=\"{}\" data-to=\"{}\" d=\"{}\"/>{}{}</g>\n",
                escape(&wire.tooltip),
                escape(&wire.from),
                escape(&wire.to),
                path(route, (x, y)),
                tip(route, (x, y)),
                wire.operand.map_or_else(String::new, |number| operand(number, route, (x, y)))
            ),
        );
    }
    for (node, corner) in placed().filter(|(n, _)| n.inside.is_none()) {
        leaf(out, node, corner);
    }
    for (inside, corner, at) in placed().filter_map(|(n, c)| n.inside.as_ref().map(|(p, at)| (p, c, at))) {
        draw(out, inside, (corner.0 + at.0, corner.1 + at.1));
    }
}

fn open(out: &mut String, node: &Node, (x, y): (f64, f64)) {
    let (width, height) = node.size;
    push(
        out,
        format_args!(
            "<g class=\"node {}\" id=\"{}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\" rx=\"{:.1}\"/>",
            node.style.class(),
            escape(&node.id),
            escape(&node.label.tooltip),
            node.style.radius(height)
        ),
    );
}

fn leaf(out: &mut String, node: &Node, (x, y): (f64, f64)) {
    open(out, node, (x, y));
    for (i, line) in node.label.lines.iter().enumerate() {
        let class = if i == 0 { " class=\"name\"" } else { "" };
        push(
            out,
            format_args!(
                "<text{class} x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + node.size.0 / 2.0,
                y + 19.0 + 14.0 * i as f64,
                escape(line)
            ),
        );
    }
    out.push_str("</g>\n");
}

/// A frame with what it is called on a strip at its left, written upwards.
fn frame(out: &mut String, node: &Node, (x, y): (f64, f64)) {
    open(out, node, (x, y));
    let (_, height) = node.size;
    let r = node.style.radius(height);
    let name = node.label.lines.first().map_or("", String::as_str);
    push(
        out,
        format_args!(
            "<path class=\"strip\" d=\"M{:.1} {y:.1}h-{:.1}a{r} {r} 0 0 0 -{r} {r}v{:.1}a{r} {r} 0 0 0 {r} {r}h{:.1}z\"/>\
         <text class=\"name\" transform=\"translate({:.1},{:.1}) rotate(-90)\">{}</text></g>\n",
            x + STRIP,
            STRIP - r,
            height - 2.0 * r,
            STRIP - r,
            x + STRIP - 6.0,
            y + height / 2.0,
            escape(name)
        ),
    );
}

/// The line of a link, ending where its tip begins.
fn path(route: &[Vertical], (x, y): (f64, f64)) -> String {
    let mut out = String::new();
    let mut last: Option<Vertical> = None;
    for (i, piece) in route.iter().enumerate() {
        let end = if i + 1 == route.len() { piece.bottom - TIP } else { piece.bottom };
        let (px, top, bottom) = (x + piece.x, y + piece.top.min(end), y + end);
        match last {
            None => out.push_str(&format!("M{px:.1} {top:.1}")),
            Some(above) => {
                let middle = (y + above.bottom + top) / 2.0;
                out.push_str(&format!(
                    "C{:.1} {middle:.1} {px:.1} {middle:.1} {px:.1} {top:.1}",
                    x + above.x
                ));
            }
        }
        if bottom > top {
            out.push_str(&format!("V{bottom:.1}"));
        }
        last = Some(*piece);
    }
    out
}

/// The arrow at the end of a link.
fn tip(route: &[Vertical], (x, y): (f64, f64)) -> String {
    route.last().map_or_else(String::new, |end| {
        let (x, y) = (x + end.x, y + end.bottom);
        format!("<path class=\"tip\" d=\"M{x:.1} {y:.1}l-3.5 -{TIP}h7z\"/>")
    })
}

/// The number of an operand, at the left of its arrow.
fn operand(number: usize, route: &[Vertical], (x, y): (f64, f64)) -> String {
    route.last().map_or_else(String::new, |end| {
        let (x, y) = (x + end.x - 6.0, y + end.bottom - 3.0);
        format!("<text class=\"operand\" x=\"{x:.1}\" y=\"{y:.1}\">{number}</text>")
    })
}

/// Appends formatted text; writing to a `String` cannot fail.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// Text for elements and attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no spelling for most control characters.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
