import { useCheckoutSession } from "@b3dotfun/sdk/anyspend";
import { statusOfNew } from "./branch-service.js";
import { create, retrieve } from "./service.js";

let hooks = "";
try {
  useCheckoutSession("id");
} catch (error) {
  hooks = String(error);
}
const { id } = await create();
const { status, success_url } = await retrieve(id);
console.log(JSON.stringify({ id, status, success_url, branch: await statusOfNew({ metadata: { sku: "s" } }), hooks }));
