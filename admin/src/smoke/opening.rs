//! The first requests: whether the server is there, requires keys, accepts ours, and which chain it takes.

use reqwest::Method;

use crate::smoke::{
    answer::Answer,
    client::{Client, NoAnswer},
    request::{Key, Request},
    settings::{CannotRun, Settings},
    shop::{ORDERS, SESSIONS, Shop, order_on, unknown_id},
};

/// Chains to try, those of most deployments first.
const CHAINS: [u64; 10] = [8453, 1, 10, 137, 42161, 56, 43114, 84532, 11155111, 31337];

impl Shop {
    /// Finds out what the server requires.
    ///
    /// # Errors
    /// [`CannotRun`].
    pub async fn open(settings: Settings) -> Result<Self, CannotRun> {
        let client = Client::new(&settings)?;
        let without_key = Request::new(Method::POST, SESSIONS).key(Key::None);
        let first = send(&client, &settings, &without_key).await?;
        if !first.body["success"].is_boolean() {
            let answer = first.failure("").got;
            return Err(CannotRun::OtherServer { url: settings.url, answer });
        }
        let requires_keys = requires_keys(&client, &settings, &first).await?;
        if requires_keys && !client.has_key() {
            return Err(CannotRun::KeyNeeded);
        }
        let second = check_key(&client, &settings, requires_keys).await?;
        let chain = match settings.chain {
            Some(chain) => chain,
            None => find_chain(&client, &settings).await?,
        };
        let shop = Self::new(client, settings, requires_keys, chain);
        shop.remember(&without_key, &first);
        if let Some((request, answer)) = second {
            shop.remember(&request, &answer);
        }
        Ok(shop)
    }
}

async fn send(client: &Client, settings: &Settings, request: &Request) -> Result<Answer, CannotRun> {
    let unreachable = |NoAnswer { cause, .. }| CannotRun::Unreachable { url: settings.url.clone(), cause };
    client.send(request).await.map_err(unreachable)
}

/// One endpoint that asks for a key is enough: where another one does not, a check finds it.
async fn requires_keys(client: &Client, settings: &Settings, first: &Answer) -> Result<bool, CannotRun> {
    if first.status == 401 {
        return Ok(true);
    }
    for path in ["/events?limit=1", "/checkout-sessions?limit=1"] {
        if send(client, settings, &Request::get(path).key(Key::None)).await?.status == 401 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a session with our key, where one is required.
async fn check_key(
    client: &Client,
    settings: &Settings,
    required: bool,
) -> Result<Option<(Request, Answer)>, CannotRun> {
    if !required {
        return Ok(None);
    }
    let request = Request::new(Method::POST, SESSIONS);
    let answer = send(client, settings, &request).await?;
    match answer.status {
        401 => Err(CannotRun::KeyRefused),
        403 => Err(CannotRun::KeyTooNarrow),
        _ => Ok(Some((request, answer))),
    }
}

/// Asks for orders of a session that does not exist: none is made, and a chain is refused before that.
async fn find_chain(client: &Client, settings: &Settings) -> Result<u64, CannotRun> {
    let session = unknown_id();
    for chain in CHAINS {
        let order = order_on(chain, Some(&session));
        let answer = send(client, settings, &Request::post(ORDERS, order)).await?;
        if answer.body["error"]["code"] != "chain_not_supported" {
            return Ok(chain);
        }
    }
    Err(CannotRun::NoChain)
}
