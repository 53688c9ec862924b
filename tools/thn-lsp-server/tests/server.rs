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
    assert!(message.contains("'thn.add' op elementwise operands have one shape"), "{published}");
    assert_eq!(first["range"]["start"]["line"], 1, "{published}");
}

/// MLIR's parser gives no depth a limit; the server has a stack for far more than anybody writes.
#[test]
fn a_deep_document_does_not_end_the_server() {
    let mut server = Server::start();
    server.initialize();
    let deep = format!("func.func private @f({}f32{})\n", "tuple<".repeat(20_000), ">".repeat(20_000));
    server.open("file:///deep.mlir", &deep);
    let published = server.open("file:///wrong.mlir", "wrong\n");
    assert_eq!(published["params"]["uri"], "file:///wrong.mlir", "{published}");
}
