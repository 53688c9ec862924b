//! Random programs over the whole op table, optimized, compiled and judged: see `thn_tests::random_programs`.

use libtest_mimic::Arguments;

fn main() {
    libtest_mimic::run(&Arguments::from_args(), thn_tests::random_programs::trials()).exit();
}
