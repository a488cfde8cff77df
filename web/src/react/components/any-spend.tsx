import { sessionOf, textsOf } from "./sale.js";
import { SaleView } from "./sale-view.js";
import type { AnySpendProps, Drawable } from "./props.js";

const LOAD_ORDER = "loadOrder: an order is shown with its session. Give sessionId.";

/** The sentence about `loadOrder`, which all components refuse: a second payment would follow. */
export const refuseOrder = ({ loadOrder }: { loadOrder?: string }): string | null => (loadOrder ? LOAD_ORDER : null);

const IGNORED = [
  ...["defaultActiveTab", "sourceChainId", "sourceTokenAddress", "sourceTokenChainId", "hideTransactionHistoryButton"],
  ...["onTokenSelect", "customUsdInputValues", "hideHeader", "hideBottomNavigation", "disableUrlParamManagement"],
  ...["returnToHomeUrl", "customRecipientLabel", "returnHomeLabel", "classes", "allowDirectTransfer"],
  ...["senderAddress", "slots", "kycEnabled", "showFiatOption"],
] as const;

const NAMES = {
  recipient: "recipientAddress",
  chain: "destinationTokenChainId",
  token: "destinationTokenAddress",
  amount: "destinationTokenAmount",
};

/** Asks for an amount of a token, for a recipient. */
export function AnySpend(props: AnySpendProps): Drawable {
  const read = () => ({
    ...{ names: NAMES, recipient: props.recipientAddress, lines: [] },
    ...{ chain: props.destinationTokenChainId, token: props.destinationTokenAddress },
    ...{ amount: props.destinationTokenAmount ?? null, display: textsOf(props), session: sessionOf(props) },
  });
  const onPaid = ({ paid }: { paid: { tx_hash: string } | null }) => props.onSuccess?.(paid?.tx_hash);
  return (
    <SaleView of={{ component: "AnySpend", props, ignored: IGNORED, refusal: refuseOrder(props), read, onPaid }} />
  );
}
