//! Checkouts in every state, for tests.

use std::collections::BTreeMap;

use shared::{
    chains::Chains,
    checkout::{
        Evidence, ExpiredReason, Fact, NewSession, Order, OrderHistory, OrderTerms, OrderType, Session,
    },
    edge::WalletConnect,
    kernel::{Address, BaseUnits, ChainId, EvidenceId, OrderId, RawJson, RedirectUrl, Timestamp},
    terms::{Display, Item, PaymentOption, PaymentTerms},
};

use crate::{
    Choice, Found, Language, Texts,
    checkout::Checkout,
    html::{self, Document, View},
    text,
};

pub(crate) const USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
pub(crate) const MAINNET_USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
pub(crate) const SHOP: &str = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
pub(crate) const ADDRESS: &str = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";
pub(crate) const FACTORY: &str = "0x00000000000000000000000000000000000000ff";

/// 2026-01-01T00:00:00Z, when every sample's session is created. It expires 30 minutes later.
pub(crate) const CREATED: Timestamp = Timestamp::from_millis(1_767_225_600_000);
const MINUTE: i64 = 60_000;

pub(crate) fn base() -> ChainId {
    ChainId::new(8453).unwrap()
}

pub(crate) fn units(text: &str) -> BaseUnits {
    BaseUnits::parse(text).unwrap()
}

pub(crate) fn chains() -> Chains {
    Chains::parse(r#"{"8453": {"rpc": ["http://127.0.0.1:9"]}, "1": {"rpc": ["http://127.0.0.1:9"]}}"#)
        .unwrap()
}

pub(crate) fn display() -> Display {
    Display {
        merchant_name: Some("Télé & Fils".to_owned()),
        title: Some("A television".to_owned()),
        description: Some("55 inches\nblack".to_owned()),
        image_url: Some("https://shop.example/tv.png".to_owned()),
        items: vec![Item {
            name: "Television".to_owned(),
            quantity: 2,
            price_text: Some("$9.99".to_owned()),
        }],
        price_text: Some("$19.99".to_owned()),
        support_url: Some("https://shop.example/help".to_owned()),
        support_email: Some("help+tv@shop.example".to_owned()),
        ..Display::default()
    }
}

fn option(chain: u64, token: &str, amount: &str) -> PaymentOption {
    let chain = ChainId::new(chain).unwrap();
    let token_address = Address::parse_token(chain, token).unwrap();
    PaymentOption { chain, token_address, amount: units(amount) }
}

pub(crate) fn payment() -> PaymentTerms {
    PaymentTerms {
        recipient_address: Address::parse_recipient(base(), SHOP).unwrap(),
        options: vec![
            option(8453, USDC, "19990000"),
            option(1, MAINNET_USDC, "19990000"),
            option(1, "0x0000000000000000000000000000000000000000", "6000000000000001"),
        ],
        tolerance_bps: 0,
        settle_on: None,
    }
}

/// A session with these terms and this display.
pub(crate) fn session(payment: Option<PaymentTerms>, display: Option<Display>) -> Session {
    let wanted = NewSession {
        success_url: Some(RedirectUrl::parse("https://shop.example/thanks?s={SESSION_ID}").unwrap()),
        cancel_url: Some(RedirectUrl::parse("myshop://cancel").unwrap()),
        metadata: RawJson::empty_object(),
        client_reference_id: Some("secret-reference".to_owned()),
        lifetime_millis: 30 * MINUTE,
        payment,
        display: display.map(Box::new),
    };
    Session::open(wanted, "https://pay.example".to_owned(), 7, CREATED)
}

fn order(session: &Session) -> Order {
    let token = Address::parse_token(base(), USDC).unwrap();
    let terms = OrderTerms {
        order_type: OrderType::Swap,
        recipient_address: Address::parse_recipient(base(), SHOP).unwrap(),
        src_chain: base(),
        dst_chain: base(),
        src_token_address: token.clone(),
        dst_token_address: token,
        src_amount: units("19990000"),
        payload: RawJson::empty_object(),
        metadata: RawJson::empty_object(),
        onramp: None,
        creator_address: None,
        partner_id: None,
        client_reference_id: None,
        payment: session.payment.clone(),
    };
    let id = OrderId::of_session(session.id);
    Order::new(id, Some(session.id), terms, Some(ADDRESS.to_owned()), CREATED, MINUTE)
}

/// A deposit, so many minutes after the session's creation.
pub(crate) fn deposit(token: &str, amount: &str, minutes: i64) -> (i64, Fact) {
    let token = Address::parse_token(base(), token).unwrap();
    let fact = Fact::Deposit {
        chain: base(),
        tx_hash: format!("0xdd{minutes:02x}"),
        from: None,
        token,
        amount: units(amount),
    };
    (minutes, fact)
}

pub(crate) fn executed(minutes: i64, amount: &str) -> (i64, Fact) {
    (
        minutes,
        Fact::Executed { chain: base(), tx_hash: "0xee".to_owned(), token: None, amount: units(amount) },
    )
}

/// The checkout of a session with an order and this evidence, at a minute after its creation.
pub(crate) fn paid_by(session: Session, evidence: Vec<(i64, Fact)>, minutes: i64) -> Found {
    let now = CREATED.plus_millis(minutes * MINUTE);
    let mut history = OrderHistory { order: order(&session), evidence: Vec::new() };
    for (index, (minutes, fact)) in evidence.into_iter().enumerate() {
        let occurred_at = CREATED.plus_millis(minutes * MINUTE);
        let id = EvidenceId::new(format!("e{index}")).unwrap();
        let piece = Evidence { order_id: history.order.id, id, occurred_at, fact };
        let (order, recorded) = history.order.clone().append(&history.evidence, piece, occurred_at);
        history.order = order;
        history.evidence.push(recorded);
    }
    if history.order.is_overdue(now) {
        history.order = history.order.expired(ExpiredReason::Ttl, now);
    }
    of_history(session, history, now)
}

/// The session as its order's history makes it.
pub(crate) fn of_history(mut session: Session, history: OrderHistory, now: Timestamp) -> Found {
    session.state = history.order.session_state();
    session.order_id = Some(history.order.id);
    session.paid = history.order.filled_at.and_then(|paid_at| {
        let with = history.order.payment(&history.evidence)?.with;
        Some(shared::checkout::Paid {
            chain: with.chain,
            token_address: with.token,
            recipient_address: history.order.terms.recipient_address.clone(),
            amount: history.order.actual_dst_amount?,
            tx_hash: "0xee".to_owned(),
            paid_at,
        })
    });
    Found::redacted(session, Some(history), now).unwrap()
}

/// The id of the piece of evidence with this index.
pub(crate) fn piece(index: usize) -> EvidenceId {
    EvidenceId::new(format!("e{index}")).unwrap()
}

/// A checkout for each sentence that a page can say, by name.
pub(crate) fn all() -> BTreeMap<&'static str, Found> {
    let shop = || session(Some(payment()), Some(display()));
    let alone = |session: Session, minutes| {
        Found::redacted(session, None, CREATED.plus_millis(minutes * MINUTE)).unwrap()
    };
    let ended = |reason, minutes| {
        let now = CREATED.plus_millis(minutes * MINUTE);
        alone(shop().expired(reason, now), minutes)
    };
    let full = || deposit(USDC, "19990000", 1);
    let failure = |detail: &str| Fact::Failure { detail: detail.to_owned() };
    let refunding = || (2, Fact::Refunding { detail: "no route".to_owned() });
    let refund = |status| {
        let fact =
            Fact::Refund { chain: base(), tx_hash: "0xff".to_owned(), amount: units("19990000"), status };
        (3, fact)
    };
    let withdrawn = (2, Fact::Withdrawn { evidence: piece(0) });
    BTreeMap::from([
        ("choose", alone(shop(), 1)),
        ("choose_bare", alone(session(Some(payment()), None), 1)),
        ("shop_goes_on", alone(session(None, None), 1)),
        ("await", paid_by(shop(), vec![], 1)),
        ("await_without_terms", paid_by(session(None, None), vec![], 1)),
        ("part", paid_by(shop(), vec![deposit(USDC, "9990000", 1)], 2)),
        ("other_token", paid_by(shop(), vec![deposit(MAINNET_USDC, "1234", 1)], 2)),
        ("withdrawn", paid_by(shop(), vec![deposit(USDC, "9990000", 1), withdrawn.clone()], 3)),
        ("undone", paid_by(shop(), vec![deposit(USDC, "19990000", 1), withdrawn.clone()], 3)),
        ("undone_too_late", paid_by(shop(), vec![deposit(USDC, "19990000", 1), withdrawn], 33)),
        ("closing", paid_by(shop(), vec![], 30).later()),
        ("confirming", paid_by(shop(), vec![full()], 2)),
        ("complete", paid_by(shop(), vec![full(), executed(2, "19990000")], 3)),
        (
            "over",
            paid_by(
                shop(),
                vec![deposit(USDC, "20990000", 1), executed(2, "20990000"), deposit(USDC, "1", 4)],
                5,
            ),
        ),
        ("expired", paid_by(shop(), vec![], 32)),
        ("expired_unchosen", ended(ExpiredReason::Ttl, 31)),
        ("expired_part", paid_by(shop(), vec![deposit(USDC, "9990000", 1)], 32)),
        ("expired_late", paid_by(shop(), vec![deposit(USDC, "19990000", 31)], 32)),
        ("ended", ended(ExpiredReason::Manual, 5)),
        ("failed", paid_by(shop(), vec![full(), (2, failure("no route"))], 3)),
        ("failed_short", paid_by(shop(), vec![full(), executed(2, "1")], 3)),
        ("refunding", paid_by(shop(), vec![full(), refunding()], 3)),
        (
            "refunded",
            paid_by(shop(), vec![full(), refunding(), refund(shared::checkout::RefundStatus::Success)], 4),
        ),
    ])
}

