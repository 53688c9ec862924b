//! Files that show what happened: loss curves, and for each model's training step its graph and its text at every
//! level.

use crate::Result;
use crate::curves;
use crate::models::Task;
use crate::report::Model;
use std::fs;
use std::path::Path;
use thn::cpu::Level;

/// The folder, relative to the repository.
const FOLDER: &str = "target/demo";

/// Writes everything; gives the paths relative to the repository.
pub(crate) fn write(root: &Path, tasks: &[Task], models: &[Model]) -> Result<Vec<String>> {
    let mut out = Files { root, written: vec![] };
    fs::create_dir_all(root.join(FOLDER))?;
    curves::draw(&out.next("loss-curves.svg"), models)?;
    for task in tasks {
        let folder = task.plan.slug;
        fs::create_dir_all(root.join(FOLDER).join(folder))?;
        out.write(&format!("{folder}/graph-before.svg"), &thn_draw::svg(&task.source))?;
        // The compiler keeps the text of the optimized program only; the same rules on the same program give the same
        // graph again, with the names and source lines that a drawing shows.
        let mut optimized = task.source.compact();
        optimized.unify_dims()?;
        thn::eqsat::optimize(&mut optimized, &thn::eqsat::Options::default())?;
        out.write(&format!("{folder}/graph-after.svg"), &thn_draw::svg(&optimized))?;
        let Some(compiled) = task.step.compiled() else { continue };
        out.write(&format!("{folder}/graph-kernels.svg"), &thn_draw::svg(&compiled.planned))?;
        for (i, stage) in compiled.stages.iter().enumerate() {
            let name = format!("{folder}/{}-{}.{}", i + 1, stage.level.name(), extension(stage.level));
            out.write(&name, &stage.text)?;
        }
    }
    Ok(out.written)
}

/// How files of a level end.
fn extension(level: Level) -> &'static str {
    match level {
        Level::Assembly => "s",
        Level::LlvmIr => "ll",
        _ => "mlir",
    }
}

/// The files written so far.
struct Files<'a> {
    root: &'a Path,
    written: Vec<String>,
}

impl Files<'_> {
    /// The place of one more file.
    fn next(&mut self, name: &str) -> std::path::PathBuf {
        let relative = format!("{FOLDER}/{name}");
        let path = self.root.join(&relative);
        self.written.push(relative);
        path
    }

    fn write(&mut self, name: &str, text: &str) -> Result<()> {
        let path = self.next(name);
        Ok(fs::write(path, text)?)
    }
}
