/**
 * The components' properties: upstream's names, and a few of ours. No type here is React's or the browser's, so that
 * servers which have neither compile too.
 */
import type { Address, BaseUnits, ChainId, Metadata } from "../../types/index.js";

/** Anything that React draws. */
export type Drawable = any;

/** The session that a component creates, beside its payment terms and texts. */
export interface CheckoutSessionProp {
  /** Where the buyer goes after `complete`. May contain `{SESSION_ID}`. */
  success_url?: string;
  /** Where the buyer goes who does not want to pay. */
  cancel_url?: string;
  metadata?: Metadata;
  client_reference_id?: string;
  /** Seconds, 300 to 86,400. */
  expires_in?: number;
}

/** A token as upstream describes it. Its decimals are taken from the deployment's list, not from here. */
export interface TokenProp {
  address: Address;
  chainId?: ChainId;
  symbol?: string;
  name?: string;
  decimals?: number;
  metadata?: Metadata;
}

/** Properties that all components have. */
export interface SharedProps {
  checkoutSession?: CheckoutSessionProp;
  /** A session that your server has created. It is shown at once, without a button. */
  sessionId?: string;
  /** Asks your server for a session when the buyer presses the button. Needed where API keys are on. */
  createSession?: () => Promise<{ id: string }>;
  /** The deployment's URL. Without it, the one of `configure`. */
  baseUrl?: string;
  /** The language of the checkout, such as `de`. */
  lang?: string;
  recipientAddress?: Address;
  buttonText?: string;
  footer?: Drawable;
  content?: ContentProp;
  theme?: { brandColor?: string; colors?: Record<string, string> };
  onError?: (error: Error) => void;
  /** Upstream's order of an earlier visit. Refused: show its session with `sessionId`. */
  loadOrder?: string;
  /** Sent as the session's `metadata`. */
  callbackMetadata?: Metadata;
  clientReferenceId?: string;
}

export interface ContentProp {
  retryButtonLabel?: string;
  [text: string]: Drawable;
}

/** Upstream's properties that change nothing here. They are named in the console while you develop. */
type Ignored<Name extends string> = { [Each in Name]?: any } & {
  slots?: { [slot: string]: IgnoredCall | object | string | boolean | null | undefined };
};

/** Such a property that is called in upstream: not plain `any`, so that parameters need no types. */
type IgnoredCall = (...values: any[]) => any;
type IgnoredCalls<Name extends string> = { [Each in Name]?: IgnoredCall };

interface AnySpendOwn extends SharedProps {
  /** `modal` shows the checkout in a dialog. */
  mode?: "page" | "modal";
  destinationTokenAddress?: Address;
  destinationTokenChainId?: ChainId;
  /** In base units. Without it, the buyer types an amount. */
  destinationTokenAmount?: BaseUnits;
  /** Called once the session is `complete`, with the hash of the transaction that paid the recipient. */
  onSuccess?: (txHash?: string) => void;
}

export type AnySpendProps = AnySpendOwn &
  Ignored<
    | "defaultActiveTab"
    | "sourceChainId"
    | "sourceTokenAddress"
    | "sourceTokenChainId"
    | "hideTransactionHistoryButton"
    | "customUsdInputValues"
    | "hideHeader"
    | "hideBottomNavigation"
    | "disableUrlParamManagement"
    | "returnToHomeUrl"
    | "customRecipientLabel"
    | "returnHomeLabel"
    | "classes"
    | "allowDirectTransfer"
    | "senderAddress"
    | "kycEnabled"
    | "showFiatOption"
  > &
  IgnoredCalls<"onTokenSelect">;

interface CustomHeader {
  anyspendPrice: undefined;
  isLoadingAnyspendPrice: boolean;
}

