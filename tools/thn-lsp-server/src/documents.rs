//! The documents that an editor has open, and which of them MLIR must not see.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::{collections::BTreeMap, ops::Range};
use thn_mlir::guard;

/// What MLIR's server cuts documents at, wherever it is; each piece is read alone.
const MARKER: &str = "// -----";

struct Document {
    version: Value,
    text: String,
    /// The diagnostic of a text that MLIR does not get.
    refusal: Option<Value>,
}

/// Open documents by their decoded addresses.
#[derive(Default)]
pub(crate) struct Documents(BTreeMap<Vec<u8>, Document>);

impl Documents {
    /// Takes note of a new document. Gives the text that MLIR gets.
    pub(crate) fn open(&mut self, uri: &str, version: &Value, text: String) -> String {
        let refusal = refusal(&text);
        let document = Document { version: version.clone(), text, refusal };
        let visible = document.visible().to_owned();
        self.0.insert(decoded(uri), document);
        visible
    }

    /// Takes note of changes. Gives the text that MLIR gets, unless the document is not open.
    pub(crate) fn change(&mut self, uri: &str, version: &Value, changes: &[Value]) -> Option<&str> {
        let document = self.0.get_mut(&decoded(uri))?;
        for change in changes {
            let new = change["text"].as_str().unwrap_or_default();
            match change.get("range") {
                Some(range) => {
                    let start = offset(&document.text, &range["start"]);
                    let end = offset(&document.text, &range["end"]).max(start);
                    document.text.replace_range(start..end, new);
                }
                None => new.clone_into(&mut document.text),
            }
        }
        document.version = version.clone();
        document.refusal = refusal(&document.text);
        Some(document.visible())
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.0.remove(&decoded(uri));
    }

    /// The diagnostic to show instead of those that MLIR has for a version of a document.
    pub(crate) fn refusal(&self, uri: &str, version: &Value) -> Option<&Value> {
        let document = self.0.get(&decoded(uri)).filter(|document| document.version == *version)?;
        document.refusal.as_ref()
    }

    /// Whether MLIR can complete at a position, for which it reads no further.
    pub(crate) fn can_complete(&self, uri: &str, position: &Value) -> bool {
        let Some(document) = self.0.get(&decoded(uri)) else { return true };
        let text = document.visible();
        let before = &text[..offset(text, position)];
        pieces(before).last().is_none_or(|piece| guard::check(before[piece].as_bytes()).is_ok())
    }
}

impl Document {
    fn visible(&self) -> &str {
        if self.refusal.is_some() { "" } else { &self.text }
    }
}

/// An address without its escapes, of which there is more than one way to write them.
fn decoded(uri: &str) -> Vec<u8> {
    percent_decode_str(uri).collect()
}

/// The pieces of a text that MLIR reads alone.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(MARKER).map(move |piece| {
        let range = start..start + piece.len();
        start = range.end + MARKER.len();
        range
    })
}

/// The diagnostic of a text that MLIR's parser does not survive.
fn refusal(text: &str) -> Option<Value> {
    let (piece, refusal) =
        pieces(text).find_map(|piece| Some((piece.start, guard::check(text[piece].as_bytes()).err()?)))?;
    let newlines = text[piece..].match_indices('\n').map(|(newline, _)| piece + newline + 1);
    let line = std::iter::once(piece).chain(newlines).nth(refusal.line - 1).unwrap_or(piece);
    let (start, end) = (line + refusal.column - 1, line + refusal.column);
    let [start, end] = [start, end].map(|at| position(text, at));
    Some(json!({
        "range": { "start": start, "end": end },
        "severity": 1,
        "source": "mlir",
        "message": refusal.why,
    }))
}

/// The position of a place in a text: its line, and its column in units of UTF-16.
fn position(text: &str, at: usize) -> Value {
    let start = (0..=at).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    let before = &text[..start];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}

/// The place of a position in a text. One behind the end of a line is the end of the line.
fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().unwrap_or(0);
    let mut at = 0;
    for _ in 0..number("line") {
        match text[at..].find('\n') {
            Some(newline) => at += newline + 1,
            None => return text.len(),
        }
    }
    let mut left = number("character");
    for character in text[at..].chars().take_while(|c| !matches!(c, '\n' | '\r')) {
        let units = character.len_utf16() as u64;
        if units > left {
            break;
        }
        left -= units;
        at += character.len_utf8();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Documents {
        let mut documents = Documents::default();
        documents.open("file:///a%20b.mlir", &json!(1), text.to_owned());
        documents
    }

    fn change(start: [u32; 2], end: [u32; 2], text: &str) -> Value {
        let position = |[line, character]: [u32; 2]| json!({ "line": line, "character": character });
        json!({ "range": { "start": position(start), "end": position(end) }, "text": text })
    }

    #[test]
    fn changes_count_in_units_of_utf_16() {
        let mut documents = opened("a\r\n😀é = x\nend");
        let mut after = |changes: &[Value]| {
            documents.change("file:///a b.mlir", &json!(2), changes).expect("it is open").to_owned()
        };
        assert_eq!(after(&[change([1, 2], [1, 3], "e")]), "a\r\n😀e = x\nend");
        assert_eq!(after(&[change([0, 9], [1, 0], " "), change([0, 2], [0, 4], "b")]), "a be = x\nend");
        assert_eq!(after(&[change([1, 3], [9, 9], "!"), change([0, 0], [0, 2], "")]), "be = x\nend!");
        assert_eq!(after(&[json!({ "text": "all" })]), "all");
        assert!(documents.change("file:///other.mlir", &json!(2), &[]).is_none());
    }

    #[test]
    fn refused_texts_are_hidden_until_they_change() {
        let text = "// é\n\"é\" // ----- \"😀\" linalg.transpose permutation = 1\n";
        let mut documents = opened(text);
        let uri = "file:///a b.mlir";
        let told = documents.refusal(uri, &json!(1)).expect("it is refused").clone();
        let message = "a list of integers is expected";
        assert_eq!(told["message"], message);
        assert_eq!(told["range"]["start"], json!({ "line": 1, "character": 49 }));
        assert_eq!(told["range"]["end"], json!({ "line": 1, "character": 50 }));
        assert_eq!(documents.refusal(uri, &json!(2)), None);
        assert_eq!(documents.change(uri, &json!(2), &[change([1, 49], [1, 50], "(")]), Some(""));
        let good = text.replace("= 1", "= []");
        assert_eq!(documents.change(uri, &json!(3), &[change([1, 49], [1, 50], "[]")]), Some(good.as_str()));
        assert_eq!(documents.refusal(uri, &json!(3)), None);
        // What is complete to the end is not where a text is cut for its completion.
        assert!(!documents.can_complete(uri, &json!({ "line": 1, "character": 50 })));
        assert!(documents.can_complete(uri, &json!({ "line": 1, "character": 30 })));
        documents.close(uri);
        assert!(documents.can_complete(uri, &json!({ "line": 1, "character": 50 })));
    }
}
