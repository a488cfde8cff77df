// Gives a Node program the globals of a page that React needs, and keeps Node's own fetch.
import { Window } from "happy-dom";

const window = new Window({ url: "http://shop.example/" });
for (const name of ["document", "navigator", "HTMLElement", "HTMLIFrameElement", "Node", "Event"]) {
  // Newer Nodes have some of them as accessors.
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}
globalThis.window = window;
