/** The part of the wallet that runs in the page. */
import type { RpcCall } from "./rpc.js";
import type { WalletReply } from "./wallet.js";

export interface Announcement {
  /** The function on `window` that answers calls. */
  binding: string;
  uuid: string;
  name: string;
}

/** Announces the wallet by EIP-6963. The function is sent to the page as text, so it uses nothing from around it. */
export function announceWallet({ binding, uuid, name }: Announcement): void {
  // Not in frames: they would announce it a second time to nobody.
  if (window !== window.top) return;
  const bindings = window as unknown as Record<string, (call: RpcCall) => Promise<WalletReply>>;
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const of = (event: string) => listeners.get(event) ?? listeners.set(event, new Set()).get(event)!;
  const emit = (event: string, value: unknown) => of(event).forEach((listener) => listener(value));
  const provider = {
    async request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
      const reply = await bindings[binding]!({ method, params });
      if ("error" in reply) throw Object.assign(new Error(reply.error.message), reply.error);
      if (method === "eth_requestAccounts") emit("accountsChanged", reply.result);
      if (/^wallet_(add|switch)EthereumChain$/.test(method)) {
        emit("chainChanged", (params[0] as { chainId: string }).chainId);
      }
      return reply.result;
    },
    on(event: string, listener: (value: unknown) => void) {
      of(event).add(listener);
      return provider;
    },
    removeListener(event: string, listener: (value: unknown) => void) {
      of(event).delete(listener);
      return provider;
    },
  };
  const icon =
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0h1v1z'/></svg>";
  const detail = Object.freeze({ info: Object.freeze({ uuid, name, icon, rdns: "test.wallet" }), provider });
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}
