//! Messages as they go over a pipe: a header with their length, an empty line, and JSON.

use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

const LENGTH: &[u8] = b"Content-Length:";

/// What comes over a pipe.
pub(crate) enum Frame {
    /// The text of a message.
    Message(Vec<u8>),
    /// A line that belongs to no message, such as one of `--help`, or of the input of `--lit-test`.
    Line(Vec<u8>),
}

/// The next frame; `None` at the end.
pub(crate) fn read(input: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let mut line = vec![];
    if input.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let length = line.strip_prefix(LENGTH).and_then(|rest| str::from_utf8(rest).ok()?.trim().parse().ok());
    let Some(length) = length else { return Ok(Some(Frame::Line(line))) };
    // Other headers say nothing that is needed.
    while !line.trim_ascii().is_empty() {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
    }
    let mut text = vec![];
    input.take(length).read_to_end(&mut text)?;
    Ok(Some(Frame::Message(text)))
}

pub(crate) fn write(mut output: impl Write, frame: &Frame) -> io::Result<()> {
    match frame {
        Frame::Line(line) => output.write_all(line)?,
        Frame::Message(text) => {
            write!(output, "Content-Length: {}\r\n\r\n", text.len())?;
            output.write_all(text)?;
        }
    }
    output.flush()
}

impl From<&Value> for Frame {
    fn from(message: &Value) -> Frame {
        Frame::Message(message.to_string().into_bytes())
    }
}
