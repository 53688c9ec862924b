//! The one error type of the commands. Its text is what the user reads after `error: `.

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Error {
    /// A file could not be read, written, moved or removed.
    File { path: PathBuf, source: std::io::Error },
    /// A program could not be started, or ended badly.
    Command { command: String, outcome: String },
    /// The toolchain is incomplete; the text says what is missing and the exact commands that add it.
    Toolchain(String),
    /// A source of generated files is wrong; the text says where.
    Source(String),
    /// A generated file differs from what its source gives; the text shows the first difference.
    Stale(String),
}

impl Error {
    /// An error of the file system, with the path that it is about.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(formatter, "{}: {source}", path.display()),
            Self::Command { command, outcome } => write!(formatter, "`{command}` {outcome}"),
            Self::Toolchain(text) | Self::Source(text) | Self::Stale(text) => formatter.write_str(text),
        }
    }
}
