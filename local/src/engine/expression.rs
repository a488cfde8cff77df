//! The part of DynamoDB's expressions that the rules need: their words, not their grammar.

/// The attributes that an update expression changes: each path's first name, and the value if one is assigned alone.
pub(super) fn changes(expression: &str) -> Vec<(&str, Option<&str>)> {
    let mut changes: Vec<(&str, Option<&str>)> = Vec::new();
    let mut words = words(expression).peekable();
    let (mut depth, mut is_target) = (0_usize, false);
    while let Some(word) = words.next() {
        let is_clause =
            || ["SET", "REMOVE", "ADD", "DELETE"].iter().any(|clause| word.eq_ignore_ascii_case(clause));
        match word {
            _ if depth == 0 && is_clause() => is_target = true,
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => is_target = true,
            "=" => {
                if let (Some((_, operand)), Some(value)) = (changes.last_mut(), words.peek()) {
                    *operand = value.starts_with(':').then_some(*value);
                }
            }
            "+" | "-" => {
                if let Some((_, operand)) = changes.last_mut() {
                    *operand = None;
                }
            }
            name if is_target => {
                let first = name.split(['.', '[']).next().unwrap_or(name);
                changes.push((first, None));
                is_target = false;
            }
            _ => {}
        }
    }
    changes
}

/// An expression's names, values and signs.
pub(crate) fn words(expression: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_#:.[]".contains(letter);
    let mut rest = expression;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let length = match is_part(first) {
            true => rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        Some(word)
    })
}

/// Counts a condition's operators and functions.
pub(super) fn operators(condition: &str) -> usize {
    let mut count = 0;
    let mut words = words(condition).peekable();
    while let Some(word) = words.next() {
        let is_function = words.peek() == Some(&"(") && word.starts_with(char::is_alphabetic);
        let is_operator =
            ["AND", "OR", "NOT", "BETWEEN", "IN"].iter().any(|it| word.eq_ignore_ascii_case(it));
        let is_comparison = matches!(word, "=" | "<" | ">");
        count += usize::from(is_function || is_operator || is_comparison);
        if matches!(word, "<" | ">") {
            // The rest of `<=`, `>=` and `<>`.
            words.next_if(|next| matches!(*next, "=" | ">"));
        }
    }
    count
}

/// Counts the operands of the longest `IN` list.
pub(super) fn longest_in(condition: &str) -> usize {
    let mut words = words(condition);
    let mut longest = 0;
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("IN") {
            let operands =
                words.by_ref().take_while(|word| *word != ")").filter(|word| *word == ",").count() + 1;
            longest = longest.max(operands);
        }
    }
    longest
}

/// Returns true if both sides of a comparison are the same path.
pub(super) fn compares_with_itself(condition: &str) -> bool {
    let is_comparison = |word: &&str| matches!(*word, "=" | "<" | ">");
    let words: Vec<_> = words(condition).collect();
    words.iter().enumerate().filter(|(_, word)| is_comparison(word)).any(|(at, _)| {
        let left = at.checked_sub(1).and_then(|before| words.get(before)).filter(|word| !is_comparison(word));
        let right = words.iter().skip(at).find(|word| !is_comparison(word));
        left.is_some_and(|left| {
            left.starts_with(|it: char| it.is_alphanumeric() || it == '#') && Some(left) == right
        })
    })
}
