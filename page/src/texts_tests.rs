use std::{collections::BTreeSet, fs, path::Path};

use super::*;

fn placeholders(template: &str) -> BTreeSet<&str> {
    let names = parts(template).filter_map(|part| match part {
        Part::Placeholder(name) => Some(name),
        Part::Text(_) => None,
    });
    names.collect()
}

#[test]
fn every_language_has_the_same_texts_with_the_same_placeholders() {
    let english = Texts::of(Language::English);
    assert!(english.by_key.len() > 100);
    for language in Language::ALL {
        let texts = Texts::of(language);
        let tag = language.tag();
        assert_eq!(
            texts.by_key.keys().collect::<Vec<_>>(),
            english.by_key.keys().collect::<Vec<_>>(),
            "{tag}"
        );
        for (key, text) in texts.by_key {
            assert!(!text.trim().is_empty() && text.trim() == text, "{tag} {key}");
            assert_eq!(placeholders(text), placeholders(&english.by_key[key]), "{tag} {key}");
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{tag} {key}");
        }
    }
}

#[test]
fn every_text_but_those_for_the_script_is_used_here_and_every_key_used_here_exists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut code = String::new();
    for folder in [folder.clone(), folder.join("html")] {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|it| it == "rs") && !path.to_str().unwrap().contains("_tests") {
                code += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let english = Texts::of(Language::English);
    for key in english.by_key.keys().filter(|key| !key.starts_with(FOR_SCRIPT)) {
        assert!(code.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for call in [".text(\"", ".fill(\"", ".markup(\""] {
        for rest in code.split(call).skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(english.by_key.contains_key(key), "{key} is in no file");
        }
    }
}

#[test]
fn a_header_and_a_tag_choose_the_language() {
    for (header, language) in [
        ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
        ("nl, fr;q=0.5, es;q=0.7", Some(Language::Spanish)),
        ("zh-Hant-TW", Some(Language::Chinese)),
        ("ar;q=0, en;q=0.1", Some(Language::English)),
        ("nl", None),
        ("", None),
        ("*", None),
        (";;;q=,q", None),
    ] {
        assert_eq!(Language::of_header(header), language, "{header}");
    }
}

#[test]
fn markup_is_escaped_but_for_the_values() {
    let texts = Texts::of(Language::English);
    let amount = html! { b { "<1>" } };
    let markup = texts.markup("await.title", &[("amount", &amount)]).into_string();
    assert_eq!(markup, "Send <b>&lt;1&gt;</b>");
    assert_eq!(texts.fill("await.title", &[("amount", "1 ETH")]), "Send 1 ETH");
}
