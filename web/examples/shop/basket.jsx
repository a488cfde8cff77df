/** The React page: the component asks the shop's server for the session when the buyer commits. */
import { createRoot } from "react-dom/client";
import { AnySpendCheckout } from "checkout-sdk/react";
import "checkout-sdk/index.css";

const place = document.getElementById("basket");
const { api, recipient, item, token } = JSON.parse(place.dataset.shop);

async function createSession() {
  const response = await fetch("/buy/react", { method: "POST" });
  if (!response.ok) throw new Error("The shop cannot take orders at the moment.");
  return response.json();
}

createRoot(place).render(
  <AnySpendCheckout
    baseUrl={api}
    createSession={createSession}
    recipientAddress={recipient}
    destinationTokenChainId={token.chain}
    destinationTokenAddress={token.token_address}
    items={[{ name: item.name, quantity: 1, amount: item.amount }]}
    organizationName="Lantern & Sons"
  />,
);
