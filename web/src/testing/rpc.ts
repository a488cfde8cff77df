/** JSON-RPC, as nodes and wallets speak it. */

/** A method with its parameters. */
export interface RpcCall {
  method: string;
  params: unknown[];
}

/** A refusal, with a code of JSON-RPC, EIP-1193 or EIP-1474. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/**
 * Calls a node.
 *
 * @throws RpcError if the node refuses.
 */
export async function callNode(url: string, method: string, params: unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { result, error } = (await response.json()) as RpcAnswer;
  if (error) throw new RpcError(error.code, `${method}: ${error.message}`, error.data);
  return result;
}
