/** The deposit address, recomputed here from the order: one that a fault or an extension has changed is found out. A server
 * that lies about all of it is not, since this script is its own too: for that, a merchant's page has `verifyDepositAddress`. */
import { verifyDepositAddress } from "../src/address/index.js";
import { fill, reveal, type Facts, type PaymentOption } from "./data.js";

/** Says what the address can pay. Removes the payment from the page if it is not this recipient. */
export function verify({ address, deposit_address: from, texts }: Facts, { chain }: PaymentOption): boolean {
  if (!from) return false;
  const { factory, order_id: orderId, recipient_address: recipient } = from;
  const isRight = verifyDepositAddress({ address, orderId, recipient, factory, chains: [chain] });
  const line = reveal("verified");
  if (line) {
    line.textContent = fill(isRight ? texts.verified : texts.not_verified, { recipient });
    line.classList.toggle("notice", !isRight);
  }
  if (!isRight) document.querySelectorAll(".pay, #plain").forEach((element) => element.remove());
  return isRight;
}
