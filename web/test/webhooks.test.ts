/** Verification: against messages made here by Node's own HMAC, and against the real server's. */
import { createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createClient, webhooks, type VerifyOptions, type WebhookHeaders } from "../src/index.js";
import { startServer } from "./support/server.js";

const NOW = 1_759_387_251_000;
const SECRET = `whsec_${randomBytes(32).toString("base64")}`;
const OTHER = `whsec_${randomBytes(32).toString("base64")}`;
const BODY = JSON.stringify({ id: "evt_1", type: "checkout.session.completed", data: { object: { name: "Käse" } } });

function sign(secret: string, body = BODY, id = "evt_1", time = NOW / 1000): string {
  const key = Buffer.from(secret.slice(6), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")}`;
}

const headersWith = (signature: string, time: number | string = NOW / 1000) => ({
  "webhook-id": "evt_1",
  "webhook-timestamp": String(time),
  "webhook-signature": signature,
});

const verify = (
  headers: WebhookHeaders,
  {
    body = BODY,
    secret = SECRET as string | string[],
    ...options
  }: VerifyOptions & { body?: string | Uint8Array; secret?: string | string[] } = {},
) => webhooks.verify(body, headers, secret, { now: NOW, ...options });

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "verified",
    ({ code }: { code: string }) => code,
  );

describe("a message is verified", () => {
  test("with its body as text or as bytes", async () => {
    expect(await verify(headersWith(sign(SECRET)))).toEqual(JSON.parse(BODY));
    expect(await verify(headersWith(sign(SECRET)), { body: Buffer.from(BODY) })).toEqual(JSON.parse(BODY));
  });

  test("with the headers of fetch, of Node, and in any letter case", async () => {
    const headers = headersWith(sign(SECRET));
    expect(await codeOf(verify(new Headers(headers)))).toBe("verified");
    expect(await codeOf(verify({ ...headers, "webhook-signature": [headers["webhook-signature"]] }))).toBe("verified");
    const upper = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
    expect(await codeOf(verify(Object.fromEntries(upper)))).toBe("verified");
  });

  test("while a secret is rotated: several signatures, several secrets", async () => {
    const both = `${sign(OTHER)} ${sign(SECRET)}`;
    expect(await codeOf(verify(headersWith(both)))).toBe("verified");
    expect(await codeOf(verify(headersWith(sign(OTHER)), { secret: [SECRET, OTHER] }))).toBe("verified");
    expect(await codeOf(verify(headersWith(`v1a,abc v2,${sign(SECRET).slice(3)} ${sign(SECRET)}`)))).toBe("verified");
  });

  test.each([-300, 300])("that is %i seconds off", async (seconds) => {
    const time = NOW / 1000 + seconds;
    expect(await codeOf(verify(headersWith(sign(SECRET, BODY, "evt_1", time), time)))).toBe("verified");
  });
});

describe("a message is refused", () => {
  test("if its body, id or time is another one", async () => {
    const headers = headersWith(sign(SECRET));
    expect(await codeOf(verify(headers, { body: `${BODY} ` }))).toBe("no_matching_signature");
    expect(await codeOf(verify({ ...headers, "webhook-id": "evt_2" }))).toBe("no_matching_signature");
    expect(await codeOf(verify({ ...headers, "webhook-timestamp": "1759387252" }))).toBe("no_matching_signature");
  });

  test("if it is signed with another secret, in another version or not at all", async () => {
    for (const signature of [sign(OTHER), sign(SECRET).replace("v1,", "v2,"), "v1,", "v1,%%%", "nothing"]) {
      expect(await codeOf(verify(headersWith(signature)))).toBe("no_matching_signature");
    }
  });

  test.each([-301, 301])("if it is %i seconds off, though its signature is right", async (seconds) => {
    const time = NOW / 1000 + seconds;
    const headers = headersWith(sign(SECRET, BODY, "evt_1", time), time);
    expect(await codeOf(verify(headers))).toBe("outside_tolerance");
    expect(await codeOf(verify(headers, { tolerance: 600 }))).toBe("verified");
  });

  test.each(["", "soon", "1e9", "-5", "NaN"])("if its time is %j", async (time) => {
    expect(await codeOf(verify(headersWith(sign(SECRET), time)))).toMatch(/^(invalid_timestamp|missing_header)$/);
  });

  test("if a header is missing", async () => {
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
      const headers: Record<string, string> = headersWith(sign(SECRET));
      delete headers[name];
      expect(await codeOf(verify(headers))).toBe("missing_header");
    }
  });

  test("if the secret is none", async () => {
    for (const secret of ["", "whsec_", "whsec_%%%"]) {
      expect(await codeOf(verify(headersWith(sign(SECRET)), { secret }))).toBe("invalid_secret");
    }
    expect(await codeOf(verify(headersWith(sign(SECRET)), { secret: [] }))).toBe("no_matching_signature");
  });

  test("if it is signed, but is not JSON", async () => {
    expect(await codeOf(verify(headersWith(sign(SECRET, "{")), { body: "{" }))).toBe("invalid_body");
  });

  test("without reading signatures without end", async () => {
    const many = `${`${sign(OTHER)} `.repeat(10_000)}${sign(SECRET)}`;
    expect(await codeOf(verify(headersWith(many)))).toBe("no_matching_signature");
  });
});

interface Message {
  body: Buffer;
  headers: IncomingHttpHeaders;
}

/** Takes the messages that arrive on loopback, one after the other. */
async function startReceiver() {
  const waiting: ((message: Message) => void)[] = [];
  const messages: Message[] = [];
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const message = { body: Buffer.concat(chunks), headers: request.headers };
    const take = waiting.shift();
    if (take) take(message);
    else messages.push(message);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`,
    next: () => {
      const message = messages.shift();
      return message ? Promise.resolve(message) : new Promise<Message>((resolve) => waiting.push(resolve));
    },
    stop: () => receiver.close(),
  };
}

test("the real server's messages are verified, with the old secret and the new one", async () => {
  const server = await startServer();
  const receiver = await startReceiver();
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${server.url}/webhook-endpoints${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return (await answer.json()).data;
  };
  try {
    const endpoint = await post("", { url: receiver.url });
    const { secret } = await post(`/${endpoint.id}/rotate-secret`, {});
    const { id } = await createClient({ baseUrl: server.url }).createCheckoutSession({ metadata: { name: "Käse" } });
    const { body, headers } = await receiver.next();
    for (const known of [endpoint.secret, secret, [OTHER, secret]]) {
      const event = await webhooks.verify(body, headers, known);
      expect(event).toMatchObject({ type: "checkout.session.created", data: { object: { id } } });
    }
    expect(await codeOf(webhooks.verify(body, headers, OTHER))).toBe("no_matching_signature");
    expect(await codeOf(webhooks.verify(`${body} `, headers, secret))).toBe("no_matching_signature");
    void post(`/${endpoint.id}/test`, {});
    const test = await receiver.next();
    expect((await webhooks.verify(test.body, test.headers, secret)).type).toBe("webhook_endpoint.test");
  } finally {
    receiver.stop();
    await server.stop();
  }
});
