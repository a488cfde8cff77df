/** Programs that run as long as a test needs them. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Program {
  /** The first group of the announcement. */
  announced: string;
  /** Ends the program, and waits until it has ended. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  program: string;
  args: string[];
  env?: Record<string, string> | undefined;
  /** Matches the output once the program is ready. */
  announcement: RegExp;
  /** The advice for a reader who does not have the program. */
  remedy: string;
}

/** The characters of output that an error shows. */
const SHOWN_OUTPUT = 4_000;

/**
 * Starts a program and waits for its announcement. It ends with this process at the latest.
 *
 * @throws If the program is not there, or ends first; the message has its output.
 */
export async function startProgram({ program, args, env, announcement, remedy }: ProgramOptions): Promise<Program> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const ended = once(child, "close").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Error(`${program} was not found. ${remedy}`) : error;
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  const output = { text: "" };
  const failed = ended.then(([code, signal]) => {
    throw new Error(`${program} ended with ${code ?? signal}:\n${output.text.slice(-SHOWN_OUTPUT)}`);
  });
  const announced = await Promise.race([firstMatch(child, announcement, output), failed]).catch((error) => {
    process.off("exit", kill);
    throw error;
  });
  failed.catch(() => {});
  return {
    announced,
    stop: async () => {
      process.off("exit", kill);
      child.kill();
      await ended;
    },
  };
}

function firstMatch(child: ChildProcess, announcement: RegExp, output: { text: string }): Promise<string> {
  return new Promise((resolve) => {
    const read = (chunk: Buffer) => {
      output.text += String(chunk);
      const found = announcement.exec(output.text)?.[1];
      if (found === undefined) return;
      // All that follows is read, since a full pipe would stop the program; warnings are shown.
      child.stdout?.off("data", read).resume();
      child.stderr?.off("data", read).on("data", (warning: Buffer) => process.stderr.write(warning));
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", read);
  });
}
