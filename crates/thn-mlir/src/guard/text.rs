//! Tokens, groups and aliases of MLIR text: as much of them as shows what an op is given.

use std::{borrow::Cow, collections::HashMap, ops::Range};

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// White space and comments.
    Blank,
    /// A string with its quotes.
    Quoted,
    /// A name or a number.
    Word,
    /// A name behind `#` or `!`: that of an alias, or of a dialect's own.
    Symbol,
    /// One of `<([{`.
    Open(u8),
    /// One of `>)]}`.
    Close(u8),
    /// Punctuation; of arrows and comparisons the first character.
    Other(u8),
}

/// The brackets that are open.
#[derive(Default)]
pub(super) struct Brackets(Vec<u8>);

impl Brackets {
    /// Takes note of a token. False if it ends a group that was not opened here.
    pub(super) fn see(&mut self, token: Token) -> bool {
        let wanted = match token {
            Token::Open(bracket) => {
                self.0.push(bracket);
                return true;
            }
            // One that closes nothing is an operator, or an error that the parser finds.
            Token::Close(b'>') => {
                self.0.pop_if(|last| *last == b'<');
                return true;
            }
            Token::Close(b')') => b'(',
            Token::Close(b']') => b'[',
            Token::Close(_) => b'{',
            _ => return true,
        };
        // What is open inside a group that ends was no bracket.
        let start = self.0.iter().rposition(|bracket| *bracket == wanted);
        self.0.truncate(start.unwrap_or(self.0.len()));
        start.is_some()
    }

    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }
}

/// What an alias stands for, and how deep that nests.
struct Alias {
    value: Range<usize>,
    depth: usize,
}

