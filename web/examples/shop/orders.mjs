/** The catalogue, and the order book. A real shop keeps the book in its database. */
import { randomUUID } from "node:crypto";

/** One USDC has 6 decimals, so the price is 19.99 USDC. */
export const LAMP = { id: "lamp", name: "Desk lamp", amount: "19990000", text: "19.99 USDC" };
export const USDC_ON_BASE = { chain: 8453, token_address: "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913" };

export class OrderBook {
  #orders = new Map();

  /** Writes an order down, unpaid. */
  open(item) {
    const order = { id: randomUUID(), item, status: "unpaid", sessionId: null, shipments: 0 };
    this.#orders.set(order.id, order);
    return order;
  }

  get(id) {
    return this.#orders.get(id) ?? null;
  }

  ofSession(sessionId) {
    return [...this.#orders.values()].find((order) => order.sessionId === sessionId) ?? null;
  }

  /** Ships an order once, however often it is told to. */
  ship(order) {
    if (order.status === "shipped") return;
    order.status = "shipped";
    order.shipments += 1;
    console.log(`Order ${order.id}: shipped ${order.item.name}`);
  }
}
