/** A merchant's project in a temporary folder, with the packed package installed under upstream's name. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const WEB = join(import.meta.dirname, "../..");

export interface Merchant {
  folder: string;
  /** Compiles the files, as strict as TypeScript can be, with the package's own types checked too. */
  compile(files: string[], options?: object): Promise<void>;
  node(file: string, options: { env?: Record<string, string>; imports?: string[]; args?: string[] }): Promise<string>;
  remove(): Promise<void>;
}

async function output(command: string, args: string[], options: object): Promise<string> {
  const { stdout } = await run(command, args, options).catch(({ stdout, stderr }) => {
    throw new Error(`${command} ${args.join(" ")}:\n${stdout}${stderr}`);
  });
  return stdout;
}

/** `linked` names the packages that the merchant has beside ours. */
export async function merchantWith(linked: string[]): Promise<Merchant> {
  const folder = await mkdtemp(join(tmpdir(), "merchant-"));
  await output("npm", ["pack", "--pack-destination", folder], { cwd: WEB });
  const dependencies = { "@b3dotfun/sdk": "file:checkout-sdk-0.1.0.tgz" };
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
  await output("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder });
  for (const name of linked) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(WEB, "node_modules", name), link);
  }
  await cp(join(WEB, "test/merchant"), join(folder, "src"), { recursive: true });
  return {
    folder,
    compile: async (files, options = {}) => {
      const compilerOptions = {
        ...{ target: "es2022", module: "nodenext", strict: true, skipLibCheck: false, outDir: "out", rootDir: "src" },
        ...options,
      };
      const include = files.map((file) => `src/${file}`);
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: include }));
      await output(process.execPath, [join(WEB, "node_modules/typescript/bin/tsc"), "-p", "."], { cwd: folder });
    },
    node: (file, { env = {}, imports = [], args = [] }) => {
      const flags = imports.flatMap((name) => ["--import", name]);
      return output(process.execPath, [...flags, `out/${file}`, ...args], {
        cwd: folder,
        env: { ...process.env, ...env },
      });
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
