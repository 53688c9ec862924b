//! Draws a program as SVG: what goes in, what is computed, what comes out, from top to bottom.
//!
//! Each entry argument, constant, op and result is a box; each use of a value is an arrow. Boxes show the user's name,
//! the op, its attributes and its type with symbolic dims; tooltips add what the op does, its operands and the source
//! line. Loops, branches and kernels are frames around the ops inside. Colours follow the viewer's light or dark
//! theme. The same program always gives the same text.
//!
//! The crate draws programs as they are: it computes nothing and changes nothing, and a program that does not verify
//! is drawn as far as its parts go.

#![warn(clippy::missing_errors_doc)]

mod label;
mod layout;
mod scene;
mod style;
mod write;

use thn_ir::Func;

/// Draws the live and dead ops of a program; see [`Func::compact`] for a program without the dead ones.
///
/// ```
/// use thn_ir::{Arg, Builder, DType, Func, Loc, OpKind, Res};
///
/// let mut func = Func::new("double");
/// let x = func.add_tensor_arg(DType::F64, &[None], Arg { name: Some("x".into()), ..Arg::default() });
/// let y = Builder::new(&mut func, Func::BODY, Loc::Unknown).map(OpKind::Add, &[x, x])?;
/// func.add_result(y, Res::default());
/// assert!(thn_draw::svg(&func).starts_with("<svg "));
/// # Ok::<(), thn_ir::Error>(())
/// ```
pub fn svg(func: &Func) -> String {
    let count = func.walk(Func::BODY).len();
    let title = format!("{} · {count} {}", func.name, if count == 1 { "op" } else { "ops" });
    write::document(&scene::picture(func), &title)
}
