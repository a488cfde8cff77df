//! The imports of this crate's files from each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;

use super::collect;

/// A file's imports from this crate: the files that define the names. Names are found by their definitions, so that
/// re-exports do not hide an edge.
pub(super) fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&source, &mut paths);
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        if !name.contains("tests") && !name.ends_with("sample.rs") && name != "lib.rs" {
            files.insert(name, text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned());
        }
    }
    let mut definitions = BTreeMap::<String, Vec<&String>>::new();
    let item = Regex::new(
        r"(?m)^\s*pub(?:\([a-z]+\))? (?:const fn|async fn|fn|struct|enum|trait|type|const|static) (\w+)",
    );
    let item = item.unwrap();
    for (name, text) in &files {
        for found in item.captures_iter(text) {
            definitions.entry(found[1].to_owned()).or_default().push(name);
        }
    }
    let path = Regex::new(r"crate::([\w:]+)").unwrap();
    let mut imports = BTreeMap::new();
    for (name, text) in &files {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = flatten_uses(&code.collect::<Vec<_>>().join("\n"));
        let found = path.captures_iter(&code).filter_map(|path| defining(&path[1], &files, &definitions));
        imports.insert(name.clone(), found.filter(|file| file != name).collect());
    }
    imports
}

/// The code with `use a::{b, c::{d, e}};` as `a::b a::c::d a::c::e`.
fn flatten_uses(code: &str) -> String {
    let group = Regex::new(r"((?:\w+::)+)\{([^{}]*)\}").unwrap();
    let mut code = code.to_owned();
    while let Some(found) = group.captures(&code) {
        let (range, prefix) = (found.get(0).unwrap().range(), &found[1]);
        let names = found[2]
            .split(',')
            .flat_map(str::split_whitespace)
            .filter(|name| name.contains(char::is_alphabetic));
        let flat: Vec<_> = names.map(|name| format!("{prefix}{name}")).collect();
        code.replace_range(range, &flat.join(", "));
    }
    code
}

/// The file that a path such as `checkout::Order` leads to.
fn defining(
    path: &str,
    files: &BTreeMap<String, String>,
    definitions: &BTreeMap<String, Vec<&String>>,
) -> Option<String> {
    let segments: Vec<_> = path.split("::").filter(|segment| !segment.is_empty()).collect();
    for length in (1..=segments.len()).rev() {
        let file = format!("{}.rs", segments[..length].join("/"));
        if files.contains_key(&file) {
            return Some(file);
        }
    }
    let name = segments.iter().find(|segment| segment.starts_with(char::is_uppercase)).or(segments.last())?;
    let candidates = definitions.get(*name)?;
    let in_room = candidates.iter().find(|file| segments.len() == 1 || file.starts_with(segments[0]));
    in_room.or(candidates.first()).map(|file| (*file).clone())
}
