/** The deposit address, recomputed in the browser from the order: one that a fault or an extension has changed is found
 * out. A recipient that the shop's page has pinned also finds out an order that pays somebody else. */
import { verifyDepositAddress } from "../address/index.js";
import { fill, type Facts, type PaymentOption } from "./facts.js";
import { reveal, type View } from "./view.js";

/**
 * Says what the address can pay, and removes the payment if that is not the recipient. `pinned` is the recipient that
 * the address has to pay, whatever the facts say.
 */
export function verify(view: View, facts: Facts, option: PaymentOption, pinned: string | null): boolean {
  const { address, deposit_address: from } = facts;
  const recipient = pinned ?? from?.recipient_address;
  if (recipient === undefined) return false;
  const isRight = from !== null && isAddressOf({ ...from, address, recipient }, option);
  const line = reveal(view, "verified");
  if (line) {
    line.textContent = fill(isRight ? view.texts.verified : view.texts.not_verified, { recipient });
    line.classList.toggle("notice", !isRight);
  }
  if (!isRight) hidePayment(view);
  return isRight;
}

/** Removes everything by which a buyer could pay. */
export function hidePayment({ root }: View): void {
  root.querySelectorAll(".pay, #plain").forEach((element) => element.remove());
}

interface Derivation {
  address: string | null;
  recipient: string;
  factory: string;
  order_id: string;
}

function isAddressOf(
  { address, recipient, factory, order_id: orderId }: Derivation,
  { chain }: PaymentOption,
): boolean {
  try {
    return verifyDepositAddress({ address, orderId, recipient, factory, chains: [chain] });
  } catch {
    // A recipient or an id that is not one: no address belongs to it.
    return false;
  }
}