/// A text and the aliases that were defined in it so far.
pub(super) struct Source<'t> {
    text: &'t [u8],
    aliases: HashMap<&'t [u8], Alias>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, aliases: HashMap::new() }
    }

    /// What is in a range, or nothing where a malformed text makes it none.
    pub(super) fn get(&self, range: Range<usize>) -> &'t [u8] {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The token at a place, and its end; `None` at the end of the text.
    pub(super) fn token(&self, at: usize) -> Option<(Token, usize)> {
        let rest = self.text.get(at..)?;
        let (token, length) = match *rest.first()? {
            byte if byte.is_ascii_whitespace() => (Token::Blank, 1),
            b'/' if rest.starts_with(b"//") => {
                (Token::Blank, rest.iter().position(|c| *c == b'\n').unwrap_or(rest.len()))
            }
            b'"' => (Token::Quoted, quoted(rest)),
            byte @ (b'-' | b'<' | b'>') if matches!(rest, [b'-', b'>', ..] | [_, b'=', ..]) => {
                (Token::Other(byte), 2)
            }
            byte @ (b'<' | b'(' | b'[' | b'{') => (Token::Open(byte), 1),
            byte @ (b'>' | b')' | b']' | b'}') => (Token::Close(byte), 1),
            b'#' | b'!' => {
                let name = rest[1..].iter().take_while(|c| is_word(**c) || **c == b'-').count();
                (Token::Symbol, 1 + name)
            }
            byte if is_word(byte) => (Token::Word, rest.iter().take_while(|c| is_word(**c)).count()),
            byte => (Token::Other(byte), 1),
        };
        Some((token, at + length))
    }

    /// The first place from here that is not blank.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        while let Some((Token::Blank, end)) = self.token(at) {
            at = end;
        }
        at
    }

    /// Whether something is given a value here: the place of the value.
    pub(super) fn assigned(&self, at: usize) -> Option<usize> {
        let at = self.skip(at);
        let assigns = self.byte(at) == Some(b'=');
        assigns.then(|| self.skip(at + 1))
    }

    /// What is inside the group that begins here, and the end of the group.
    pub(super) fn group(&self, at: usize) -> (Range<usize>, usize) {
        let mut open = Brackets::default();
        let mut next = at;
        while let Some((token, end)) = self.token(next) {
            if !open.see(token) {
                break;
            }
            if open.depth() == 0 {
                return (at + 1..next, end);
            }
            next = end;
        }
        (at + 1..next, next)
    }

    /// The parts of a range between separators, without the blanks around them.
    pub(super) fn split(&self, range: Range<usize>, separator: u8) -> Vec<Range<usize>> {
        let mut open = Brackets::default();
        let mut parts = vec![];
        let mut part: Option<Range<usize>> = None;
        let mut at = range.start;
        while let Some((token, end)) = self.token(at).filter(|_| at < range.end) {
            open.see(token);
            if open.depth() == 0 && token == Token::Other(separator) {
                parts.push(part.take().unwrap_or(at..at));
            } else if token != Token::Blank {
                part = Some(part.map_or(at, |part| part.start)..end.min(range.end));
            }
            at = end;
        }
        // Behind a separator is a part, even if nothing is there.
        parts.extend(part.or_else(|| (!parts.is_empty()).then_some(range.end..range.end)));
        parts
    }

    /// The end of the attribute or type that begins here, and how deep it nests, aliases included.
    pub(super) fn value(&self, start: usize) -> (usize, usize) {
        let mut open = Brackets::default();
        let mut deepest = 0;
        let mut at = self.skip(start);
        let mut last = at;
        let listed = matches!(self.byte(at), Some(b'[' | b'{'));
        let mut after_term = false;
        while let Some((token, end)) = self.token(at) {
            // Two terms side by side are not of one value, nor is what follows a list.
            let begins = matches!(
                token,
                Token::Word | Token::Quoted | Token::Symbol | Token::Open(b'{') | Token::Other(b'%' | b'@')
            );
            let separates = matches!(token, Token::Other(b',' | b'='));
            if open.depth() == 0 && (separates || (begins && after_term)) || !open.see(token) {
                break;
            }
            let inside = if token == Token::Symbol { self.depth(at..end) } else { 0 };
            deepest = deepest.max(open.depth() + inside);
            at = end;
            if token != Token::Blank {
                last = end;
                after_term = matches!(token, Token::Word | Token::Quoted | Token::Symbol | Token::Close(_));
            }
            if listed && open.depth() == 0 {
                break;
            }
        }
        (last, deepest)
    }

    /// Takes note of an alias if the symbol at a place is defined there.
    pub(super) fn define(&mut self, name: Range<usize>) {
        if let Some(start) = self.assigned(name.end) {
            let (end, depth) = self.value(start);
            // One that stands for another stands for what that stands for.
            let value = self.resolve(start..end).unwrap_or(start..start);
            self.aliases.insert(&self.text[name], Alias { value, depth });
        }
    }

    /// How deep what a symbol stands for nests.
    pub(super) fn depth(&self, name: Range<usize>) -> usize {
        self.aliases.get(&self.text[name]).map_or(0, |alias| alias.depth)
    }

    /// What a value is once an alias is replaced; `None` for an alias that is not defined.
    pub(super) fn resolve(&self, value: Range<usize>) -> Option<Range<usize>> {
        let Some((Token::Symbol, end)) = self.token(value.start) else { return Some(value) };
        let name = &self.text[value.start..end];
        // Symbols of dialects have a point in their name or something in brackets directly behind it.
        if name.contains(&b'.') || self.byte(end) == Some(b'<') {
            return Some(value);
        }
        self.aliases.get(name).map(|alias| alias.value.clone())
    }

    /// What a string means; another token is itself.
    pub(super) fn unquoted(&self, range: Range<usize>) -> Cow<'t, [u8]> {
        let text = self.get(range);
        let Some(inside) = text.strip_prefix(b"\"") else { return Cow::Borrowed(text) };
        let inside = inside.strip_suffix(b"\"").unwrap_or(inside);
        if !inside.contains(&b'\\') {
            return Cow::Borrowed(inside);
        }
        let mut out = vec![];
        let mut rest = inside;
        while let [first, after @ ..] = rest {
            let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
            let code = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
            rest = match (first, code, after) {
                (b'\\', Some(code), _) => {
                    out.push(code);
                    &after[2..]
                }
                (b'\\', None, [escaped, after @ ..]) => {
                    out.push(*escaped);
                    after
                }
                _ => {
                    out.push(*first);
                    after
                }
            };
        }
        Cow::Owned(out)
    }

    /// The line and the column of a place, from 1.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..at];
        let line = before.iter().filter(|c| **c == b'\n').count() + 1;
        let start = before.iter().rposition(|c| *c == b'\n').map_or(0, |newline| newline + 1);
        (line, at - start + 1)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$')
}

/// The length of a string with its quotes; MLIR's strings end at the end of a line at the latest.
fn quoted(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => at += 1,
        }
    }
    text.len()
}
