import type { Display } from "../../types/index.js";
import { refuseOrder } from "./any-spend.js";
import { cartOf } from "./cart.js";
import type { AnySpendCheckoutProps, Drawable } from "./props.js";
import { sessionOf, textsOf, type Sale } from "./sale.js";
import { SaleView } from "./sale-view.js";

const IGNORED = [
  ...["returnLabel", "classes", "defaultPaymentMethod", "senderAddress", "slots", "showPoints", "showOrderId"],
  ...["onFormSubmit", "onShippingChange", "onDiscountApplied", "validateDiscount", "kycEnabled"],
] as const;

/** Each asks the buyer for something that the price or the delivery depends on. */
const ASKING = [
  ...["formSchema", "formComponent", "shippingOptions", "collectShippingAddress", "enableDiscountCode"],
  ...["variablePricing", "feeOnTop"],
] as const;

const NAMES = {
  recipient: "recipientAddress",
  chain: "destinationTokenChainId",
  token: "destinationTokenAddress",
  amount: "totalAmount",
};

/** The sentence that refuses forms; null without any. Upstream takes an empty list for none. */
export function refuseForms(props: AnySpendCheckoutProps): string | null {
  const isGiven = (value: unknown) => Boolean(value) && !(Array.isArray(value) && value.length === 0);
  const found = ASKING.filter((name) => isGiven(props[name]));
  if (found.length === 0) return null;
  return `${found.join(", ")}: this checkout asks the buyer for nothing. Ask in your own form, and give totalAmount.`;
}

const isSecure = (url: string) => /^https:/i.test(url);

/** The one image of the texts: the shop's, or the only item's. The API takes no image but over https. */
function imageOf({ organizationLogo, items = [] }: AnySpendCheckoutProps): string | undefined {
  const image = organizationLogo ?? (items.length === 1 ? items[0]?.imageUrl : undefined);
  return image && isSecure(image) ? image : undefined;
}

function displayOf(props: AnySpendCheckoutProps): Display {
  const { organizationName, items = [] } = props;
  const image = imageOf(props);
  const description = items.length === 1 ? items[0]?.description : undefined;
  return {
    ...(organizationName !== undefined && { merchant_name: organizationName }),
    ...(image && { image_url: image }),
    ...(description && { description }),
    ...textsOf(props, props.themeColor ?? props.theme?.brandColor),
  };
}

export function readCheckout(props: AnySpendCheckoutProps): Sale {
  const { checkoutSession, returnUrl } = props;
  const { lines, total } = cartOf(props);
  return {
    ...{ names: NAMES, recipient: props.recipientAddress, lines },
    ...{ chain: props.destinationTokenChainId, token: props.destinationTokenAddress },
    ...{ amount: String(total), display: displayOf(props) },
    session: sessionOf({ ...props, checkoutSession: { success_url: returnUrl, ...checkoutSession } }),
  };
}

/** Asks for the price of a cart, and shows its lines. */
export function AnySpendCheckout(props: AnySpendCheckoutProps): Drawable {
  const { organizationLogo: logo, sessionId = props.checkoutSessionId } = props;
  const ignored = logo && !isSecure(logo) ? [...IGNORED, "organizationLogo"] : IGNORED;
  return (
    <SaleView
      of={{
        ...{ component: "AnySpendCheckout", props: { ...props, sessionId }, ignored },
        refusal: refuseOrder(props) ?? refuseForms(props),
        read: () => readCheckout(props),
        onPaid: ({ paid, order_id }) => props.onSuccess?.({ txHash: paid?.tx_hash, orderId: order_id ?? undefined }),
      }}
    />
  );
}
