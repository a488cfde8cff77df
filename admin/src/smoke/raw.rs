//! JSON as it was sent: the text of a member, and the members' order, which a parsed value loses.

use indexmap::IndexMap;
use serde_json::value::RawValue;

/// The text of the member that these names lead to.
pub(crate) fn text_at<'a>(text: &'a str, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(text, |object, name| members(object)?.get(*name).map(|value| value.get()))
}

/// The names of the members of the object that these names lead to, in their order.
pub(crate) fn names_at(text: &str, path: &[&str]) -> Vec<String> {
    let object = text_at(text, path).and_then(members);
    object.map(|members| members.into_keys().collect()).unwrap_or_default()
}

fn members(object: &str) -> Option<IndexMap<String, &RawValue>> {
    serde_json::from_str(object).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_keeps_its_spelling_and_its_place() {
        let text = r#"{"data": {"b": {"n" : 1.0, "m":1e2}, "a": 12345678901234567890}}"#;
        assert_eq!(text_at(text, &["data", "b"]), Some(r#"{"n" : 1.0, "m":1e2}"#));
        assert_eq!(text_at(text, &["data", "b", "m"]), Some("1e2"));
        assert_eq!(names_at(text, &["data"]), ["b", "a"]);
        assert_eq!(text_at(text, &["data", "c"]), None);
        assert!(names_at(text, &["data", "a"]).is_empty());
    }
}
