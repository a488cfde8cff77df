// As code written for upstream's package uses its components.
import { createRef } from "react";
import {
  AnySpend,
  AnySpendCheckout,
  AnySpendCustom,
  AnySpendCustomExactIn,
  CheckoutSession,
} from "@b3dotfun/sdk/anyspend/react";
import type { CheckoutSessionElement } from "@b3dotfun/sdk/element";
import "@b3dotfun/sdk/index.css";

const recipient = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
const usdc = { chainId: 8453, address: "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", symbol: "USDC", decimals: 6 };

export const element = createRef<CheckoutSessionElement>();

export function Components({ onPaid }: { onPaid: (hash?: string) => void }) {
  return (
    <>
      <AnySpend
        {...{ mode: "modal", recipientAddress: recipient, destinationTokenChainId: 8453, hideHeader: true }}
        destinationTokenAddress={usdc.address}
        slots={{ actionButton: ({ onClick }) => <button onClick={onClick} />, footer: <i>Ours</i> }}
        onTokenSelect={(token, event) => event.preventDefault()}
        onSuccess={onPaid}
      />
      <AnySpendCustom
        {...{ dstChainId: 8453, dstToken: usdc, dstAmount: "1", recipientAddress: recipient, metadata: {} }}
        header={({ anyspendPrice, isLoadingAnyspendPrice }) => <b>{isLoadingAnyspendPrice ? "…" : anyspendPrice}</b>}
        onSuccess={(hash) => onPaid(hash)}
      />
      <AnySpendCustomExactIn
        {...{ recipientAddress: recipient, destinationToken: usdc, destinationChainId: 8453, preferEoa: true }}
        onSuccess={(amount) => onPaid(amount)}
      />
      <AnySpendCheckout
        {...{ mode: "embedded", recipientAddress: recipient, destinationTokenChainId: 8453, themeColor: "#0f766e" }}
        destinationTokenAddress={usdc.address}
        items={[{ name: "Lamp", amount: "1", quantity: 1, imageUrl: "https://shop.example/lamp.png" }]}
        shipping={{ amount: "1", label: "Post" }}
        onSuccess={({ txHash }) => onPaid(txHash)}
      />
      <CheckoutSession
        ref={element}
        sessionId="0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8"
        baseUrl="https://pay.shop.example"
        onComplete={(event) => (event.preventDefault(), onPaid(event.detail.session.paid?.tx_hash))}
        onChange={({ detail }) => console.log(detail.state.name)}
      />
    </>
  );
}