interface AnySpendCustomOwn extends SharedProps {
  mode?: "modal" | "page";
  dstChainId?: ChainId;
  dstToken?: TokenProp;
  /** In base units. Without it, the buyer types an amount. */
  dstAmount?: BaseUnits;
  metadata?: any;
  header?: (price: CustomHeader) => Drawable;
  onSuccess?: (txHash?: string) => void;
  /** Only a plain payment is possible: any type but `swap`, and any call of a contract, is refused. */
  orderType?: string;
  contractAddress?: Address;
  encodedData?: string;
  spenderAddress?: Address;
}

export type AnySpendCustomProps = AnySpendCustomOwn &
  Ignored<
    | "activeTab"
    | "forceFiatPayment"
    | "srcFiatAmount"
    | "showRecipient"
    | "classes"
    | "senderAddress"
    | "returnToHomeUrl"
    | "returnHomeLabel"
    | "customRecipientLabel"
    | "kycEnabled"
  > &
  IgnoredCalls<"onShowPointsDetail">;

interface AnySpendCustomExactInOwn extends SharedProps {
  mode?: "modal" | "page";
  destinationToken?: TokenProp;
  destinationChainId?: ChainId;
  header?: (price: CustomHeader) => Drawable;
  mainFooter?: Drawable;
  /** Called once the session is `complete`, with the amount that the recipient got, in base units. */
  onSuccess?: (amount: BaseUnits) => void;
  /** Only a plain payment is possible: any type but `swap`, and any call of a contract, is refused. */
  orderType?: string;
  customExactInConfig?: any;
}

export type AnySpendCustomExactInProps = AnySpendCustomExactInOwn &
  Ignored<
    | "paymentType"
    | "sourceTokenAddress"
    | "sourceTokenChainId"
    | "minDestinationAmount"
    | "customUsdInputValues"
    | "preferEoa"
    | "classes"
    | "senderAddress"
    | "returnToHomeUrl"
    | "returnHomeLabel"
    | "customRecipientLabel"
    | "kycEnabled"
  > &
  IgnoredCalls<"onTokenSelect">;

export interface CheckoutItem {
  id?: string;
  name: string;
  description?: string;
  imageUrl?: string;
  /** The price of one, in base units of the token. */
  amount: BaseUnits;
  quantity: number;
  /** Shown after the name. */
  metadata?: Record<string, string>;
}

export interface CheckoutSummaryLine {
  label: string;
  /** In base units. Below 0 for a deduction. */
  amount: string;
  description?: string;
}

/** An amount in base units, with or without a label. */
export type Charge = BaseUnits | { amount: BaseUnits; label?: string; rate?: string; code?: string };

interface AnySpendCheckoutOwn extends SharedProps {
  mode?: "page" | "embedded" | "modal";
  destinationTokenAddress?: Address;
  destinationTokenChainId?: ChainId;
  items?: CheckoutItem[];
  /** In base units. Without it, the sum of the items, charges and summary lines. */
  totalAmount?: BaseUnits;
  shipping?: Charge;
  tax?: Charge;
  discount?: Charge;
  summaryLines?: CheckoutSummaryLine[];
  organizationName?: string;
  organizationLogo?: string;
  /** `#` and six hex digits. */
  themeColor?: string;
  /** Another name of `sessionId`. */
  checkoutSessionId?: string;
  /** Used in place of a missing `checkoutSession.success_url`. */
  returnUrl?: string;
  onSuccess?: (result: { txHash?: string; orderId?: string }) => void;
  /** Refused, since each asks the buyer for something: ask in your own form, and give the total. */
  formSchema?: any;
  formComponent?: any;
  shippingOptions?: any;
  collectShippingAddress?: boolean;
  enableDiscountCode?: boolean;
  variablePricing?: any;
  feeOnTop?: any;
}

export type AnySpendCheckoutProps = AnySpendCheckoutOwn &
  Ignored<
    "returnLabel" | "classes" | "defaultPaymentMethod" | "senderAddress" | "showPoints" | "showOrderId" | "kycEnabled"
  > &
  IgnoredCalls<"onFormSubmit" | "onShippingChange" | "onDiscountApplied" | "validateDiscount">;
