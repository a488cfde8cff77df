import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Branch } from "./branch-hooks.js";
import { Create, Status } from "./hooks.js";

const sessionId = process.argv[2] as string;
const created: string[] = [];
const root = document.body.appendChild(document.createElement("div"));
const text = (id: string) => document.getElementById(id)?.textContent ?? "";

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2000) throw new Error(`${condition} never came true: ${root.innerHTML}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

createRoot(root).render(
  <QueryClientProvider client={new QueryClient()}>
    <Create />
    <Status sessionId={sessionId} />
    <Branch onCreated={(id) => created.push(id)} />
  </QueryClientProvider>,
);
await until(() => text("status") === "open open");
document.getElementById("create")?.click();
document.getElementById("branch")?.click();
await until(() => /^[0-9a-f-]{36}$/.test(text("create")) && text("branch") === "open" && created.length === 1);
console.log(JSON.stringify({ status: text("status"), created }));
process.exit(0);
