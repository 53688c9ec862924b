//! Every example runs, and finds the results that it states.

macro_rules! examples {
    ($($name:ident $path:literal;)*) => {
        $(
            #[path = $path]
            mod $name;
        )*

        #[test]
        fn all_examples_are_listed() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
            let mut found: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|file| file.unwrap().path())
                // An example in a folder of its own is a program with its own tests.
                .filter(|path| path.is_file())
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort();
            let mut listed = vec![$(stringify!($name)),*];
            listed.sort();
            assert_eq!(found, listed);
        }

        mod run {
            $(
                #[test]
                fn $name() {
                    super::$name::main().unwrap();
                }
            )*
        }
    };
}

examples! {
    accumulator "../examples/accumulator.rs";
    add_vectors "../examples/add_vectors.rs";
    default_values "../examples/default_values.rs";
    gradient_of_squares "../examples/gradient_of_squares.rs";
    gradients_and_graph "../examples/gradients_and_graph.rs";
    linear_regression "../examples/linear_regression.rs";
    logistic "../examples/logistic.rs";
    logistic_gradient "../examples/logistic_gradient.rs";
    polynomial "../examples/polynomial.rs";
    power_by_loop "../examples/power_by_loop.rs";
    pretty_print "../examples/pretty_print.rs";
    rewrites "../examples/rewrites.rs";
    several_outputs "../examples/several_outputs.rs";
    training_step "../examples/training_step.rs";
}
