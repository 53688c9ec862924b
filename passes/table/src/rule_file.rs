//! Files of rules that a pass is given: read and checked once, however many functions the pass runs on.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use thn_eqsat::CheckedRules;
use thn_mlir::Error;

/// What was read, and what came of it.
type Checked = BTreeMap<(String, String), Result<CheckedRules, thn_ir::Error>>;

/// The checked rules of a file.
pub(crate) fn load(path: &str) -> Result<CheckedRules, Error> {
    static CHECKED: Mutex<Checked> = Mutex::new(BTreeMap::new());
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::input(format!("cannot read the rules in `{path}`: {e}")))?;
    let key = (path.to_owned(), text);
    // Other threads wait: they would check the same.
    let mut checked = CHECKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = checked.get(&key) {
        return Ok(known.clone()?);
    }
    let set = thn_rulecheck::load(path, &key.1);
    checked.insert(key, set.clone());
    Ok(set?)
}
