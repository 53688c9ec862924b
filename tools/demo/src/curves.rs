//! Loss curves as SVG: one panel per model, one line per training seed.

use crate::Result;
use crate::report::Model;
use plotters::prelude::*;
use std::path::Path;

/// Width of a panel.
const WIDTH: u32 = 420;
/// Height of the drawing.
const HEIGHT: u32 = 340;
/// Blue, orange, green, red and violet that people with colour blindness can tell apart (Okabe and Ito).
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
];

/// Draws the mean training loss of each epoch, on a logarithmic scale.
pub(crate) fn draw(path: &Path, models: &[Model]) -> Result<()> {
    let root = SVGBackend::new(path, (WIDTH * models.len().max(1) as u32, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    for (model, panel) in models.iter().zip(root.split_evenly((1, models.len().max(1)))) {
        let epochs = model.runs.iter().map(|r| r.losses.len()).max().unwrap_or(0);
        let losses = || model.runs.iter().flat_map(|r| &r.losses).copied().filter(|l| *l > 0.0);
        let (low, high) = losses().fold((f64::INFINITY, 0.0f64), |(l, h), x| (l.min(x), h.max(x)));
        if epochs == 0 || low > high {
            continue;
        }
        let mut chart = ChartBuilder::on(&panel)
            .caption(&model.name, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(56)
            .build_cartesian_2d(1.0..epochs.max(2) as f64, (low * 0.8..high * 1.2).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .y_labels(5)
            .x_desc("epoch")
            .y_desc("training loss")
            .x_label_formatter(&|x| format!("{x:.0}"))
            .y_label_formatter(&|y| format!("{}", (y * 1e6).round() / 1e6))
            .draw()?;
        for (run, colour) in model.runs.iter().zip(COLOURS.iter().cycle()) {
            let points = run.losses.iter().enumerate().map(|(i, loss)| (i as f64 + 1.0, *loss));
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
                .label(format!("seed {}", run.seed))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        }
        chart.configure_series_labels().border_style(TRANSPARENT).background_style(WHITE.mix(0.8)).draw()?;
    }
    root.present()?;
    Ok(())
}
