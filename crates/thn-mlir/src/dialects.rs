//! The dialects whose ops passes make, by name, for the rows of [`passes!`](crate::passes) tables.

use melior::dialect::DialectHandle;

macro_rules! handles {
    ($($name:ident $function:ident)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            pub fn $name() -> DialectHandle {
                // SAFETY: the C API returns a handle that is valid for the life of the process.
                unsafe { DialectHandle::from_raw(mlir_sys::$function()) }
            }
        )*
    };
}

handles! {
    arith mlirGetDialectHandle__arith__
    cf mlirGetDialectHandle__cf__
    func mlirGetDialectHandle__func__
    index mlirGetDialectHandle__index__
    linalg mlirGetDialectHandle__linalg__
    llvm mlirGetDialectHandle__llvm__
    math mlirGetDialectHandle__math__
    memref mlirGetDialectHandle__memref__
    scf mlirGetDialectHandle__scf__
    tensor mlirGetDialectHandle__tensor__
    vector mlirGetDialectHandle__vector__
}
