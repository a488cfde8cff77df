import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // Tests start servers of their own, so that one file's clock does not move another's.
    pool: "forks",
    silent: "passed-only",
    maxWorkers: 2,
    // Long enough for a busy machine: nothing waits for these to pass.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
