/** The local server, started for one file of tests. */
import { join } from "node:path";
import { startServer as start, type CheckoutServer, type ServerOptions } from "../../src/testing/server.js";

export type Server = CheckoutServer;

const BUILT = join(import.meta.dirname, "../../../target/debug/local");

export const startServer = (options: ServerOptions = {}): Promise<Server> =>
  start({ program: process.env.CHECKOUT_SERVER ?? BUILT, ...options });
