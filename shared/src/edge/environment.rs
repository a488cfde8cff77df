//! The settings, from environment variables. An empty variable counts as not given.

use std::{env, sync::Arc};

use crate::{
    Error,
    chains::{Chains, ChainsError, DepositAddress, ForwarderAddress, ForwarderSettingError},
    dynamo::Tables,
    edge::WalletConnect,
    kernel::Address,
};

/// The settings of an operator. docs/deploying.md lists the variables.
#[derive(Clone)]
pub struct Settings {
    /// True if merchants need an API key.
    pub api_keys: bool,
    /// True if, without keys, lists of all data may be read: on a developer's machine only.
    pub open_lists: bool,
    /// True if webhooks may go to any address, private ones and plain HTTP included: on a developer's machine only.
    pub webhooks_anywhere: bool,
    /// The time that a session without an order stays readable after it expired, in milliseconds.
    pub retention_millis: i64,
    /// The detection window: the time after `expires_at` in which evidence of an on-time deposit is accepted, in
    /// milliseconds.
    pub detection_window_millis: i64,
    /// The public URL of the API, without a slash at its end; if `None`, that of the request.
    pub public_url: Option<String>,
    /// The only recipients that sessions and orders may pay; if empty, any.
    pub recipients: Arc<[Address]>,
    /// The addresses for deposits.
    pub deposit_addresses: Arc<dyn DepositAddress>,
    /// The contract that deploys and sweeps forwarders.
    pub forwarder_factory: alloy_primitives::Address,
    /// The chains on which payments are watched; none without [`Settings::with_chains`].
    pub chains: Arc<Chains>,
    /// WalletConnect on the hosted page; none without [`Settings::with_wallet_connect`].
    pub wallet_connect: Option<WalletConnect>,
}

/// A setting that keeps a function from starting.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is missing.
    #[error("the environment variable {0} is required")]
    Missing(&'static str),
    /// It is not a number within its bounds.
    #[error("the environment variable {name} must be a whole number from {min} to {max}")]
    OutOfRange {
        /// The variable.
        name: &'static str,
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// It is none of its choices.
    #[error("the environment variable {0} must be one of {1}")]
    NoChoice(&'static str, &'static str),
    /// `RECIPIENTS` is not a list of addresses.
    #[error(
        "the environment variable RECIPIENTS must be addresses that money can be sent to, separated by commas"
    )]
    Recipients,
    /// It does not describe a forwarder.
    #[error(transparent)]
    Forwarder(#[from] ForwarderSettingError),
    /// It does not describe chains.
    #[error(transparent)]
    Chains(#[from] ChainsError),
    /// It does not set up WalletConnect.
    #[error("WALLET_CONNECT: {0}")]
    WalletConnect(&'static str),
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// The invalid variable.
    pub fn from_env() -> Result<Self, SettingsError> {
        let days = whole_number("SESSION_RETENTION_DAYS", 7, 1, 365)?;
        let seconds = whole_number("DETECTION_WINDOW_SECONDS", 60, 0, 3600)?;
        let factory = variable("FORWARDER_FACTORY");
        let creation_code = variable("FORWARDER_CREATION_CODE");
        let forwarders = ForwarderAddress::new(factory.as_deref(), creation_code.as_deref())?;
        Ok(Self {
            api_keys: api_keys()?,
            open_lists: false,
            webhooks_anywhere: false,
            retention_millis: days * 24 * 60 * 60 * 1000,
            detection_window_millis: seconds * 1000,
            public_url: variable("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
            recipients: recipients()?,
            forwarder_factory: forwarders.factory(),
            deposit_addresses: Arc::new(forwarders),
            chains: Arc::default(),
            wallet_connect: None,
        })
    }

    /// Checks that this deployment pays a recipient. `param` is the field that names it.
    ///
    /// # Errors
    /// [`Error::InvalidField`].
    pub fn check_recipient(&self, param: &str, recipient: &Address) -> Result<(), Error> {
        match self.recipients.is_empty() || self.recipients.contains(recipient) {
            true => Ok(()),
            false => Err(Error::invalid(param, "must be a recipient that this deployment pays")),
        }
    }

    /// Adds the chains that `CHAINS` describes. Separate, so that functions without chains do not carry the code that
    /// reads the document.
    ///
    /// # Errors
    /// The error in the document.
    pub fn with_chains(mut self) -> Result<Self, SettingsError> {
        if let Some(document) = variable("CHAINS") {
            self.chains = Arc::new(Chains::parse(&document)?);
        }
        Ok(self)
    }

    /// Adds what `WALLET_CONNECT` sets up. Separate, as [`Settings::with_chains`] is.
    ///
    /// # Errors
    /// The error in the document.
    pub fn with_wallet_connect(mut self) -> Result<Self, SettingsError> {
        let document = variable("WALLET_CONNECT");
        let parsed = document.map(|document| WalletConnect::parse(&document)).transpose();
        self.wallet_connect = parsed.map_err(SettingsError::WalletConnect)?;
        Ok(self)
    }
}

/// The tables' names.
pub(crate) fn tables() -> Result<Tables, SettingsError> {
    Ok(Tables {
        sessions: required_variable("SESSIONS_TABLE")?,
        orders: required_variable("ORDERS_TABLE")?,
        keys: required_variable("KEYS_TABLE")?,
        events: required_variable("EVENTS_TABLE")?,
        webhooks: required_variable("WEBHOOKS_TABLE")?,
    })
}

/// `RECIPIENTS`: addresses, separated by commas.
fn recipients() -> Result<Arc<[Address]>, SettingsError> {
    let Some(text) = variable("RECIPIENTS") else { return Ok(Arc::default()) };
    let addresses = text.split(',').map(|address| Address::parse_any_recipient(address.trim()));
    addresses.collect::<Option<_>>().ok_or(SettingsError::Recipients)
}

fn api_keys() -> Result<bool, SettingsError> {
    match variable("API_KEYS").as_deref() {
        Some("off") => Ok(false),
        // A function that lacks the setting must not open what a key protects.
        None | Some("required") => Ok(true),
        Some(_) => Err(SettingsError::NoChoice("API_KEYS", "off, required")),
    }
}

/// An environment variable; an empty one counts as not given.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// An environment variable that must be set.
///
/// # Errors
/// [`SettingsError::Missing`].
pub fn required_variable(name: &'static str) -> Result<String, SettingsError> {
    variable(name).ok_or(SettingsError::Missing(name))
}

fn whole_number(name: &'static str, default: i64, min: i64, max: i64) -> Result<i64, SettingsError> {
    let Some(text) = variable(name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (min..=max).contains(number));
    number.ok_or(SettingsError::OutOfRange { name, min, max })
}
