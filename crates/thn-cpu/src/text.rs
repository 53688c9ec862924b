//! Programs as text.

use crate::Error;
use thn_ir::Func;
use thn_mlir::{
    import,
    melior::ir::{BlockLike, OperationRef, attribute::StringAttribute, operation::OperationLike},
    new_context, parse,
};

/// Reads one function of a module; where there is only one, it need not be named.
///
/// # Errors
///
/// What MLIR or the import finds wrong with the text, and if there is no such function or no one to choose.
pub fn read_function(module: &str, file: &str, entry: Option<&str>) -> Result<Func, Error> {
    let context = new_context();
    let module = parse(&context, module, file).map_err(Error::at("reading the module"))?;
    let mut functions: Vec<(String, OperationRef)> = vec![];
    let mut next = module.body().first_operation();
    while let Some(op) = next {
        functions.extend(name_of(op).map(|name| (name, op)));
        next = op.next_in_block();
    }
    let names = || functions.iter().map(|(name, _)| format!("@{name}")).collect::<Vec<_>>().join(", ");
    let wrong = |message: String| Error::from(thn_ir::Error::input(format!("{file}: {message}")));
    let function = match (entry, functions.as_slice()) {
        (_, []) => return Err(wrong("there is no function".into())),
        (None, [(_, function)]) => *function,
        (None, _) => return Err(wrong(format!("which function? There are {}", names()))),
        (Some(entry), all) => match all.iter().find(|(name, _)| name == entry) {
            Some((_, function)) => *function,
            None => return Err(wrong(format!("there is no function @{entry}; there is {}", names()))),
        },
    };
    Ok(import(function).map_err(Error::at("reading the function"))?.func)
}

/// The name of a function; `None` for other ops.
fn name_of(op: OperationRef<'_, '_>) -> Option<String> {
    let attribute =
        op.attribute("sym_name").ok().filter(|_| op.name().as_string_ref().as_str() == Ok("func.func"))?;
    StringAttribute::try_from(attribute).ok().map(|name| name.value().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "
      func.func @f(%x: tensor<2xf64>) -> tensor<2xf64> {
        %y = thn.exp %x : tensor<2xf64>
        return %y : tensor<2xf64>
      }
      func.func @g(%x: tensor<2xf64>) -> tensor<2xf64> { return %x : tensor<2xf64> }";

    fn refused(module: &str, entry: Option<&str>) -> String {
        read_function(module, "two.mlir", entry).map(|f| f.to_string()).expect_err("is wrong").to_string()
    }

    #[test]
    fn functions_are_found_by_name() {
        assert_eq!(&*read_function(TWO, "two.mlir", Some("g")).expect("is there").name, "g");
        assert_eq!(refused(TWO, None), "two.mlir: which function? There are @f, @g");
        assert_eq!(refused(TWO, Some("h")), "two.mlir: there is no function @h; there is @f, @g");
        assert_eq!(refused("", None), "two.mlir: there is no function");
        assert!(refused("func.func @f( {", None).contains("two.mlir:1:"));
    }
}
