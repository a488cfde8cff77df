//! Reading `display` of a new session.

use fluent_uri::Uri;

use crate::{
    Result,
    edge::fields::Fields,
    terms::{Display, Item, Theme},
};

/// The greatest number of pieces of an item.
const MAX_QUANTITY: u32 = 1_000_000;

/// Reads `display`.
///
/// # Errors
/// [`Error::InvalidField`](crate::Error::InvalidField) for the first field at fault.
pub(crate) fn display(session: &Fields<'_>) -> Result<Option<Box<Display>>> {
    let Some(fields) = session.object("display")? else { return Ok(None) };
    if session.raw("display").is_some_and(|text| text.get().len() > Display::MAX_BYTES) {
        return Err(session.error("display", "must not be longer than 8192 bytes"));
    }
    let items = fields.objects("items")?.unwrap_or_default();
    Ok(Some(Box::new(Display {
        merchant_name: text(&fields, "merchant_name")?,
        title: text(&fields, "title")?,
        description: text(&fields, "description")?,
        image_url: fields.parsed("image_url", |url| web_url(url, "must be an https URL", &["https"]))?,
        items: items.iter().map(item).collect::<Result<_>>()?,
        price_text: text(&fields, "price_text")?,
        support_url: fields
            .parsed("support_url", |url| web_url(url, "must be an https or http URL", &["https", "http"]))?,
        support_email: fields.parsed("support_email", email)?,
        locale: fields.parsed("locale", locale)?,
        theme: theme(&fields)?,
    })))
}

fn item(fields: &Fields<'_>) -> Result<Item> {
    let quantity = match fields.number("quantity")? {
        Some(text) => text.parse().ok().filter(|quantity| (1..=MAX_QUANTITY).contains(quantity)),
        None => Some(1),
    };
    Ok(Item {
        name: fields.required("name", text(fields, "name")?)?,
        quantity: quantity
            .ok_or_else(|| fields.error("quantity", "must be a whole number from 1 to 1000000"))?,
        price_text: text(fields, "price_text")?,
    })
}

fn theme(display: &Fields<'_>) -> Result<Option<Theme>> {
    let Some(fields) = display.object("theme")? else { return Ok(None) };
    let color = fields.parsed("color", |text| {
        let digits = text.strip_prefix('#').unwrap_or_default();
        let is_color = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_color.then(|| text.to_ascii_lowercase()).ok_or("must be # and six hex digits")
    })?;
    Ok(Some(Theme { color, mode: fields.choice("mode", "auto, light, dark")? }))
}

/// A text without control characters, but for line breaks. Its length is bounded with the whole of `display`.
fn text(fields: &Fields<'_>, name: &str) -> Result<Option<String>> {
    fields.parsed(name, |text| match text.chars().any(|letter| letter.is_control() && letter != '\n') {
        false if !text.is_empty() => Ok(text.to_owned()),
        _ => Err("must have at least one character, and no control characters but line feeds"),
    })
}

fn web_url(text: &str, rule: &'static str, schemes: &[&str]) -> Result<String, &'static str> {
    let uri = Uri::parse(text).map_err(|_| rule)?;
    let scheme = uri.scheme().as_str().to_ascii_lowercase();
    let host = uri.authority().map_or("", |authority| authority.host());
    let fits = schemes.contains(&scheme.as_str()) && !host.is_empty() && text.len() <= 2048;
    fits.then(|| text.to_owned()).ok_or(rule)
}

/// Mail clients decide what an address is; this only keeps other texts out of a link.
fn email(text: &str) -> Result<String, &'static str> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.!#$%&'*+-/=^_`{|}~".contains(&byte));
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.'));
    let fits = plain && text.len() <= 254 && parts.is_some_and(|(_, host)| !host.contains('@'));
    fits.then(|| text.to_owned()).ok_or("must be an e-mail address")
}

/// The form of BCP 47 language tags.
fn locale(text: &str) -> Result<String, &'static str> {
    let fits =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let language = text.split('-').next().unwrap_or_default();
    let is_tag = text.len() <= 35
        && language.len() >= 2
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.split('-').all(fits);
    is_tag.then(|| text.to_owned()).ok_or("must be a language tag such as en or pt-BR")
}