impl Found {
    /// A millisecond later.
    fn later(self) -> Self {
        Self { now: self.now.plus_millis(1), ..self }
    }

    /// Its page in a language, as HTML with its policy, and as text.
    pub(crate) fn rendered(&self, language: Language, option: Option<&Choice>) -> (String, String, String) {
        let (chains, texts) = (chains(), Texts::of(language));
        let checkout = Checkout::new(&self.session, self.history.as_ref(), &chains, option, self.now);
        let view = View { checkout: &checkout, texts, language: None, option, embedded: false };
        let document = html::render(&view, FACTORY, None);
        (document.html, document.policy, text::render(&checkout, texts))
    }

    /// Its page in English, for an element in another page.
    pub(crate) fn embedded(&self) -> String {
        self.document(true, None).html
    }

    /// Its page in English, of a deployment with WalletConnect.
    pub(crate) fn with_wallet_connect(&self, wallet_connect: &WalletConnect) -> Document {
        self.document(false, Some(wallet_connect))
    }

    fn document(&self, embedded: bool, wallet_connect: Option<&WalletConnect>) -> Document {
        let (chains, texts) = (chains(), Texts::of(Language::English));
        let checkout = Checkout::new(&self.session, self.history.as_ref(), &chains, None, self.now);
        let view = View { checkout: &checkout, texts, language: None, option: None, embedded };
        html::render(&view, FACTORY, wallet_connect)
    }

    /// Its page in English.
    pub(crate) fn page(&self) -> String {
        self.rendered(Language::English, None).0
    }
}
