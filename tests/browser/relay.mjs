/** A relay of WalletConnect on loopback, as far as the published client uses one: mailboxes by topic. It verifies no
 * token, and keeps what it is told. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocketServer } from "ws";

export async function startRelay() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const told = [];
  const mailboxes = new Map();
  const mailbox = (topic) => {
    if (!mailboxes.has(topic)) mailboxes.set(topic, { letters: [], readers: new Map() });
    return mailboxes.get(topic);
  };
  server.on("connection", (socket, { url, headers: { origin } }) => {
    told.push({ origin, method: "connect", params: { url } });
    socket.on("message", (text) => {
      const { id, method, params } = JSON.parse(text);
      // Without a method it is the receipt of a letter.
      if (!method) return;
      told.push({ origin, method, params });
      socket.send(JSON.stringify({ id, jsonrpc: "2.0", result: answer(mailbox, socket, method, params) }));
    });
  });
  const stop = () => {
    server.clients.forEach((socket) => socket.terminate());
    return new Promise((done) => server.close(done));
  };
  return { url: `ws://127.0.0.1:${server.address().port}`, told, stop };
}

function answer(mailbox, socket, method, params) {
  const publish = (topic, message) => post(mailbox(topic), socket, { topic, message, publishedAt: Date.now() });
  const subscribe = (topic) => read(mailbox(topic), socket);
  switch (method) {
    case "irn_subscribe":
      return subscribe(params.topic);
    case "irn_batchSubscribe":
      return params.topics.map(subscribe);
    case "irn_unsubscribe":
      return mailbox(params.topic).readers.delete(socket);
    case "irn_publish":
      return publish(params.topic, params.message);
    // These two stand for several of the calls above.
    case "wc_proposeSession":
      subscribe(params.pairingTopic);
      return publish(params.pairingTopic, params.sessionProposal);
    case "wc_approveSession":
      subscribe(params.sessionTopic);
      publish(params.pairingTopic, params.sessionProposalResponse);
      return publish(params.sessionTopic, params.sessionSettlementRequest);
    default:
      throw new Error(`the client calls ${method}`);
  }
}

/** Subscribes to a mailbox and gets what others have put there. */
function read({ letters, readers }, socket) {
  const subscription = readers.get(socket) ?? randomUUID();
  const isNew = !readers.has(socket);
  readers.set(socket, subscription);
  if (isNew) for (const { sender, letter } of letters) if (sender !== socket) deliver(socket, subscription, letter);
  return subscription;
}

function post({ letters, readers }, sender, letter) {
  letters.push({ sender, letter });
  for (const [socket, subscription] of readers) if (socket !== sender) deliver(socket, subscription, letter);
  return true;
}

let deliveries = 0;

function deliver(socket, subscription, data) {
  deliveries += 1;
  const params = { id: subscription, data };
  socket.send(JSON.stringify({ id: deliveries, jsonrpc: "2.0", method: "irn_subscription", params }));
}
