// As the service's documents have it, but for the recipient, which they leave out.
import { AnySpend } from "@b3dotfun/sdk/anyspend";

export function Checkout() {
  return (
    <AnySpend
      defaultActiveTab="fiat"
      destinationTokenAddress="0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
      destinationTokenChainId={8453}
      recipientAddress="0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44"
      checkoutSession={{
        success_url: "https://myshop.com/success?session={SESSION_ID}",
        cancel_url: "https://myshop.com/cancel",
        metadata: { sku: "widget-1" },
      }}
    />
  );
}
