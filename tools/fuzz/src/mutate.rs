//! Inputs from a corpus: files with some tokens, groups in parentheses and lines exchanged.

use std::collections::BTreeSet;
use thn_random::Random;

/// Numbers that parsers and passes may stumble over.
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "64",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "1e400",
    "-0.0",
    "1e-320",
    "0x7FC00000",
];

/// Files to start from, and what they consist of.
pub(crate) struct Corpus {
    pub(crate) files: Vec<String>,
    tokens: Vec<String>,
    lines: Vec<String>,
    groups: Vec<String>,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_.%@?#$!^".contains(c)
}

/// A text as words, blanks and single signs.
fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    let mut in_word = false;
    for c in text.chars() {
        match out.last_mut() {
            Some(last) if in_word && is_word(c) => last.push(c),
            _ => out.push(c.into()),
        }
        in_word = is_word(c);
    }
    out
}

/// Where the groups in parentheses are, outermost first.
fn groups(text: &str) -> Vec<(usize, usize)> {
    let mut open = vec![];
    let mut out = vec![];
    for (i, c) in text.char_indices() {
        match c {
            '(' => open.push(i),
            ')' => out.extend(open.pop().map(|start| (start, i + 1))),
            _ => {}
        }
    }
    out
}

impl Corpus {
    pub(crate) fn new(files: Vec<String>, words: impl IntoIterator<Item = String>) -> Corpus {
        let mut all: BTreeSet<String> = words.into_iter().collect();
        let mut lines = BTreeSet::new();
        let mut parts = BTreeSet::new();
        for file in &files {
            all.extend(tokens(file).into_iter().filter(|t| !t.trim().is_empty()));
            lines.extend(file.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned));
            parts.extend(
                groups(file).into_iter().map(|(a, b)| file[a..b].to_owned()).filter(|g| g.len() < 400),
            );
        }
        Corpus {
            files,
            tokens: all.into_iter().collect(),
            lines: lines.into_iter().collect(),
            groups: parts.into_iter().collect(),
        }
    }

    /// A text after one change.
    pub(crate) fn mutate(&self, text: &str, random: &mut Random) -> String {
        match random.below(24) {
            0..=12 => self.exchange_token(text, random),
            13..=16 => self.exchange_group(text, random),
            17..=20 => self.exchange_line(text, random),
            21 => text.chars().take(random.below(text.len() + 1)).collect(),
            22 => {
                let mut chars: Vec<char> = text.chars().collect();
                let at = random.below(chars.len());
                let new = ['\0', '\u{7f}', 'é', '∞', '"', '\\', '\t', '{', ')', '<'][random.below(10)];
                if let Some(c) = chars.get_mut(at) {
                    *c = new;
                }
                chars.into_iter().collect()
            }
            _ => nest(text, random),
        }
    }

    fn exchange_token(&self, text: &str, random: &mut Random) -> String {
        let mut all = tokens(text);
        let solid: Vec<usize> = (0..all.len()).filter(|i| !all[*i].trim().is_empty()).collect();
        let Some(at) = random.choose(&solid).copied() else { return text.to_owned() };
        match random.below(6) {
            0 => drop(all.remove(at)),
            1 => all.insert(at, all[at].clone()),
            2 => {
                let other = solid[random.below(solid.len())];
                all.swap(at, other);
            }
            3 => all[at] = NUMBERS[random.below(NUMBERS.len())].to_owned(),
            _ => all[at].clone_from(random.choose(&self.tokens).unwrap_or(&String::new())),
        }
        all.concat()
    }

    fn exchange_group(&self, text: &str, random: &mut Random) -> String {
        let own = groups(text);
        let (Some((start, end)), Some(new)) = (random.choose(&own).copied(), random.choose(&self.groups))
        else {
            return text.to_owned();
        };
        format!("{}{new}{}", &text[..start], &text[end..])
    }

    fn exchange_line(&self, text: &str, random: &mut Random) -> String {
        let mut all: Vec<&str> = text.lines().collect();
        let at = random.below(all.len());
        match random.below(4) {
            0 if !all.is_empty() => drop(all.remove(at)),
            1 if !all.is_empty() => all.insert(at, all[at]),
            2 if !all.is_empty() => {
                let other = random.below(all.len());
                all.swap(at, other);
            }
            _ => all.insert(at, random.choose(&self.lines).map_or("", String::as_str)),
        }
        all.join("\n")
    }
}

/// No text is nested to more than this: how long a parser takes for a longer one says nothing about how deep it goes.
const LONGEST: usize = 1 << 20;

/// One group many times inside itself.
fn nest(text: &str, random: &mut Random) -> String {
    let own = groups(text);
    let Some((start, end)) = random.choose(&own).copied() else { return text.to_owned() };
    let group = &text[start..end];
    let Some((head, tail)) = group.rsplit_once(' ') else { return text.to_owned() };
    let inner = tail.trim_end_matches(')');
    let times = [2, 20, 500, 4_000][random.below(4)].min(LONGEST / group.len());
    let deep = format!("{} {inner}{}", vec![head; times].join(" "), ")".repeat(times));
    format!("{}{deep}{}", &text[..start], &text[end..])
}
