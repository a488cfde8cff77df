//! The first requests: whether the server is there, requires keys, accepts ours, and which chain it takes.

use reqwest::Method;

use crate::smoke::{
    answer::Answer,
    cleaning::clean_up,
    client::{Client, NoAnswer},
    request::{Key, Request},
    settings::{CannotRun, Settings},
    shop::{ORDERS, SESSIONS, Shop, order_on},
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
        let second = if requires_keys { Some(check_key(&client, &settings).await?) } else { None };
        let chain = settings.chain;
        let shop = Self::new(client, settings, requires_keys, chain.unwrap_or_default());
        shop.remember(&without_key, &first);
        let made = second.unwrap_or(first);
        shop.remember(&without_key, &made);
        match chain {
            Some(_) => Ok(shop),
            None => shop.on_known_chain(&made).await,
        }
    }

    /// The same on a chain that the server accepts: that of the first order that it accepts for a new session.
    async fn on_known_chain(self, made: &Answer) -> Result<Self, CannotRun> {
        let session = made.at("/data/id").as_str();
        for chain in CHAINS {
            let request = Request::post(ORDERS, order_on(chain, session));
            let answer = send(&self.client, &self.settings, &request).await?;
            if answer.body["error"]["code"] != "chain_not_supported" {
                return Ok(self.on_chain(chain));
            }
        }
        // The session expires by itself.
        let _ = clean_up(&self).await;
        Err(CannotRun::NoChain)
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

/// Makes a session with our key; the answer.
async fn check_key(client: &Client, settings: &Settings) -> Result<Answer, CannotRun> {
    let answer = send(client, settings, &Request::new(Method::POST, SESSIONS)).await?;
    match answer.status {
        401 => Err(CannotRun::KeyRefused),
        403 => Err(CannotRun::KeyTooNarrow),
        _ => Ok(answer),
    }
}
