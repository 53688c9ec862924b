//! Starting programs: every command is shown before it runs, and no exit status is dropped.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use crate::error::{Error, Result};

/// A `cargo` command in the given folder: the very cargo that started this program.
pub(crate) fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory);
    command
}

/// The command as one would type it, with the variables that it adds.
pub(crate) fn describe(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(value)));
        }
    }
    words.push(program_and_arguments(command));
    words.join(" ")
}

/// The command as one would type it, without its variables.
fn program_and_arguments(command: &Command) -> String {
    // Cargo names itself by its full path to the programs that it starts: nobody types that.
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words: Vec<String> = [program].into_iter().chain(command.get_args()).map(quoted).collect();
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs the command on the user's own terminal; a bad end is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", describe(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended_badly(command, status)) }
}

/// How a recorded command ended, and every line that it wrote, without colours.
pub(crate) struct Record {
    pub(crate) lines: Vec<String>,
    pub(crate) outcome: Result<()>,
}

/// Runs the command, shows its output as it comes, and keeps the lines of both streams.
pub(crate) fn run_recorded(command: &mut Command) -> Result<Record> {
    println!("$ {}", describe(command));
    // The program writes into pipes; it is told to colour its output when ours is a terminal.
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| cannot_start(command, &error))?;
    let errors = child.stderr.take().map(|stream| thread::spawn(|| forward(stream, std::io::stderr())));
    let mut lines = child.stdout.take().map_or_else(Vec::new, |stream| forward(stream, std::io::stdout()));
    if let Some(lines_of_errors) = errors.and_then(|thread| thread.join().ok()) {
        lines.extend(lines_of_errors);
    }
    let status = child.wait().map_err(|error| cannot_start(command, &error))?;
    let outcome = if status.success() { Ok(()) } else { Err(ended_badly(command, status)) };
    Ok(Record { lines, outcome })
}

/// Copies a stream line by line and gives back the lines. A reader that went away does not stop the copy.
fn forward(stream: impl Read, mut to: impl Write) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        lines.push(without_colours(String::from_utf8_lossy(&line).trim_end()));
        line.clear();
    }
    lines
}

/// The text without terminal control sequences (`ESC [ … letter`).
fn without_colours(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            text.push(character);
        } else if characters.next() == Some('[') {
            for parameter in characters.by_ref() {
                if parameter.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    text
}

/// What the command writes to standard output, if it can be started and succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program of that name on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Error {
    Error::Command { command: program_and_arguments(command), outcome: format!("cannot be run: {error}") }
}

fn ended_badly(command: &Command, status: ExitStatus) -> Error {
    Error::Command { command: program_and_arguments(command), outcome: format!("failed: {status}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_one_would_type_it() {
        let mut command = Command::new("/opt/bin/cargo");
        command.args(["doc", "--no-deps", "two words", ""]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(describe(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'two words' ''");
    }

    #[test]
    fn quotes_inside_words_survive() {
        assert_eq!(quoted(OsStr::new("it's")), r"'it'\''s'");
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(without_colours("\u{1b}[32;1m Summary\u{1b}[0m [ 1s]"), " Summary [ 1s]");
    }

    #[test]
    fn both_streams_are_recorded() {
        let record = run_recorded(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]))
            .expect("sh can be started");
        assert_eq!(record.lines, ["out", "err"]);
        assert!(record.outcome.is_err());
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error() {
        let error = run(&mut Command::new("thn-no-such-program")).expect_err("it does not exist");
        assert!(error.to_string().starts_with("`thn-no-such-program` cannot be run: "), "{error}");
    }
}
