/** A wallet in the browser that is none: it notes its calls and answers as it is told. */

export const BUYER = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";

/** A wallet as extensions announce it: by EIP-6963. `answers` has a result or an error for each method. */
export const announceWallet = (page, answers) =>
  page.addInitScript((answers) => {
    window.walletCalls = [];
    const provider = {
      async request({ method, params }) {
        window.walletCalls.push({ method, params });
        const answer = answers[method];
        if (answer?.code) throw Object.assign(new Error("refused"), answer);
        return answer;
      },
    };
    const info = { uuid: "9f0e5f4c-0000-4000-8000-000000000001", name: "Test Wallet", icon: "data:image/svg+xml,<svg/>", rdns: "test" };
    const announce = () =>
      window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
    window.addEventListener("eip6963:requestProvider", announce);
    announce();
  }, answers);

/** The answers of a wallet that is on another network. */
export const ACCOUNT = { eth_requestAccounts: [BUYER], eth_chainId: "0x1", wallet_switchEthereumChain: null };
