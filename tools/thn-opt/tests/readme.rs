//! The README's session with `thn-opt` gives what the README shows, and its links lead to every page.

use std::process::Command;

/// The contents of the fenced blocks of one language, in order.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn the_session_is_true() {
    let page = include_str!("../../../README.md");
    let [before, after] = blocks(page, "mlir")[..] else {
        panic!("the README shows a program before and after")
    };
    let session = blocks(page, "console").into_iter().find(|b| b.contains("thn-opt")).expect("a session");
    let arguments = session.trim().split(" -- ").nth(1).expect("arguments of thn-opt");
    let (flags, file) = arguments.rsplit_once(' ').expect("flags and a file");

    let folder = std::env::temp_dir().join(format!("thn-readme-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let path = folder.join(file);
    std::fs::write(&path, before).expect("the program is written");
    let output = Command::new(env!("CARGO_BIN_EXE_thn-opt"))
        .args(flags.split(' '))
        .arg(&path)
        .output()
        .expect("thn-opt runs");
    std::fs::remove_dir_all(&folder).expect("the temporary folder goes");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), after.trim());
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
