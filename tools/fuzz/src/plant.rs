//! Crashes on purpose, so that a test can see that each kind of them is found.

/// A way to crash.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Plant {
    /// A panic.
    Panic,
    /// An abort, as failed assertions of C++ have.
    Abort,
    /// A stack that overflows.
    Overflow,
    /// An error that says it is the fault of this project.
    Fault,
}

impl Plant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Plant::Panic => "panic",
            Plant::Abort => "abort",
            Plant::Overflow => "overflow",
            Plant::Fault => "fault",
        }
    }

    /// Crashes.
    pub(crate) fn go(self) -> Result<(), String> {
        match self {
            Plant::Panic => panic!("planted"),
            Plant::Abort => std::process::abort(),
            Plant::Overflow => Err(deeper(0).to_string()),
            Plant::Fault => Err("planted: internal error".to_owned()),
        }
    }
}

fn deeper(level: u64) -> u64 {
    if level == u64::MAX {
        return level;
    }
    let frame = std::hint::black_box([level; 64]);
    deeper(frame[(level % 64) as usize] + 1) + std::hint::black_box(frame)[0]
}
