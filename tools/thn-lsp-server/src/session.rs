//! Between an editor and MLIR's language server.
//!
//! The server does not get a text that its parser does not survive. It sees an empty document instead, and the
//! diagnostics that it has for that are replaced by the one that says why. It offers changes piece by piece; they are
//! put together here, and it gets the whole text each time.

use crate::{
    UNGUARDED,
    documents::Documents,
    frames::{self, Frame},
};
use serde_json::{Value, json};
use std::{
    env,
    ffi::OsString,
    io::{self, BufReader, Write},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

type Shared = Arc<Mutex<Documents>>;

/// Serves an editor on the standard input and output. Returns the exit status.
pub(crate) fn run(arguments: &[OsString]) -> io::Result<i32> {
    let mut child = Command::new(env::current_exe()?)
        .arg(UNGUARDED)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let documents = Shared::default();
    if let Some(server) = child.stdin.take() {
        let documents = Arc::clone(&documents);
        // When the server ends, so does the process, in which this thread may still wait for the editor.
        thread::spawn(move || from_editor(server, &documents));
    }
    if let Some(server) = child.stdout.take() {
        let mut server = BufReader::new(server);
        while let Some(frame) = frames::read(&mut server)? {
            frames::write(io::stdout().lock(), &shown(frame, &documents))?;
        }
    }
    Ok(child.wait()?.code().unwrap_or(1))
}

/// Nothing that holds the documents panics half way, and nobody writes to a pipe while holding them.
fn lock(documents: &Shared) -> MutexGuard<'_, Documents> {
    documents.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes on what the editor says, until either ends.
fn from_editor(mut server: impl Write, documents: &Shared) {
    let mut editor = io::stdin().lock();
    while let Ok(Some(frame)) = frames::read(&mut editor) {
        let written = match passed(frame, documents) {
            Ok(frame) => frames::write(&mut server, &frame),
            Err(answer) => frames::write(io::stdout().lock(), &Frame::from(&answer)),
        };
        if written.is_err() {
            break;
        }
    }
}

/// What the server gets of what the editor says, or the answer that the editor gets at once.
fn passed(frame: Frame, documents: &Shared) -> Result<Frame, Value> {
    let Frame::Message(text) = &frame else { return Ok(frame) };
    let Ok(mut message) = serde_json::from_slice::<Value>(text) else { return Ok(frame) };
    let document = message["params"]["textDocument"].clone();
    let Some(uri) = document["uri"].as_str() else { return Ok(frame) };
    let mut documents = lock(documents);
    match message["method"].as_str() {
        Some("textDocument/didOpen") => {
            let text = document["text"].as_str().unwrap_or_default();
            let visible = documents.open(uri, &document["version"], text.to_owned());
            message["params"]["textDocument"]["text"] = visible.into();
        }
        Some("textDocument/didChange") => {
            let changes = message["params"]["contentChanges"].as_array().cloned().unwrap_or_default();
            if let Some(visible) = documents.change(uri, &document["version"], &changes) {
                message["params"]["contentChanges"] = json!([{ "text": visible }]);
            }
        }
        Some("textDocument/didClose") => documents.close(uri),
        Some("textDocument/completion") if !documents.can_complete(uri, &message["params"]["position"]) => {
            let nothing = json!({ "isIncomplete": false, "items": [] });
            return Err(json!({ "jsonrpc": "2.0", "id": message["id"], "result": nothing }));
        }
        _ => return Ok(frame),
    }
    Ok(Frame::from(&message))
}

/// What the editor gets of what the server says.
fn shown(frame: Frame, documents: &Shared) -> Frame {
    let Frame::Message(text) = &frame else { return frame };
    let Ok(mut message) = serde_json::from_slice::<Value>(text) else { return frame };
    if message["method"] != "textDocument/publishDiagnostics" {
        return frame;
    }
    let parameters = &mut message["params"];
    let uri = parameters["uri"].as_str().unwrap_or_default();
    match lock(documents).refusal(uri, &parameters["version"]) {
        None => return frame,
        Some(refusal) => parameters["diagnostics"] = json!([refusal]),
    }
    Frame::from(&message)
}
