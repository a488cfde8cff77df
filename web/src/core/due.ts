/** What an order still lacks, option by option. */
import { hasForwarders } from "../address/chains.js";
import type {
  Address,
  BaseUnits,
  ChainId,
  OrderWithTransactions,
  PaymentOptions,
  PaymentTerms,
} from "../types/index.js";
import { leastAmount } from "./amounts.js";
import { paymentUri } from "./payment-uri.js";
import type { Deposits, DueOption } from "./states.js";

export function depositsOf(read: OrderWithTransactions | null): Deposits {
  const all = read?.depositTxs ?? [];
  const of = (status: string) => all.filter((deposit) => deposit.status === status);
  return {
    counted: of("counted"),
    late: of("late"),
    otherToken: of("other_token"),
    withdrawn: of("withdrawn"),
    folded: Boolean(read?.foldedDeposits),
  };
}

/** The sum of the deposits in a token that count, the folded ones included. */
function receivedOf({ depositTxs, foldedDeposits }: OrderWithTransactions, chain: ChainId, token: Address): bigint {
  const listed = depositTxs.filter((tx) => tx.status === "counted" && tx.chain === chain && tx.token === token);
  const folded = (foldedDeposits?.amounts ?? []).filter((sum) => sum.chain === chain && sum.tokenAddress === token);
  return [...listed, ...folded].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

interface Asked {
  chain: ChainId;
  token: Address;
  amount: BaseUnits;
  received: bigint;
}

/** Adds what an option lacks, its description and its URI. */
function dueOption(asked: Asked, toleranceBps: number, known: PaymentOptions | null, to: Address | null): DueOption {
  const { chain, token, received } = asked;
  const amount = BigInt(asked.amount);
  const lacking = (whole: bigint) => (whole > received ? whole - received : 0n);
  const due = lacking(amount);
  const chainInfo = known?.chains.find((it) => it.chain === chain) ?? null;
  return {
    chain,
    token,
    chainInfo,
    tokenInfo: chainInfo?.tokens.find((it) => it.address === token) ?? null,
    amount: asked.amount,
    received: received.toString(),
    due: due.toString(),
    leastDue: lacking(leastAmount(amount, toleranceBps)).toString(),
    // Elsewhere the deposit address is none, and money would be lost.
    uri: to && due && hasForwarders(chain) ? paymentUri({ chain, token, to, amount: due }) : null,
  };
}

/** The options of payment terms, before an order. */
export function optionsToChoose(payment: PaymentTerms | null, known: PaymentOptions | null): DueOption[] | null {
  const options = payment?.options.map(({ chain, token_address, amount }) =>
    dueOption({ chain, token: token_address, amount, received: 0n }, payment.tolerance_bps, known, null),
  );
  return options ?? null;
}

/** The ways to pay an order: its session's options, and its own token. Null where any deposit pays. */
export function optionsOfOrder(
  read: OrderWithTransactions,
  payment: PaymentTerms | null,
  known: PaymentOptions | null,
): DueOption[] | null {
  const { order } = read;
  const asked: Asked[] = (order.acceptedPayments ?? []).map(({ chain, tokenAddress, amount, received }) => ({
    chain,
    token: tokenAddress,
    amount,
    received: BigInt(received),
  }));
  const terms = asked.length;
  const { srcChain: chain, srcTokenAddress: token, srcAmount: amount } = order;
  const isListed = asked.some((option) => option.chain === chain && option.token === token);
  if (!isListed) asked.push({ chain, token, amount, received: receivedOf(read, chain, token) });
  if (!terms && amount === "0") return null;
  const tolerance = payment?.tolerance_bps ?? 0;
  // The tolerance is one of the payment terms, so the order's own token does not have it.
  return asked.map((it, index) => dueOption(it, index < terms ? tolerance : 0, known, order.globalAddress));
}

/** True if the deposits that count pay the order. */
export function isCovered(options: DueOption[] | null, deposits: Deposits): boolean {
  return options ? options.some((option) => option.leastDue === "0") : deposits.counted.length > 0 || deposits.folded;
}
