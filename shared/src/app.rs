//! The context of a function. It is above the capabilities, since it has their stores.

use lambda_http::Request;

use crate::{
    Error, Result,
    checkout::CheckoutStore,
    dynamo::{Database, connect},
    edge::{self, Clock, RequestLog, Settings, SettingsError},
    feed::FeedStore,
    kernel::Owner,
    keys::{Caller, KeyStore, Scope},
    webhooks::WebhookStore,
};

/// The stores, the clock and the settings of a function, created once at its start.
#[derive(Clone)]
pub struct App {
    /// Sessions and orders.
    pub checkout: CheckoutStore,
    /// Events.
    pub feed: FeedStore,
    /// Webhook endpoints and deliveries.
    pub webhooks: WebhookStore,
    /// API keys.
    pub keys: KeyStore,
    /// The source of the time.
    pub clock: Clock,
    /// The settings.
    pub settings: Settings,
}

impl App {
    /// Creates a function's stores on these tables.
    pub fn new(database: Database, clock: Clock, settings: Settings) -> Self {
        Self {
            checkout: CheckoutStore::new(database.clone()),
            feed: FeedStore::new(database.clone()),
            webhooks: WebhookStore::new(database.clone()),
            keys: KeyStore::new(database),
            clock,
            settings,
        }
    }

    /// Reads the environment, connects to DynamoDB, and turns on the log of failures.
    ///
    /// # Errors
    /// The setting that is missing or invalid.
    pub async fn from_env() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        // Lambda adds times and stores the lines. Levels below WARN would cost more than a request does.
        tracing_subscriber::fmt().json().without_time().with_max_level(tracing::Level::WARN).init();
        let tables = edge::tables()?;
        let metered = !RequestLog::from_env()?.is_off();
        let database = Database::new(connect(metered).await?, tables);
        Ok(Self::new(database, Clock::default(), Settings::from_env()?))
    }

    /// Adds the chains of the environment, for a function that needs them.
    ///
    /// # Errors
    /// As [`Settings::with_chains`].
    pub fn with_chains(self) -> Result<Self, SettingsError> {
        Ok(Self { settings: self.settings.with_chains()?, ..self })
    }

    /// Adds WalletConnect of the environment, for the function that renders the hosted page.
    ///
    /// # Errors
    /// As [`Settings::with_wallet_connect`].
    pub fn with_wallet_connect(self) -> Result<Self, SettingsError> {
        Ok(Self { settings: self.settings.with_wallet_connect()?, ..self })
    }

    /// The caller of a request for which keys are optional.
    ///
    /// # Errors
    /// As [`Caller::of`].
    pub async fn caller(&self, request: &Request, scope: Scope) -> Result<Caller> {
        let keys = self.settings.api_keys.then_some(&self.keys);
        Caller::of(keys, request, scope, self.clock.now()).await
    }

    /// The caller of a request that needs a key where keys are on.
    ///
    /// # Errors
    /// As [`Caller::of`].
    pub async fn merchant(&self, request: &Request, scope: Scope) -> Result<Caller> {
        self.caller(request, scope).await?.authenticated()
    }

    /// The owner whose data a request lists as a whole, or has sent to a URL. Only a key protects that, so there is no
    /// such request without keys.
    ///
    /// # Errors
    /// As [`Caller::of`], and [`Error::KeysAreOff`].
    pub async fn lister(&self, request: &Request, scope: Scope) -> Result<Owner> {
        if !self.settings.api_keys && !self.settings.open_lists {
            return Err(Error::KeysAreOff);
        }
        Ok(self.merchant(request, scope).await?.owner())
    }
}

/// Turns a handler, an `async fn(&App, &Request) -> Response<Body>`, into a function: its `run`. The names that follow are
/// methods of [`App`] that add what it needs, such as `with_chains`.
#[macro_export]
macro_rules! http_function {
    ($handle:path $(, $with:ident)*) => {
        /// Runs the function until Lambda ends it.
        ///
        /// # Errors
        /// A missing or invalid setting, or an error that ends the runtime.
        pub async fn run() -> ::std::result::Result<(), ::lambda_http::Error> {
            let app = $crate::App::from_env().await?$(.$with()?)*;
            $crate::edge::run(::lambda_http::service_fn(async |request: ::lambda_http::Request| {
                ::std::result::Result::<_, ::std::convert::Infallible>::Ok($handle(&app, &request).await)
            }))
            .await
        }
    };
}
