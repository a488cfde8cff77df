//! Statuses, and the one table of their transitions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A session's status. `complete` and `expired` are forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Waits for an order, or for the order's payment.
    Open,
    /// Paid; the order is in progress.
    Processing,
    /// The order was executed.
    Complete,
    /// The deadline passed, the merchant expired it, or the payment failed.
    Expired,
}

impl SessionStatus {
    /// All statuses.
    pub const ALL: [Self; 4] = [Self::Open, Self::Processing, Self::Complete, Self::Expired];
}

/// The reason for which a session is `expired`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredReason {
    /// Its deadline passed.
    Ttl,
    /// The merchant expired it.
    Manual,
    /// Its order failed or was refunded.
    PaymentFailed,
}

/// An order's status (`openapi.yaml`, schema `OrderStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Unpaid: waits for a deposit on chain.
    ScanningDepositTransaction,
    /// Unpaid: waits for a card payment through Stripe.
    WaitingStripePayment,
    /// Paid: a route to the destination is being quoted.
    QuotingAfterDeposit,
    /// Paid: the vault is sending.
    SendingTokenFromVault,
    /// Paid: on its way between chains.
    Relay,
    /// Paid: the last step is in progress.
    Executing,
    /// Done. Terminal.
    Executed,
    /// The money is on its way back.
    Refunding,
    /// The money is back. Terminal.
    Refunded,
    /// It went wrong. Terminal.
    Failure,
    /// Not paid in time, or expired by the merchant. Terminal.
    Expired,
}

/// The statuses that `progress` evidence may name, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressStatus {
    /// See [`OrderStatus::QuotingAfterDeposit`].
    QuotingAfterDeposit,
    /// See [`OrderStatus::SendingTokenFromVault`].
    SendingTokenFromVault,
    /// See [`OrderStatus::Relay`].
    Relay,
    /// See [`OrderStatus::Executing`].
    Executing,
}

/// A cause for an order's transition to another status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The deposits reach the order's amount; the order continues at the given status.
    Paid(ProgressStatus),
    /// A later step has begun.
    Progress(ProgressStatus),
    /// The recipient has received the money.
    Executed,
    /// A refund has begun.
    Refunding,
    /// A refund has arrived.
    Refunded,
    /// The order cannot be carried out.
    Failed,
    /// The deadline passed, or the merchant expired the order.
    Expired,
}

impl OrderStatus {
    /// All statuses.
    pub const ALL: [Self; 11] = [
        Self::ScanningDepositTransaction,
        Self::WaitingStripePayment,
        Self::QuotingAfterDeposit,
        Self::SendingTokenFromVault,
        Self::Relay,
        Self::Executing,
        Self::Executed,
        Self::Refunding,
        Self::Refunded,
        Self::Failure,
        Self::Expired,
    ];

    /// The status after `step`; `None` if the step comes too early and waits, or comes too late and is only stored.
    /// Steps may be skipped, but never go backwards.
    pub fn after(self, step: Step) -> Option<Self> {
        match self {
            Self::ScanningDepositTransaction | Self::WaitingStripePayment => match step {
                Step::Paid(first) => Some(first.into()),
                Step::Failed => Some(Self::Failure),
                Step::Expired => Some(Self::Expired),
                Step::Progress(_) | Step::Executed | Step::Refunding | Step::Refunded => None,
            },
            Self::QuotingAfterDeposit | Self::SendingTokenFromVault | Self::Relay | Self::Executing => {
                match step {
                    Step::Progress(next) => (Some(next) > self.progress()).then(|| next.into()),
                    Step::Executed => Some(Self::Executed),
                    Step::Refunding => Some(Self::Refunding),
                    Step::Refunded => Some(Self::Refunded),
                    Step::Failed => Some(Self::Failure),
                    Step::Paid(_) | Step::Expired => None,
                }
            }
            Self::Refunding => match step {
                Step::Refunded => Some(Self::Refunded),
                Step::Failed => Some(Self::Failure),
                Step::Paid(_) | Step::Progress(_) | Step::Executed | Step::Refunding | Step::Expired => None,
            },
            Self::Executed | Self::Refunded | Self::Failure | Self::Expired => None,
        }
    }

    /// Returns true if the order still waits for its payment.
    pub fn is_unpaid(self) -> bool {
        matches!(self, Self::ScanningDepositTransaction | Self::WaitingStripePayment)
    }

    /// Returns true if nothing can change this status any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Executed | Self::Refunded | Self::Failure | Self::Expired)
    }

    /// The status of a session while its order has this one (`openapi.yaml`, schema `OrderStatus`).
    pub fn session_status(self) -> SessionStatus {
        match self {
            Self::ScanningDepositTransaction | Self::WaitingStripePayment => SessionStatus::Open,
            Self::QuotingAfterDeposit | Self::SendingTokenFromVault | Self::Relay | Self::Executing => {
                SessionStatus::Processing
            }
            Self::Executed => SessionStatus::Complete,
            Self::Refunding | Self::Refunded | Self::Failure | Self::Expired => SessionStatus::Expired,
        }
    }

    fn progress(self) -> Option<ProgressStatus> {
        match self {
            Self::QuotingAfterDeposit => Some(ProgressStatus::QuotingAfterDeposit),
            Self::SendingTokenFromVault => Some(ProgressStatus::SendingTokenFromVault),
            Self::Relay => Some(ProgressStatus::Relay),
            Self::Executing => Some(ProgressStatus::Executing),
            _ => None,
        }
    }
}

impl From<ProgressStatus> for OrderStatus {
    fn from(progress: ProgressStatus) -> Self {
        match progress {
            ProgressStatus::QuotingAfterDeposit => Self::QuotingAfterDeposit,
            ProgressStatus::SendingTokenFromVault => Self::SendingTokenFromVault,
            ProgressStatus::Relay => Self::Relay,
            ProgressStatus::Executing => Self::Executing,
        }
    }
}

/// The name that clients read, as serde writes it.
impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for ExpiredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
