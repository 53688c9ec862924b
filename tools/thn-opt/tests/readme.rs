//! Sessions with `thn-opt` give what their pages show, and the README's links lead to every page.

use std::process::Command;

/// The contents of the fenced blocks of one language, in order.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// What `thn-opt` prints for the first session with it on a page, and the last program that the page shows. Files that
/// the session names are those that the page shows as `text`.
fn session(page: &str, name: &str) -> (String, String) {
    let programs = blocks(page, "mlir");
    let [before, after] = programs[..] else { panic!("the page shows a program before and after") };
    let session = blocks(page, "console").into_iter().find(|b| b.contains("thn-opt")).expect("a session");
    let arguments = session.trim().split(" -- ").nth(1).expect("arguments of thn-opt").replace('"', "\u{1}");
    let (flags, file) = arguments.rsplit_once(' ').expect("flags and a file");

    let folder = std::env::temp_dir().join(format!("thn-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    std::fs::write(folder.join(file), before).expect("the program is written");
    for rules in blocks(page, "text").into_iter().filter(|block| block.starts_with('[')) {
        std::fs::write(folder.join("mine.rules"), rules).expect("the rules are written");
    }
    // What stands between quotes is one argument.
    let mut words = vec![String::new()];
    for (position, part) in flags.split('\u{1}').enumerate() {
        if position % 2 == 1 {
            words.last_mut().expect("there is one").push_str(part);
        } else {
            let mut parts = part.split(' ');
            words.last_mut().expect("there is one").push_str(parts.next().unwrap_or_default());
            words.extend(parts.map(str::to_owned));
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
        .args(words.iter().filter(|word| !word.is_empty()))
        .arg(file)
        .current_dir(&folder)
        .output()
        .expect("thn-opt runs");
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (String::from_utf8_lossy(&output.stdout).trim().to_owned(), after.trim().to_owned())
}

#[test]
fn the_session_is_true() {
    let (printed, shown) = session(include_str!("../../../README.md"), "readme");
    assert_eq!(printed, shown);
}

#[test]
fn the_session_with_rules_of_ones_own_is_true() {
    let (printed, shown) = session(include_str!("../../../docs/optimizer.md"), "optimizer");
    assert_eq!(printed, shown);
}

#[test]
fn every_page_is_linked_and_every_link_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = include_str!("../../../README.md");
    let links: Vec<&str> = page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    for link in &links {
        assert!(root.join(link).exists(), "{link} leads nowhere");
    }
    for folder in ["docs", "docs/reference"] {
        for file in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let name = file.expect("is readable").file_name().to_string_lossy().into_owned();
            let link = format!("{folder}/{name}");
            assert!(!name.ends_with(".md") || links.contains(&link.as_str()), "{link} is not linked");
        }
    }
}
