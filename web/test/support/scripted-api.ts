/** An API whose answers a test writes, for what the real one cannot be made to do on time. */
import type { CheckoutSession } from "../../src/index.js";

export const START = Date.UTC(2026, 0, 1);
export const SESSION: CheckoutSession = {
  id: "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8",
  status: "open",
  success_url: null,
  cancel_url: null,
  metadata: {},
  client_reference_id: null,
  order_id: null,
  order_status: null,
  expired_reason: null,
  expires_at: new Date(START + 1_800_000).toISOString(),
  created_at: new Date(START).toISOString(),
  url: "https://pay.example/checkout/0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8",
  payment: null,
  display: null,
  paid: null,
};

export interface Scripted {
  status?: number;
  session?: Partial<CheckoutSession>;
  headers?: Record<string, string>;
}

/** An API whose next answers are scripted; the last one stays. */
export class ScriptedApi {
  script: (Scripted | "network error")[] = [{}];
  reads = 0;
  running = 0;
  mostAtOnce = 0;
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve();

  fetch = async (input: RequestInfo | URL): Promise<Response> => {
    if (String(input).endsWith("/payment-options")) return this.#answer(200, { chains: [] });
    this.reads++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
    await this.gate;
    this.running--;
    const next = (this.script.length > 1 ? this.script.shift() : this.script[0]) ?? {};
    if (next === "network error") throw new TypeError("fetch failed");
    const { status = 200, session, headers } = next;
    return this.#answer(status, { ...SESSION, order: null, ...session }, headers);
  };

  #answer(status: number, data: object, headers: Record<string, string> = {}): Response {
    const success = status < 300;
    const error = { code: status === 404 ? "session_not_found" : "unavailable", param: null };
    const body = { success, message: "", statusCode: status, ...(success ? { data } : { error }) };
    return new Response(JSON.stringify(body), { status, headers });
  }
}
