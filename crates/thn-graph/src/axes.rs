//! Axes given by users: numbers that may count from the end, and whether reduced dims stay with length 1.

use thn_ir::Error;

/// The axes of a reduction.
#[derive(Clone, Debug, Default)]
pub struct Axes {
    /// `None` for all.
    list: Option<Vec<i64>>,
    /// Whether the reduced dims stay, with length 1 by type.
    pub(crate) keep: bool,
}

impl From<()> for Axes {
    /// All axes.
    fn from((): ()) -> Axes {
        Axes::default()
    }
}

macro_rules! numbers {
    ($($t:ty)*) => {
        $(
            impl From<$t> for Axes {
                fn from(axis: $t) -> Axes {
                    Axes { list: Some(vec![axis as i64]), keep: false }
                }
            }
            impl<const N: usize> From<[$t; N]> for Axes {
                fn from(axes: [$t; N]) -> Axes {
                    Axes { list: Some(axes.iter().map(|a| *a as i64).collect()), keep: false }
                }
            }
            impl From<&[$t]> for Axes {
                fn from(axes: &[$t]) -> Axes {
                    Axes { list: Some(axes.iter().map(|a| *a as i64).collect()), keep: false }
                }
            }
        )*
    };
}
numbers! { i32 i64 usize }

/// The same axes, staying in the result with length 1, so that it repeats along them.
pub fn keep(axes: impl Into<Axes>) -> Axes {
    Axes { keep: true, ..axes.into() }
}

impl Axes {
    /// Ascending axes of a tensor with `rank` dims.
    pub(crate) fn of(&self, rank: usize) -> Result<Vec<i64>, Error> {
        let Some(list) = &self.list else { return Ok((0..rank as i64).collect()) };
        let mut axes =
            list.iter().map(|a| axis(*a, rank).map(|a| a as i64)).collect::<Result<Vec<_>, _>>()?;
        axes.sort_unstable();
        if axes.windows(2).any(|w| w[0] == w[1]) {
            return Err(Error::input(format!("axes {list:?} name a dim twice")));
        }
        Ok(axes)
    }
}

/// An axis of a tensor with `rank` dims; a negative one counts from the end.
pub(crate) fn axis(axis: i64, rank: usize) -> Result<usize, Error> {
    let from_start = if axis < 0 { axis + rank as i64 } else { axis };
    match usize::try_from(from_start) {
        Ok(a) if a < rank => Ok(a),
        _ => {
            let dims = if rank == 1 { "dim" } else { "dims" };
            Err(Error::input(format!("axis {axis} is out of bounds for a tensor with {rank} {dims}")))
        }
    }
}
