//! The language server as an editor meets it: over its standard input and output.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// Long enough for a loaded machine; a server that says nothing fails the test instead of blocking it.
const LIMIT: Duration = Duration::from_secs(60);

struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_thn-lsp-server"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server was built");
        let input = child.stdin.take().expect("piped");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { child, input, messages }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn initialize(&mut self) {
        self.send(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": { "processId": null, "rootUri": null, "capabilities": {} },
        }));
        self.wait_for(|message| message["id"] == 1);
        self.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    }

    /// Opens a document. Gives the diagnostics of it.
    fn open(&mut self, uri: &str, text: &str) -> Value {
        let document = json!({ "uri": uri, "languageId": "mlir", "version": 1, "text": text });
        self.send(&json!({
            "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document },
        }));
        self.wait_for(|message| message["method"] == "textDocument/publishDiagnostics")
    }

    /// Changes a document. Gives the diagnostics of its new version.
    fn change(&mut self, uri: &str, version: u32, changes: &Value) -> Value {
        self.send(&json!({
            "jsonrpc": "2.0", "method": "textDocument/didChange",
            "params": { "textDocument": { "uri": uri, "version": version }, "contentChanges": changes },
        }));
        self.wait_for(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["version"] == version
        })
    }

    /// The next message that satisfies a test.
    fn wait_for(&self, test: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.messages.recv_timeout(LIMIT).expect("the server answers in time");
            if test(&message) {
                return message;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One message with its header; `None` at the end.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

#[test]
fn errors_of_our_verifier_are_shown_where_they_are() {
    let mut server = Server::start();
    server.initialize();
    let text = "func.func @f(%x: tensor<3xf32>, %y: tensor<4xf32>) {\n  \
                %0 = thn.add %x, %y : tensor<3xf32>, tensor<4xf32>\n  return\n}\n";
    let published = server.open("file:///a.mlir", text);
    let first = &published["params"]["diagnostics"][0];
    let message = first["message"].as_str().unwrap_or_default();
    assert!(message.contains("'thn.add' op elementwise operands must have one shape"), "{published}");
    assert_eq!(first["range"]["start"]["line"], 1, "{published}");
}

/// A function whose argument is so many tuples in each other.
fn nested(times: usize) -> String {
    format!("func.func private @f({}f32{})\n", "tuple<".repeat(times), ">".repeat(times))
}

/// MLIR's parser gives no depth a limit, and this one is deeper than any stack.
#[test]
fn a_deep_document_does_not_end_the_server() {
    let mut server = Server::start();
    server.initialize();
    let published = server.open("file:///deep%20one.mlir", &nested(1_000_000));
    let diagnostics = &published["params"]["diagnostics"];
    assert_eq!(diagnostics.as_array().map(Vec::len), Some(1), "{published}");
    assert_eq!(diagnostics[0]["message"], "nested deeper than 256", "{published}");
    // The first bracket is that of the function.
    let column = "func.func private @f(".len() + 256 * "tuple<".len() - 1;
    assert_eq!(diagnostics[0]["range"]["start"], json!({ "line": 0, "character": column }), "{published}");
    // Other documents are read as ever, and this one once it can be.
    let published = server.open("file:///wrong.mlir", "wrong\n");
    assert_eq!(published["params"]["uri"], "file:///wrong.mlir", "{published}");
    assert_eq!(published["params"]["diagnostics"].as_array().map(Vec::len), Some(1), "{published}");
    let published = server.change("file:///deep%20one.mlir", 2, &json!([{ "text": nested(200) }]));
    assert_eq!(published["params"]["diagnostics"], json!([]), "{published}");
}

/// What is typed makes a text that MLIR does not survive, and then a good one again.
#[test]
fn what_a_change_makes_is_guarded() {
    let mut server = Server::start();
    server.initialize();
    let uri = "file:///lists.mlir";
    let text = "// 😀 and é\n\
                func.func @f(%x: tensor<4x3xf32>, %t: tensor<3x4xf32>) -> tensor<3x4xf32> {\n\
                %0 = linalg.transpose ins(%x : tensor<4x3xf32>) outs(%t : tensor<3x4xf32>) permutation = [1, 0]\n\
                return %0 : tensor<3x4xf32>\n}\n";
    assert_eq!(server.open(uri, text)["params"]["diagnostics"], json!([]));
    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    // Where the list is not yet one, there is nothing to complete.
    server.send(&json!({
        "jsonrpc": "2.0", "id": 2, "method": "textDocument/completion",
        "params": { "textDocument": { "uri": uri }, "position": at(2, 93) },
    }));
    let answer = server.wait_for(|message| message["id"] == 2);
    assert_eq!(answer["result"]["items"], json!([]), "{answer}");
    let remove = json!([{ "range": { "start": at(2, 89), "end": at(2, 90) }, "text": "" }]);
    let published = server.change(uri, 2, &remove);
    let first = &published["params"]["diagnostics"][0];
    assert_eq!(first["message"], "a list of integers is expected", "{published}");
    assert_eq!(first["range"]["start"], at(2, 89), "{published}");
    let restore = json!([
        { "range": { "start": at(0, 3), "end": at(0, 10) }, "text": "😀" },
        { "range": { "start": at(2, 89), "end": at(2, 90) }, "text": "[1" },
    ]);
    assert_eq!(server.change(uri, 3, &restore)["params"]["diagnostics"], json!([]));
    server.send(&json!({
        "jsonrpc": "2.0", "id": 3, "method": "textDocument/hover",
        "params": { "textDocument": { "uri": uri }, "position": at(2, 8) },
    }));
    let answer = server.wait_for(|message| message["id"] == 3);
    assert!(answer["result"].to_string().contains("linalg.transpose"), "{answer}");
}

#[test]
fn the_server_ends_when_it_is_told() {
    let mut server = Server::start();
    server.initialize();
    server.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
    server.wait_for(|message| message["id"] == 2);
    server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert!(server.child.wait().expect("it is a child").success());
    let help =
        Command::new(env!("CARGO_BIN_EXE_thn-lsp-server")).arg("--help").output().expect("it was built");
    assert!(String::from_utf8_lossy(&help.stdout).contains("--lit-test"));
}
