/** The vendor's client, with everything left out that is not needed for a payment. */
import { SignClient } from "@walletconnect/sign-client";
import { Memory } from "./memory.js";

export type Client = Awaited<ReturnType<typeof SignClient.init>>;

export interface Setup {
  /** The operator's project at the relay. */
  projectId: string;
  /** The relay's origin, `wss://…`. */
  relayUrl: string;
  /** What the wallet tells its owner about the page. `url` is the page's origin. */
  page: { name: string; url: string };
}

let started: Promise<Client> | undefined;

/** The client of this page. There is one, since the vendor allows one. */
export function clientOf(setup: Setup): Promise<Client> {
  return (started ??= start(setup));
}

async function start({ projectId, relayUrl, page }: Setup): Promise<Client> {
  const client = await SignClient.init({
    projectId,
    relayUrl,
    metadata: { ...page, description: page.name, icons: [] },
    // The vendor keeps sessions in the browser otherwise.
    storage: new Memory(),
    telemetryEnabled: false,
    logger: "silent",
  });
  // It would take the page's icons otherwise, which are none.
  client.metadata.icons = [];
  const { relayer, verify } = client.core;
  // It would open a frame of the vendor's site and tell it the page's origin.
  verify.register = async () => "";
  // It would tell the relay, beside the encrypted message, the chain, the method and the contract.
  const publish = relayer.publish.bind(relayer);
  relayer.publish = (topic, message, options) => publish(topic, message, { ...options, tvf: undefined });
  return client;
}
