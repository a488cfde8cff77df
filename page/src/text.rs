//! A checkout for a terminal.

use crate::{
    PageState, Texts,
    checkout::{Checkout, PayOption},
    qr::half_blocks,
    story::{leads, merchant, notices, title, utc},
    uri::payment_uri,
};

/// The page as plain text.
pub(crate) fn render(checkout: &Checkout<'_>, texts: Texts) -> String {
    let mut lines = vec![merchant(checkout, texts)];
    let display = checkout.session.display.as_deref();
    lines.extend(display.and_then(|display| display.title.clone()));
    lines.extend(display.and_then(|display| display.price_text.clone()));
    lines.extend([String::new(), title(checkout, texts).fill(texts)]);
    lines.extend(leads(checkout, texts).iter().map(|sentence| sentence.fill(texts)));
    lines.extend(notices(checkout, texts).iter().map(|notice| {
        let hash = notice.transaction.as_ref().map(|it| format!(" {}", it.hash)).unwrap_or_default();
        format!("! {}{hash}", notice.sentence.fill(texts))
    }));
    match (checkout.state, checkout.option(), checkout.address()) {
        (PageState::Choose, ..) => lines.extend(choices(checkout, texts)),
        (state, Some(option), Some(address)) if state.is_payable() => {
            lines.extend(payment(checkout, option, address, texts));
        }
        _ => {}
    }
    lines.extend(receipt(checkout, texts));
    lines.push(format!("\n{}: {}", texts.text("reference"), checkout.session.id));
    lines.push(String::new());
    lines.join("\n").chars().filter(|letter| *letter == '\n' || is_harmless(*letter)).collect()
}

/// The options, and how to choose one.
fn choices(checkout: &Checkout<'_>, texts: Texts) -> Vec<String> {
    let mut lines = vec![String::new()];
    for option in &checkout.options {
        lines.push(format!("{}  {}", option.money.text(texts), option.network.name(texts)));
        let url = checkout.session.url();
        let key = &option.key;
        lines.push(format!("    curl -L -H 'Accept: text/plain' -d option={key} {url}"));
    }
    lines
}

fn payment(checkout: &Checkout<'_>, option: &PayOption<'_>, address: &str, texts: Texts) -> Vec<String> {
    let due = option.due();
    let uri = payment_uri(option.key.chain, &option.key.token, address, due.amount);
    let label = texts.text(if option.received.is_zero() { "pay.amount" } else { "pay.due" });
    vec![
        String::new(),
        format!("{label}: {}", due.text(texts)),
        format!("{}: {}", texts.text("pay.network"), option.network.name(texts)),
        format!("{}: {address}", texts.text("pay.address")),
        texts.fill("deadline.until", &[("time", &utc(checkout.session.expires_at))]),
        uri.clone(),
        String::new(),
        half_blocks(&uri),
    ]
}

/// The transaction that paid, and the way back to the shop.
fn receipt(checkout: &Checkout<'_>, texts: Texts) -> Vec<String> {
    let Some(paid) = &checkout.session.paid else { return Vec::new() };
    let success_url = checkout.session.success_url.as_ref();
    let back = success_url.map(|url| url.resolve(checkout.session.id).as_str().to_owned());
    let transaction = format!("{}: {}", texts.text("receipt.tx"), paid.tx_hash);
    std::iter::once(transaction).chain(back).collect()
}

/// True for characters that neither control the terminal nor reorder what is on it.
fn is_harmless(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
