//! A line on a terminal that says what takes so long, such as `compiling step: llvm passes (3s)`.
//!
//! It appears on standard error once work has gone on for a second, and only if that is a terminal. It is gone before
//! [`Progress::pause`] and the drop of [`Progress`] return, so that nothing is ever printed into it.

#![warn(clippy::missing_errors_doc)]

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{IsTerminal, stderr},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::{JoinHandle, spawn},
    time::{Duration, Instant},
};

/// How long work goes on before the line appears.
const DELAY: Duration = Duration::from_secs(1);
/// How often the seconds in the line are brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// Work that may take long.
#[derive(Debug)]
pub struct Progress(Option<Line>);

/// The thread that draws, and the way to it.
#[derive(Debug)]
struct Line {
    messages: Sender<Message>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
enum Message {
    /// What is done from now on.
    Stage(String),
    /// Nothing is done for now; the answer is sent once the line is gone.
    Pause(Sender<()>),
}

impl Progress {
    /// Work of this name, on a terminal; does nothing where standard error is none.
    pub fn on_terminal(work: impl Into<String>) -> Progress {
        match stderr().is_terminal() {
            true => Progress::new(work, DELAY, ProgressDrawTarget::stderr),
            false => Progress(None),
        }
    }

    fn new(work: impl Into<String>, delay: Duration, target: fn() -> ProgressDrawTarget) -> Progress {
        let (messages, received) = channel();
        let work = work.into();
        let thread = spawn(move || draw(&work, delay, target, &received));
        Progress(Some(Line { messages, thread }))
    }

    /// A stage begins.
    pub fn stage(&self, name: &str) {
        if let Some(line) = &self.0 {
            // The thread lives as long as the sender: a failure would mean that there is no line.
            let _ = line.messages.send(Message::Stage(name.to_string()));
        }
    }

    /// Takes the line away until the next stage begins.
    pub fn pause(&self) {
        if let Some(line) = &self.0 {
            let (answer, gone) = channel();
            if line.messages.send(Message::Pause(answer)).is_ok() {
                let _ = gone.recv();
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Line { messages, thread }) = self.0.take() {
            drop(messages);
            // The thread ends as its channel closes, with the line gone.
            let _ = thread.join();
        }
    }
}

/// Draws until the channel closes.
fn draw(work: &str, delay: Duration, target: fn() -> ProgressDrawTarget, messages: &Receiver<Message>) {
    let mut name = String::new();
    let mut began: Option<Instant> = None;
    let mut shown: Option<ProgressBar> = None;
    let clear = |shown: &mut Option<ProgressBar>| {
        if let Some(bar) = shown.take() {
            bar.finish_and_clear();
        }
    };
    loop {
        let due = began.filter(|_| shown.is_none()).map(|at| delay.saturating_sub(at.elapsed()));
        let message = match due {
            Some(left) => messages.recv_timeout(left),
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok(Message::Stage(next)) => {
                name = format!("{work}: {next}");
                began.get_or_insert_with(Instant::now);
                if let Some(bar) = &shown {
                    bar.set_message(name.clone());
                }
            }
            Ok(Message::Pause(answer)) => {
                clear(&mut shown);
                began = None;
                // Whoever paused may have gone.
                let _ = answer.send(());
            }
            Err(RecvTimeoutError::Timeout) => {
                let elapsed = began.map_or(delay, |at| at.elapsed());
                let bar = ProgressBar::with_draw_target(None, target()).with_elapsed(elapsed);
                // Both keys are known, so that the template is one.
                if let Ok(style) = ProgressStyle::with_template("{msg} ({elapsed})") {
                    bar.set_style(style);
                }
                bar.set_message(name.clone());
                bar.enable_steady_tick(TICK);
                shown = Some(bar);
            }
            Err(RecvTimeoutError::Disconnected) => {
                clear(&mut shown);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::{
        io::Result,
        sync::{Mutex, PoisonError},
        thread::yield_now,
    };

    /// A terminal of one line.
    #[derive(Debug)]
    struct Screen;

    static LINE: Mutex<String> = Mutex::new(String::new());

    fn line() -> String {
        LINE.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> Result<()> {
            LINE.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> Result<()> {
            LINE.lock().unwrap_or_else(PoisonError::into_inner).clear();
            Ok(())
        }
        fn flush(&self) -> Result<()> {
            Ok(())
        }
    }

    fn shows(text: &str) {
        while !line().contains(text) {
            yield_now();
        }
    }

    #[test]
    fn the_line_names_the_stage_and_goes_before_anything_else_is_printed() {
        let screen = || ProgressDrawTarget::term_like_with_hz(Box::new(Screen), 100);
        let progress = Progress::new("compiling f", Duration::ZERO, screen);
        progress.stage("rewrite");
        shows("compiling f: rewrite (");
        progress.stage("llvm passes");
        shows("compiling f: llvm passes (");
        progress.pause();
        assert_eq!(line(), "");
        progress.stage("link");
        shows("compiling f: link (");
        drop(progress);
        assert_eq!(line(), "");
    }

    #[test]
    fn what_is_quick_shows_nothing() {
        let progress = Progress::new("compiling f", Duration::from_secs(3600), || panic!("a line is drawn"));
        progress.stage("rewrite");
        progress.pause();
        progress.stage("link");
        progress.pause();
    }
}
