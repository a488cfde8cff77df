/** Sessions in each state that a buyer can see, made through the API and the test panel. */

const USDC = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const SHOP = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";

export const TERMS = {
  recipient_address: SHOP,
  options: [
    { chain: 8453, token_address: USDC, amount: "19990000" },
    { chain: 1, token_address: "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", amount: "19990000" },
    { chain: 8453, token_address: "0x0000000000000000000000000000000000000000", amount: "6500000000000001" },
  ],
  tolerance_bps: 50,
};

export const DISPLAY = {
  merchant_name: "Lantern & Sons",
  title: "Order 1042",
  description: "Two lamps, sent tomorrow.",
  items: [{ name: "Desk lamp <small>", quantity: 2, price_text: "€9.00" }],
  price_text: "€18.00",
  support_email: "help@lantern.example",
};

const URLS = {
  success_url: "https://lantern.example/thanks?session={SESSION_ID}",
  cancel_url: "https://lantern.example/cart",
};

export function session(server, fields = {}) {
  return server.client.createCheckoutSession({ payment: TERMS, display: DISPLAY, ...URLS, ...fields });
}

/** An order for the option of this number. */
export function order(server, session, number = 0, fields = {}) {
  const { chain, token_address, amount } = TERMS.options[number];
  return server.client.createOrder({
    type: "swap", recipientAddress: SHOP, srcChain: chain, dstChain: chain, srcTokenAddress: token_address,
    dstTokenAddress: token_address, srcAmount: amount, payload: { expectedDstAmount: amount },
    checkoutSessionId: session.id, ...fields,
  });
}

/** The session's order, as the API shows it. */
export async function orderOf(server, { id }) {
  const { order } = await server.client.getCheckoutSession(id, { include: "order" });
  return order.order;
}

const after = (...actions) => async (server, fields) => {
  const made = await session(server, fields);
  await order(server, made);
  for (const action of actions) await server.press(made.id, action);
  return made;
};

const withoutOrder = (...actions) => async (server, fields) => {
  const made = await session(server, fields);
  for (const action of actions) await server.press(made.id, action);
  return made;
};

/** Sends evidence of the order that this is made of. */
const evidence = (server, { id }, pieces) =>
  server.evidence(id, pieces.map((piece, number) => ({ id: `made-up:${number}`, occurredAt: Date.now(), ...piece })));

const refunding = (...pieces) => async (server, fields) => {
  const made = await session(server, fields);
  const created = await order(server, made);
  await server.press(made.id, "pay");
  await evidence(server, created, [{ kind: "refunding", detail: "NO_ROUTE" }, ...pieces]);
  return made;
};

/** The scenes by name. Those that move the clock come last. */
export const SCENES = {
  choose: withoutOrder(),
  "shop-goes-on": (server, fields) => session(server, { ...fields, payment: null }),
  "order-without-terms": async (server, fields) => {
    const made = await session(server, { ...fields, payment: null });
    await order(server, made);
    return made;
  },
  awaiting: after(),
  "partly-paid": after("pay-half"),
  "other-token": after("pay-other-token"),
  withdrawn: after("pay-half", "reorganise"),
  "undone-by-the-network": after("pay", "reorganise"),
  confirming: after("pay"),
  "paid-too-much": after("pay-too-much"),
  complete: after("pay", "finish"),
  "complete-paid-twice": after("pay", "finish", "pay"),
  failed: after("pay", "fail"),
  refunding: refunding(),
  refunded: refunding({ kind: "refund", chain: 8453, txHash: `0x${"7e".repeat(32)}`, amount: "19990000", status: "success" }),
  "paid-at-a-vendor": async (server, fields) => {
    const made = await session(server, { ...fields, payment: null });
    await order(server, made, 0, { onramp: { vendor: "coinbase", paymentMethod: "card", country: "US" } });
    return made;
  },
  "no-address": async (server, fields) => {
    const made = await session(server, { ...fields, payment: null });
    const solana = { srcChain: 792703809, srcTokenAddress: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v" };
    await order(server, made, 0, solana);
    return made;
  },
  cancelled: after("expire"),
  "cancelled-without-order": withoutOrder("expire"),
  closing: async (server, fields) => {
    const made = await session(server, { ...fields, expires_in: 300 });
    await order(server, made);
    await server.advanceClock(301);
    return made;
  },
  expired: after("wait-deadline"),
  late: after("pay-late"),
  "late-after-a-part": after("pay-half", "pay-late"),
};
