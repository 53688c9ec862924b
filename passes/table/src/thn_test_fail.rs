//! A pass that fails, so that reports, reproducers and the containment of panics can be tested.

use thn_mlir::{
    Error,
    melior::ir::{BlockLike, OperationRef, RegionLike, operation::OperationLike},
    pass::Options,
};

pub(crate) fn run(function: OperationRef, options: &Options) -> Result<(), Error> {
    let mut ops = 0;
    for region in function.regions() {
        let mut block = region.first_block();
        while let Some(current) = block {
            let mut operation = current.first_operation();
            while let Some(op) = operation {
                ops += 1;
                operation = op.next_in_block();
            }
            block = current.next_in_region();
        }
    }
    if ops <= options.int("after").unwrap_or(0) {
        return Ok(());
    }
    if options.flag("panic") {
        panic!("{}", options.text("message"));
    }
    Err(Error::input(options.text("message")))
}
