//! Paging of lists.

use crate::{Error, Result};

/// The length of a page, 20 by default.
pub(crate) fn page_limit(text: Option<&str>) -> Result<usize> {
    let Some(text) = text else { return Ok(20) };
    let number = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = number.and_then(|text| text.parse().ok()).filter(|limit| (1..=100).contains(limit));
    number.ok_or_else(|| Error::invalid("limit", "must be a whole number from 1 to 100"))
}
