//! Snapshot files that nobody has accepted yet, and snapshot files that no test reads any more.
//!
//! insta appends the path of every snapshot that an assertion reaches to the file that
//! `INSTA_SNAPSHOT_REFERENCES_FILE` names. After a complete run of the whole suite, a snapshot that is in the
//! repository and not in that file is an orphan: its test was renamed or removed.
//! After an incomplete run nothing follows, so callers must not ask then.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// The snapshot files under a folder.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    /// `NAME.snap`: what a test compares with.
    pub(crate) accepted: BTreeSet<PathBuf>,
    /// `NAME.snap.new` and `.NAME.pending-snap`: what a test printed instead, waiting for a decision.
    pub(crate) pending: BTreeSet<PathBuf>,
}

impl Snapshots {
    /// Finds all snapshots of the repository. Hidden folders and build folders are not part of it.
    pub(crate) fn find(root: &Path) -> Result<Self> {
        let mut snapshots = Self::default();
        snapshots.add(root)?;
        Ok(snapshots)
    }

    fn add(&mut self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
            let entry = entry.map_err(Error::file(folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(Error::file(&entry.path()))?;
            // A linked folder is not followed: it may lead out of the repository or back into it.
            if kind.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    self.add(&entry.path())?;
                }
            } else if name.ends_with(".snap") {
                self.accepted.insert(entry.path());
            } else if name.ends_with(".snap.new") || name.ends_with(".pending-snap") {
                self.pending.insert(entry.path());
            }
        }
        Ok(())
    }

    /// The accepted snapshots that a complete run, which wrote these references, did not reach.
    pub(crate) fn orphans(&self, references: &References) -> Result<Vec<PathBuf>> {
        let reached = references.read()?;
        let mut orphans = Vec::new();
        for path in &self.accepted {
            // Tests may spell a path with `..` or through a link: compare what the paths mean.
            if !reached.contains(&path.canonicalize().map_err(Error::file(path))?) {
                orphans.push(path.clone());
            }
        }
        Ok(orphans)
    }
}

/// The file in which insta notes the snapshots that a run reaches.
pub(crate) struct References(PathBuf);

impl References {
    /// A file without notes, in the build folder.
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let folder = root.join("target/xtask");
        fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let path = folder.join("snapshot-references.txt");
        fs::write(&path, "").map_err(Error::file(&path))?;
        Ok(Self(path))
    }

    /// Makes a run of the tests note what it reaches, and treat new snapshots as `update` says:
    /// `no` only compares, `always` accepts.
    pub(crate) fn record(&self, command: &mut Command, root: &Path, update: &str) {
        command
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", &self.0)
            .env("INSTA_UPDATE", update)
            // Without it each test process asks cargo where the workspace is.
            .env("INSTA_WORKSPACE_ROOT", root)
            // A variable of the user must not turn a wrong snapshot into a passed test.
            .env_remove("INSTA_FORCE_PASS");
    }

    /// The snapshots that exist and were reached.
    fn read(&self) -> Result<BTreeSet<PathBuf>> {
        let text = fs::read_to_string(&self.0).map_err(Error::file(&self.0))?;
        Ok(text.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A new folder for one test, removed with its contents when the test ends.
    pub(crate) struct Folder(PathBuf);

    impl Folder {
        pub(crate) fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("thn-xtask-{}-{number}", std::process::id()));
            fs::create_dir_all(&path).expect("the folder for temporary files can be written");
            Self(path)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }

        fn with(self, path: &str) -> Self {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().expect("it lies in the folder"))
                .expect("the folder can be written");
            fs::write(path, "---\nsource: a.rs\n---\ntext\n").expect("the folder can be written");
            self
        }

        fn names(&self, paths: impl IntoIterator<Item = PathBuf>) -> Vec<String> {
            let relative = |path: PathBuf| path.strip_prefix(&self.0).map(|path| path.display().to_string());
            paths.into_iter().filter_map(|path| relative(path).ok()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // A folder that cannot be removed is left to the system, which empties it in its own time.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn snapshots_are_found_outside_build_and_hidden_folders() {
        let folder = Folder::new()
            .with("a/snapshots/one.snap")
            .with("a/snapshots/two.snap.new")
            .with("a/src/.lib.rs.pending-snap")
            .with("a/target/old.snap")
            .with(".git/three.snap");
        let found = Snapshots::find(folder.path()).expect("the folder can be read");
        assert_eq!(folder.names(found.accepted), ["a/snapshots/one.snap"]);
        assert_eq!(folder.names(found.pending), ["a/snapshots/two.snap.new", "a/src/.lib.rs.pending-snap"]);
    }

    #[test]
    fn a_planted_orphan_is_caught() {
        let folder = Folder::new().with("a/used.snap").with("b/orphan.snap").with("c/used.snap");
        let references = References::new(folder.path()).expect("the folder can be written");
        let notes = format!(
            "{0}/a/used.snap\n{0}/b/../c/used.snap\n{0}/not-accepted-yet.snap\n",
            folder.path().display()
        );
        fs::write(&references.0, notes).expect("the folder can be written");
        let found = Snapshots::find(folder.path()).expect("the folder can be read");
        assert_eq!(folder.names(found.orphans(&references).expect("it can be read")), ["b/orphan.snap"]);
    }

    #[test]
    fn without_notes_every_snapshot_is_an_orphan() {
        let folder = Folder::new().with("a/one.snap");
        let references = References::new(folder.path()).expect("the folder can be written");
        let found = Snapshots::find(folder.path()).expect("the folder can be read");
        assert_eq!(folder.names(found.orphans(&references).expect("it can be read")), ["a/one.snap"]);
    }

    /// insta itself is asked, so that a version that writes no notes, or other ones, is noticed:
    /// one snapshot test of this very program runs again, alone, and all other snapshots are its orphans.
    #[test]
    fn insta_notes_the_snapshots_that_a_run_reaches() {
        let folder = Folder::new();
        let references = References::new(folder.path()).expect("the folder can be written");
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root exists");
        let mut run = Command::new(std::env::current_exe().expect("the test program has a path"));
        run.args(["--exact", "doctor::tests::the_report_says_what_is_missing_and_what_to_do"]);
        references.record(&mut run, &root, "no");
        assert!(run.output().expect("the test program can be started").status.success());

        let here = Snapshots::find(&root.join("tools/xtask")).expect("the folder can be read");
        let orphans = here.orphans(&references).expect("it can be read");
        let is_the_report = |path: &&PathBuf| path.ends_with("xtask__doctor__tests__report.snap");
        assert_eq!(here.accepted.iter().filter(is_the_report).count(), 1);
        assert_eq!(orphans.iter().filter(is_the_report).count(), 0);
        assert_eq!(orphans.len(), here.accepted.len() - 1);
    }
}
