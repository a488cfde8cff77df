/** A proxy on loopback that misbehaves as told, in front of the real server. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * `pass` forwards. `lose` forwards, and then breaks the connection: the answer is lost. `refuse` breaks it at once.
 * `hang` never answers. A status is answered as API Gateway would, without the envelope.
 */
export type Fault =
  "pass" | "lose" | "refuse" | "hang" | { status: number; headers?: Record<string, string>; body?: string };

export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface FaultyProxy {
  url: string;
  /** What happens to the next requests, in order; `pass` once they are used up. */
  faults: Fault[];
  seen: SeenRequest[];
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function forward(target: string, { method, path, headers, body }: SeenRequest): Promise<Response> {
  const kept = Object.entries(headers).filter(([name]) => /^(authorization|x-api-key|idempotency-key)$/.test(name));
  return fetch(target + path, { method, headers: kept as [string, string][], body: body || undefined });
}

async function answer(target: string, fault: Fault, seen: SeenRequest, response: ServerResponse): Promise<void> {
  if (fault === "hang") return;
  if (fault === "refuse") return void response.destroy();
  if (typeof fault === "object") {
    const body = fault.body ?? '{"message":"Try later"}';
    return void response.writeHead(fault.status, { date: new Date().toUTCString(), ...fault.headers }).end(body);
  }
  const answered = await forward(target, seen);
  const text = await answered.text();
  if (fault === "lose") return void response.destroy();
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(text);
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const faults: Fault[] = [];
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers: headers as Record<string, string>, body: await bodyOf(request) };
    seen.push(one);
    await answer(target, faults.shift() ?? "pass", one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
