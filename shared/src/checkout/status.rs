//! Statuses, and the one table of how they follow each other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A session's status. `complete` and `expired` are forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Waits for an order, or for its order's payment.
    Open,
    /// Paid; the order is under way.
    Processing,
    /// The order was executed.
    Complete,
    /// The deadline passed, the merchant ended it, or the payment failed.
    Expired,
}

/// Why a session is `expired`.
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

/// An order's status (contract, "How an order moves").
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
    /// Paid: the last step is under way.
    Executing,
    /// Done. Terminal.
    Executed,
    /// The money is on its way back.
    Refunding,
    /// The money is back. Terminal.
    Refunded,
    /// It went wrong. Terminal.
    Failure,
    /// Not paid in time, or ended by the merchant. Terminal.
    Expired,
}

/// The statuses that `progress` evidence may name, in the order in which they are passed.
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

/// What can move an order from one status to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The deposits reach the order's amount; the order goes on at the given status.
    Paid(ProgressStatus),
    /// A later step has begun.
    Progress(ProgressStatus),
    /// The recipient has been served.
    Executed,
    /// A refund has begun.
    Refunding,
    /// A refund has arrived.
    Refunded,
    /// The order cannot be carried out.
    Failed,
    /// The deadline passed, or the merchant ended the order.
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

    /// Where `step` leads from here; `None` where it leads nowhere: it comes too early and waits, or
    /// too late and is only recorded. Steps may be skipped, but never walked backwards.
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

    /// Whether the order still waits for its payment.
    pub fn is_unpaid(self) -> bool {
        matches!(self, Self::ScanningDepositTransaction | Self::WaitingStripePayment)
    }

    /// Whether nothing can change this status any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Executed | Self::Refunded | Self::Failure | Self::Expired)
    }

    /// What a session's status is while its order has this one (contract, "Status").
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
