import { refuseOrder } from "./any-spend.js";
import type { PropNames } from "./problems.js";
import type { AnySpendCustomExactInProps, AnySpendCustomProps, Drawable } from "./props.js";
import { sessionOf, textsOf, type Sale } from "./sale.js";
import { SaleView } from "./sale-view.js";

const IGNORED = [
  ...["activeTab", "forceFiatPayment", "srcFiatAmount", "showRecipient", "onShowPointsDetail", "paymentType"],
  ...["sourceTokenAddress", "sourceTokenChainId", "minDestinationAmount", "onTokenSelect", "customUsdInputValues"],
  ...["preferEoa", "classes", "slots", "senderAddress", "returnToHomeUrl", "returnHomeLabel", "customRecipientLabel"],
  "kycEnabled",
] as const;

/** Upstream's properties that ask for a call of a contract, or for an order that is more than a payment. */
interface Calls {
  orderType?: string;
  contractAddress?: string;
  encodedData?: string;
  spenderAddress?: string;
  customExactInConfig?: unknown;
  functionName?: unknown;
}

/**
 * The sentence that refuses a call of a contract; null for a plain payment. Taking the money alone would leave the
 * buyer without what they pay for.
 */
export function refuseCalls(props: Calls): string | null {
  const { orderType = "swap", encodedData = "0x", contractAddress, spenderAddress, customExactInConfig } = props;
  const found = [
    orderType !== "swap" && `orderType "${orderType}"`,
    encodedData !== "0x" && encodedData !== "" && "encodedData",
    contractAddress && "contractAddress",
    spenderAddress && "spenderAddress",
    customExactInConfig && "customExactInConfig",
    props.functionName && "functionName",
  ].filter(Boolean);
  if (found.length === 0) return null;
  return `${found.join(", ")}: this checkout takes plain payments only. It would take the money, and call no contract.`;
}

function headerOf({ header }: Pick<AnySpendCustomProps, "header">): Drawable {
  return header?.({ anyspendPrice: undefined, isLoadingAnyspendPrice: false });
}

const CUSTOM: PropNames = {
  recipient: "recipientAddress",
  chain: "dstChainId",
  token: "dstToken",
  amount: "dstAmount",
};

/** Asks for a payment in a token. A call of a contract is refused. */
export function AnySpendCustom(props: AnySpendCustomProps): Drawable {
  const { recipientAddress: recipient, dstToken, dstAmount = null, metadata, callbackMetadata } = props;
  const read = (): Sale => ({
    ...{ names: CUSTOM, recipient, chain: props.dstChainId ?? dstToken?.chainId, token: dstToken?.address },
    ...{ amount: dstAmount, lines: [], display: textsOf(props) },
    session: sessionOf(props, { ...metadata, ...callbackMetadata }),
  });
  return (
    <SaleView
      of={{
        ...{ component: "AnySpendCustom", props, ignored: IGNORED, read, header: headerOf(props) },
        refusal: refuseOrder(props) ?? refuseCalls(props),
        onPaid: ({ paid }) => props.onSuccess?.(paid?.tx_hash),
      }}
    />
  );
}

const EXACT_IN: PropNames = {
  recipient: "recipientAddress",
  chain: "destinationChainId",
  token: "destinationToken",
  amount: "the amount with AnySpend",
};

/** Asks the buyer for an amount of a token. A call of a contract is refused. */
export function AnySpendCustomExactIn(props: AnySpendCustomExactInProps): Drawable {
  const { recipientAddress: recipient, destinationToken, mainFooter } = props;
  const read = (): Sale => ({
    ...{ names: EXACT_IN, recipient, chain: props.destinationChainId ?? destinationToken?.chainId },
    ...{ token: destinationToken?.address, amount: null, lines: [] },
    ...{ display: textsOf(props), session: sessionOf(props) },
  });
  return (
    <SaleView
      of={{
        ...{ component: "AnySpendCustomExactIn", ignored: IGNORED, read, header: headerOf(props) },
        props: { ...props, footer: props.footer ?? mainFooter },
        refusal: refuseOrder(props) ?? refuseCalls(props),
        onPaid: ({ paid }) => paid && props.onSuccess?.(paid.amount),
      }}
    />
  );
}
