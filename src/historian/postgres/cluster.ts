import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** For tests: a PostgreSQL of their own, on a free port of this machine. */
export type Cluster = {
  /** Of a database, which is made where it is missing. */
  database(name: string): string;
  start(): void;
  /** `immediate`: connections break, and nothing is put in order before. */
  stop(mode: "fast" | "immediate"): void;
  /** Of its process, whose children serve a connection each. */
  pid(): number;
  close(): void;
};

/** The processes of a test end, the machine does not: nothing has to reach its disk. */
const FOR_TESTS = "fsync = off";
const SETTINGS = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''";

const ROOT = "/usr/lib/postgresql";

/** Undefined where this machine has no PostgreSQL. */
export async function startCluster(more = FOR_TESTS): Promise<Cluster | undefined> {
  const programs = programsFolder();
  if (!programs) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(folder, "data");
  // PostgreSQL refuses to be root; somebody else needs a way to the folder then.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) call("chown", ["postgres", folder]);
  chmodSync(folder, 0o755);
  const run = (program: string, args: readonly string[]) => {
    const line = [join(programs, program), ...args];
    if (isRoot)
      call("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", ...line]);
    else call(line[0] ?? "", line.slice(1));
  };
  run("initdb", ["-D", data, "-U", "fieldline", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]);
  const port = await freePort();
  writeFileSync(join(data, "postgresql.auto.conf"), `${SETTINGS}\n${more}\nport = ${port}\n`);
  const start = () => run("pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "start"]);
  const stop = (mode: string) => run("pg_ctl", ["-D", data, "-w", "-m", mode, "stop"]);
  start();
  const made = new Set<string>();
  return {
    database(name) {
      const address = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "fieldline"];
      if (!made.has(name)) run("createdb", [...address, name]);
      made.add(name);
      return `postgres://fieldline@127.0.0.1:${port}/${name}`;
    },
    start,
    stop,
    pid: () => Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8"), 10),
    close() {
      stop("immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of the newest version. */
function programsFolder(): string | undefined {
  if (!existsSync(ROOT)) return undefined;
  const newest = readdirSync(ROOT)
    .toSorted((one, other) => Number(one) - Number(other))
    .at(-1);
  return newest && join(ROOT, newest, "bin");
}

function call(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
