/** The states of a checkout, and how one leads to another. */
import type {
  Address,
  BaseUnits,
  ChainId,
  DateTime,
  DepositTx,
  Id,
  OrderStatus,
  Paid,
  PaymentChain,
  PaymentToken,
  RefundTx,
  RelayTx,
} from "../types/index.js";

export type CheckoutStateName =
  | "loading"
  | "choose"
  | "awaiting_payment"
  | "partly_paid"
  | "seen"
  | "routing"
  | "complete"
  | "expired"
  | "late_money"
  | "failed"
  | "gone";

/** One way to pay, with what it still lacks. */
export interface DueOption {
  chain: ChainId;
  token: Address;
  /** The chain and token by the operator's own list; null where it lacks them. Take decimals from here only. */
  chainInfo: PaymentChain | null;
  tokenInfo: PaymentToken | null;
  amount: BaseUnits;
  received: BaseUnits;
  /** The amount that is still due. `"0"` where the option is full. */
  due: BaseUnits;
  /** The least that still pays: `due` less the tolerance of the payment terms. */
  leastDue: BaseUnits;
  /** The ERC-681 URI for `due`; null before an order, or where nothing is due or no address is derived. */
  uri: string | null;
}

/** The deposits of an order, by what they do. */
export interface Deposits {
  counted: DepositTx[];
  late: DepositTx[];
  otherToken: DepositTx[];
  withdrawn: DepositTx[];
  /** True if the order has folded some deposits, which no list shows. */
  folded: boolean;
}

/** A deadline, by the server's clock. */
export interface Deadline {
  expiresAt: DateTime;
  /** The milliseconds until then; 0 afterwards. */
  remaining: number;
  /** False from then on. A deposit that was made before still counts, so the state may stay for a while. */
  payable: boolean;
}

/** How an order can be paid. */
export interface HowToPay extends Deadline {
  orderId: Id;
  /** The deposit address, the same for all options. */
  address: Address | null;
  /** Any one of them pays. Null where any deposit pays. */
  options: DueOption[] | null;
  /** The page of a card payment. */
  onrampUrl: string | null;
  deposits: Deposits;
}

/** When a deposit is final. The API does not count confirmations, so neither do we: this is the rule and the start. */
export interface Confirmation {
  chain: ChainId;
  txHash: string;
  /** The chain's rule: a number of blocks, or a node's word; null on a chain that is not configured. */
  needed: number | "safe" | "finalized" | null;
  /** The deposit's own time. */
  since: number;
}

export interface InProgress {
  orderId: Id;
  orderStatus: OrderStatus;
  deposits: Deposits;
  /** The deposits that are waited for. Empty for a card payment. */
  confirmations: Confirmation[];
  /** True if a reorganisation has removed a deposit that is needed: the order waits until payments cover it again. */
  uncovered: boolean;
}

export interface Ended {
  orderId: Id | null;
  deposits: Deposits;
  refunds: RefundTx[];
}

export type CheckoutState =
  | { name: "loading" }
  /** `options` is null without payment terms: then the shop goes on, and there is nothing to choose. */
  | ({ name: "choose"; options: DueOption[] | null } & Deadline)
  | ({ name: "awaiting_payment" } & HowToPay)
  | ({ name: "partly_paid" } & HowToPay)
  | ({ name: "seen" } & InProgress)
  | ({ name: "routing"; relays: RelayTx[] } & InProgress)
  | ({ name: "complete"; paid: Paid | null; redirectUrl: string | null } & Ended)
  | ({ name: "expired"; reason: "ttl" | "manual"; redirectUrl: string | null } & Ended)
  | ({ name: "late_money"; reason: "ttl" | "manual" } & Ended)
  | ({ name: "failed"; detail: string | null; orderStatus: OrderStatus | null } & Ended)
  | { name: "gone" };

const FINAL: readonly CheckoutStateName[] = ["complete", "expired", "late_money", "failed", "gone"];

/** True if polling stops in this state. */
export function isFinal(name: CheckoutStateName): boolean {
  return FINAL.includes(name);
}
