//! One line for every op with a property: `$odd-neg : ($odd (neg ?x)) => (neg ($odd ?x))` is a rule for each odd function.
//!
//! `$odd`, `$even`, `$rising`, `$idempotent`, `$integral` and `$rounding` stand for the ops whose rows have the property,
//! one word for one op throughout the line, two words for two ops. `$inverse` and `$inverted` stand for an op and the one
//! that it undoes. The words of the name become the op's name.

use super::Fault;
use thn_ir::{OpKind, Property};

/// What a word stands for.
enum Word {
    Property(Property),
    Inverse,
    Inverted,
}

impl Word {
    fn of(name: &str) -> Option<Word> {
        match name {
            "inverse" => Some(Word::Inverse),
            "inverted" => Some(Word::Inverted),
            _ => Property::ALL.iter().find(|(n, _)| *n == name).map(|(_, p)| Word::Property(*p)),
        }
    }
}

/// A line that is written out, and the ops in place of its words.
pub(super) type Instance = (String, Vec<&'static str>);

/// The lines that a line stands for: itself if it has no `$`.
pub(super) fn lines(code: &str) -> Result<Vec<Instance>, Fault> {
    let mut words: Vec<(&str, Word)> = vec![];
    for (at, _) in code.match_indices('$') {
        let rest = &code[at + 1..];
        let name = &rest[..rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len())];
        let word = Word::of(name).ok_or_else(|| (at, format!("`${name}` is not a property of ops")))?;
        if words.iter().all(|(known, _)| *known != name) {
            words.push((name, word));
        }
    }
    let mut all: Vec<Vec<OpKind>> = vec![vec![]];
    for (_, word) in &words {
        let fits = |op: OpKind, before: &[OpKind]| {
            let row = op.row();
            match word {
                Word::Property(property) => row.properties.contains(property) && !before.contains(&op),
                Word::Inverse => row.undoes.is_some(),
                Word::Inverted => before.iter().any(|b| b.row().undoes == Some(op)),
            }
        };
        let more = |ops: Vec<OpKind>| {
            let next: Vec<OpKind> = OpKind::ALL.into_iter().filter(|op| fits(*op, &ops)).collect();
            next.into_iter().map(move |op| ops.iter().copied().chain([op]).collect())
        };
        all = all.into_iter().flat_map(more).collect();
    }
    if all.is_empty() {
        return Err((0, "there are no ops of these properties".into()));
    }
    let instance = |ops: Vec<OpKind>| {
        let names: Vec<&str> = ops.iter().map(|op| op.row().mnemonic).collect();
        let replaced = words.iter().zip(&names).fold(code.to_string(), |text, ((word, _), name)| {
            // Of two words one may begin the other.
            let mut out = String::new();
            let mut pieces = text.split('$');
            out.push_str(pieces.next().unwrap_or_default());
            for piece in pieces {
                match piece
                    .strip_prefix(word)
                    .filter(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
                {
                    Some(rest) => out.extend([name, rest]),
                    None => out.extend(["$", piece]),
                }
            }
            out
        });
        (replaced, names)
    };
    Ok(all.into_iter().map(instance).collect())
}
