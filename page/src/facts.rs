//! A checkout as JSON: for programs, and for the page's own script.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::{
    chains::{Confirmations, TokenDescription, order_salt},
    checkout::{DepositStatus, OrderAndTransactions, SessionStatus},
    edge::WalletConnect,
    kernel::{Address, BaseUnits, ChainId, OrderId, RedirectUrl, SessionId},
};

use crate::{
    Texts,
    checkout::{Checkout, PayOption},
    money::Network,
    uri::payment_uri,
};

/// The facts of a checkout (`openapi.yaml`, schema `Checkout`).
#[derive(Serialize)]
pub(crate) struct Facts<'a> {
    session_id: SessionId,
    url: String,
    status: SessionStatus,
    state: &'static str,
    server_time: String,
    expires_at: String,
    address: Option<&'a str>,
    option: Option<String>,
    options: Vec<OptionFacts<'a>>,
    deposit_address: Option<DepositFacts<'a>>,
    /// Once complete only: before that, nobody is to be sent there.
    success_url: Option<RedirectUrl>,
    cancel_url: Option<RedirectUrl>,
}

/// A payment option.
#[derive(Serialize)]
struct OptionFacts<'a> {
    option: String,
    chain: ChainId,
    network: String,
    token_address: &'a Address,
    native: bool,
    symbol: &'a str,
    name: &'a str,
    decimals: u8,
    amount: BaseUnits,
    amount_text: String,
    received: BaseUnits,
    due: BaseUnits,
    due_text: String,
    explorer: Option<&'a str>,
    confirmations: Option<Confirmations>,
    /// Null unless the page asks for money.
    uri: Option<String>,
    add_network: Option<AddNetwork<'a>>,
}

/// A network as `wallet_addEthereumChain` takes it (EIP-3085).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AddNetwork<'a> {
    chain_id: String,
    chain_name: String,
    native_currency: TokenDescription,
    rpc_urls: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    block_explorer_urls: Option<[&'a str; 1]>,
}

/// The values from which the deposit address follows (`contracts/README.md`).
#[derive(Serialize)]
struct DepositFacts<'a> {
    factory: String,
    order_id: OrderId,
    salt: String,
    recipient_address: &'a str,
}

/// The facts for the page's script, with the texts that it shows.
#[derive(Serialize)]
pub(crate) struct ScriptFacts<'a> {
    #[serde(flatten)]
    facts: &'a Facts<'a>,
    /// True while the page asks for money.
    payable: bool,
    shown: String,
    texts: BTreeMap<&'static str, &'static str>,
    wallet_connect: Option<&'a WalletConnect>,
}

impl<'a> Facts<'a> {
    /// The facts of a checkout whose deposit address comes from `factory`.
    pub(crate) fn new(checkout: &'a Checkout<'_>, factory: &str, texts: Texts) -> Self {
        let session = checkout.session;
        let complete = session.state.status == SessionStatus::Complete;
        let success_url = session.success_url.as_ref().filter(|_| complete);
        Self {
            session_id: session.id,
            url: session.url(),
            status: session.state.status,
            state: checkout.state.name(),
            server_time: checkout.now.rfc3339(),
            expires_at: session.expires_at.rfc3339(),
            address: checkout.address(),
            option: checkout.option().map(|option| option.key.to_string()),
            options: checkout.options.iter().map(|option| facts(checkout, option, texts)).collect(),
            deposit_address: deposit_facts(checkout, factory),
            success_url: success_url.map(|url| url.resolve(session.id)),
            cancel_url: session.cancel_url.as_ref().map(|url| url.resolve(session.id)),
        }
    }

    /// The text of a script element with these facts. `<` is escaped, so that no text can end the element.
    pub(crate) fn script(
        &self,
        checkout: &Checkout<'_>,
        texts: Texts,
        wallet_connect: Option<&WalletConnect>,
    ) -> String {
        let facts = ScriptFacts {
            facts: self,
            payable: checkout.state.is_payable(),
            shown: shown(checkout),
            texts: texts.for_script(),
            wallet_connect,
        };
        serde_json::to_string(&facts).unwrap_or_default().replace('<', "\\u003c")
    }
}

/// Everything that changes the page, in one text. The script makes the same of the API's answers
/// (`web/src/checkout-view/following.ts`) and asks for the page again when they differ.
fn shown(checkout: &Checkout<'_>) -> String {
    let state = checkout.session.state;
    let order_status = state.order_status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    let counts = checkout.history.map_or([0; 3], |history| {
        let seen = OrderAndTransactions::from(history);
        let withdrawn = seen.deposit_txs.iter().filter(|it| it.status == DepositStatus::Withdrawn).count();
        [seen.deposit_txs.len(), withdrawn, seen.refund_txs.len()]
    });
    let [deposits, withdrawn, refunds] = counts;
    format!("{}/{order_status}/{deposits}/{withdrawn}/{refunds}", state.status)
}

fn facts<'a>(checkout: &'a Checkout<'_>, option: &'a PayOption<'_>, texts: Texts) -> OptionFacts<'a> {
    let due = option.due();
    let payable = checkout.address().filter(|_| checkout.state.is_payable());
    OptionFacts {
        option: option.key.to_string(),
        chain: option.key.chain,
        network: option.network.name(texts),
        token_address: &option.key.token,
        native: option.key.token.is_native_token(),
        symbol: option.money.symbol(),
        name: option.money.name(),
        decimals: option.money.decimals(),
        amount: option.money.amount,
        amount_text: option.money.number(),
        received: option.received,
        due: due.amount,
        due_text: due.number(),
        explorer: option.network.explorer,
        confirmations: option.network.confirmations,
        uri: payable.map(|to| payment_uri(option.key.chain, &option.key.token, to, due.amount)),
        add_network: add_network(&option.network, texts),
    }
}

fn add_network<'a>(network: &Network<'a>, texts: Texts) -> Option<AddNetwork<'a>> {
    Some(AddNetwork {
        chain_id: format!("{:#x}", network.id.number()),
        chain_name: network.name(texts),
        native_currency: network.native_token.clone()?,
        rpc_urls: [network.public_rpc?],
        block_explorer_urls: network.explorer.map(|url| [url]),
    })
}

fn deposit_facts<'a>(checkout: &Checkout<'a>, factory: &str) -> Option<DepositFacts<'a>> {
    checkout.address()?;
    let order_id = checkout.history?.order.id;
    Some(DepositFacts {
        factory: factory.to_owned(),
        order_id,
        salt: order_salt(order_id).to_string(),
        recipient_address: checkout.recipient()?,
    })
}
