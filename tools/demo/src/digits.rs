//! The handwritten digits: reading, shuffling, splitting. See `tests/data/README.md` for their source.

use crate::Result;
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use thn::ndarray::{Array1, Array2};
use thn_random::Random;

/// Pixels of an image.
pub(crate) const PIXELS: usize = 64;
/// Kinds of digits.
pub(crate) const CLASSES: usize = 10;
/// The greatest value of a pixel.
const WHITE: f32 = 16.0;

/// Images, one per row, scaled to 0 … 1, and the digits they show.
#[derive(Clone)]
pub(crate) struct Rows {
    /// Images.
    pub(crate) images: Array2<f32>,
    /// Digits.
    pub(crate) digits: Array1<i64>,
}

/// Rows to learn from, and rows to be judged by.
pub(crate) struct Digits {
    /// To learn from.
    pub(crate) train: Rows,
    /// To be judged by.
    pub(crate) test: Rows,
}

impl Digits {
    /// Reads the file, shuffles its rows with `seed`, and keeps the last `test` of them apart.
    pub(crate) fn load(path: &Path, seed: u64, test: usize) -> Result<Digits> {
        let in_file = |e: String| format!("{}: {e}", path.display());
        let file = File::open(path).map_err(|e| in_file(e.to_string()))?;
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).map_err(|e| in_file(e.to_string()))?;
        let rows = parse(&text).map_err(in_file)?;
        if rows.len() <= test {
            return Err(in_file(format!("{} rows, of which {test} are for the test", rows.len())).into());
        }
        let order = Random::new(seed).permutation(rows.len());
        let (train, test) = order.split_at(rows.len() - test);
        Ok(Digits { train: pick(&rows, train), test: pick(&rows, test) })
    }
}

/// One line of the file.
type Row = ([f32; PIXELS], i64);

/// Lines of 64 pixels and a digit.
fn parse(text: &str) -> std::result::Result<Vec<Row>, String> {
    let parse_row = |(number, line): (usize, &str)| {
        let bad = |what: &str| format!("line {}: {what}", number + 1);
        let mut fields = line.split(',');
        let mut pixels = [0.0; PIXELS];
        for pixel in &mut pixels {
            let field = fields.next().ok_or_else(|| bad("too few numbers"))?;
            let value: f32 = field.trim().parse().map_err(|_| bad("a pixel is not a number"))?;
            *pixel = value / WHITE;
        }
        let digit = fields.next().ok_or_else(|| bad("no digit after the pixels"))?.trim();
        let digit = digit.parse().ok().filter(|d| (0..CLASSES as i64).contains(d));
        let digit = digit.ok_or_else(|| bad("the digit is not one of 0 to 9"))?;
        match fields.next() {
            None => Ok((pixels, digit)),
            Some(_) => Err(bad("too many numbers")),
        }
    };
    text.lines().enumerate().map(parse_row).collect()
}

fn pick(rows: &[Row], order: &[usize]) -> Rows {
    Rows {
        images: Array2::from_shape_fn((order.len(), PIXELS), |(i, j)| rows[order[i]].0[j]),
        digits: order.iter().map(|i| rows[*i].1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_checked() {
        let zeros = "0,".repeat(PIXELS);
        assert_eq!(parse(&format!("{zeros}7\n")).map(|rows| rows[0].1), Ok(7));
        let error = |text: &str| parse(text).expect_err("a faulty line");
        assert_eq!(error("1,2"), "line 1: too few numbers");
        assert_eq!(error(&format!("{zeros}7\n{zeros}10\n")), "line 2: the digit is not one of 0 to 9");
        assert_eq!(error(&format!("{zeros}7,7\n")), "line 1: too many numbers");
        assert_eq!(error(&format!("x{zeros}7\n")), "line 1: a pixel is not a number");
    }
}
