//! Dims in normal form.

use super::*;

fn parse(text: &str) -> Dim {
    Dim::parse(text, &mut |name| {
        let id = ["N", "M", "K"].iter().position(|n| *n == name)? as u32;
        Some(Symbol { id, name: name.into() })
    })
    .unwrap()
}

#[test]
fn equal_polynomials_are_equal_values() {
    assert_eq!(parse("N + N"), parse("2*N"));
    assert_eq!(parse("(N + 1)*(N - 1)"), parse("N*N - 1"));
    assert_eq!(parse("N*M//M"), parse("N"));
    assert_eq!(parse("N - N + 3"), Dim::from(3));
    assert_eq!(parse("max(N, N + 1)"), parse("N + 1"));
    assert_eq!(parse("max(max(N, M), N)"), parse("max(M, N)"));
    assert_eq!(parse("min(2, min(N, 2))"), parse("min(N, 2)"));
    assert_ne!(parse("max(min(N, M), N)"), parse("min(N, M)"));
    assert_ne!(parse("max(2*max(N, M), N)"), parse("2*max(N, M)"));
    assert_eq!(parse("N - min(1, N)"), parse("max(0, N - 1)"));
    assert_eq!(parse("M + 3 - max(M, N + 1)"), parse("min(3, M - N + 2)"));
    assert_eq!(parse("max(0, max(0, N - 1) - 2)"), parse("max(0, N - 3)"));
    assert_eq!(parse("min(min(N, 7) - 2, 3)"), parse("min(N - 2, 3)"));
    assert_eq!(parse("min(min(N, 7) - 2, 6)"), parse("min(N - 2, 5)"));
    assert!(parse("N + 1").certainly_differs(&parse("N")));
    assert!(!parse("N").certainly_differs(&parse("M")));
}

#[test]
fn lengths_are_at_least_zero() {
    // N and M are lengths, K is any number.
    let is_length = |text: &str| parse(text).is_at_least_zero(&|s| &*s.name != "K");
    for text in ["0", "N", "N*M + 2", "max(0, K)", "min(N, 3)", "(N//2)", "(K%N)", "max(0, N - 1)"] {
        assert!(is_length(text), "{text}");
    }
    for text in ["-1", "K", "N - 1", "N*K", "min(N, K)", "(K//N)", "N - M"] {
        assert!(!is_length(text), "{text}");
    }
}

#[test]
fn printing_reads_back() {
    for text in
        ["N", "2*N + 1", "-N + 3", "N*M - 2*K", "(N//2)", "max(0, N - 3)*M", "((N + 1)%3)", "-2*N*M - 1"]
    {
        let dim = parse(text);
        assert_eq!(parse(&dim.to_string()), dim, "{text} printed as {dim}");
    }
    assert_eq!(parse("1 + N*2").to_string(), "2*N + 1");
}

#[test]
fn bad_expressions_are_named() {
    let error = |t: &str| Dim::parse(t, &mut |_| None).unwrap_err();
    assert!(error("Q + 1").contains("unknown dim `Q`"));
    assert!(error("1 +").contains("a number or a name"));
    assert!(error("(1").contains("`)`"));
    assert!(error("1 1").contains("unexpected"));
    assert!(error(&format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000))).contains("nests at most"));
}

#[test]
fn dims_have_bounds() {
    let n = parse("N");
    let halves = (0..Dim::MAX_DEPTH).fold(n.clone(), |d, _| (d + Dim::ONE).floor_div(&Dim::from(2)));
    assert!(!halves.is_too_large());
    assert_eq!(parse(&halves.to_string()), halves);
    let deeper = halves.floor_div(&Dim::from(3));
    assert!(deeper.is_too_large());
    // What is beyond stays so, is worth nothing and is gone at once.
    let far = (0..100_000).fold(deeper, |d, _| Dim::max(&(d + n.clone()).modulo(&Dim::from(7)), &n));
    assert!(far.is_too_large() && (far.clone() - far.clone()).is_too_large());
    assert_eq!(far.eval(&|_| Some(1)), Err(DimError::TooLarge));
    assert!(!far.certainly_differs(&n) && !far.is_at_least_zero(&|_| true));

    let symbols: Vec<Dim> =
        (0..2_000).map(|id| Symbol { id, name: format!("n{id}").into() }.into()).collect();
    assert_eq!(Dim::product(&symbols).symbols().len(), 2_000);
    assert_eq!(Dim::product(&symbols).floor_div(&Dim::product(&symbols[1..])), symbols[0]);
    assert_eq!(Dim::sum(&symbols).symbols().len(), 2_000);
    let sums: Vec<Dim> = symbols.iter().map(|d| d.clone() + Dim::ONE).collect();
    assert!(!Dim::product(&sums[..10]).is_too_large());
    assert!(Dim::product(&sums).is_too_large());
}

/// The forms that clipped slices of slices give: no deeper for the next.
#[test]
fn clips_of_clips_stay_flat() {
    let (mut rest, mut first) = (parse("N"), parse("N"));
    for k in 0..1_000 {
        rest = rest.clone() - Dim::min(&Dim::ONE, &rest);
        first = Dim::min(&Dim::from(2_000 - k), &first);
    }
    assert_eq!((rest.to_string(), first.to_string()), ("max(0, N - 1000)".into(), "min(1001, N)".into()));
}

#[test]
fn evaluation_reports_what_is_missing() {
    let d = parse("N//M");
    assert_eq!(d.eval(&|_| None), Err(DimError::Unbound("N".into())));
    assert_eq!(d.eval(&|s| Some(if s.id == 0 { -7 } else { 2 })), Ok(-4));
    assert_eq!(d.eval(&|s| Some(if s.id == 0 { 7 } else { 0 })), Err(DimError::ZeroDivision));
}
