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
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../lib/port.ts";

/** For tests: a PostgreSQL of their own, on a free port of this machine. */
export type Cluster = {
  /** Of a database, which is made where it is missing. */
  database(name: string): string;
  start(): void;
  /** `immediate`: connections break, and nothing is put in order before. */
  stop(mode: "fast" | "immediate"): void;
  /** Host and port. */
  readonly address: string;
  /** Another one that follows this. */
  standby(): Promise<Cluster>;
  /** A standby goes on by itself, whatever became of the one that it followed. */
  promote(): void;
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
  const place = makePlace(programs);
  const { run, data } = place;
  run("initdb", ["-D", data, "-U", "fieldline", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]);
  return startIn(place, `${SETTINGS}\n${more}`);
}

type Place = {
  readonly programs: string;
  readonly folder: string;
  readonly data: string;
  readonly run: (program: string, args: readonly string[]) => void;
};

function makePlace(programs: string): Place {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
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
  return { programs, folder, data: join(folder, "data"), run };
}

async function startIn({ programs, folder, data, run }: Place, settings: string): Promise<Cluster> {
  const port = await freePort();
  const file = join(data, "postgresql.auto.conf");
  writeFileSync(file, `${settings}\nport = ${port}\n`, { flag: "a" });
  const control = (...words: readonly string[]) => run("pg_ctl", ["-D", data, "-w", ...words]);
  const start = () => control("-l", join(folder, "log"), "start");
  const address = ["-h", "127.0.0.1", "-p", `${port}`, "-U", "fieldline"];
  start();
  const made = new Set<string>();
  return {
    address: `127.0.0.1:${port}`,
    database(name) {
      if (!made.has(name)) run("createdb", [...address, name]);
      made.add(name);
      return `postgres://fieldline@127.0.0.1:${port}/${name}`;
    },
    start,
    stop: (mode) => control("-m", mode, "stop"),
    pid: () => Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8"), 10),
    standby() {
      const place = makePlace(programs);
      run("pg_basebackup", [...address, "-D", place.data, "-R", "-X", "stream", "-c", "fast"]);
      return startIn(place, "");
    },
    promote: () => control("promote"),
    close() {
      control("-m", "immediate", "stop");
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
