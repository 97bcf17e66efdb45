import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Sleeps in front of each sync, as a disk that has none of it in a cache. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
static void rest(void) {
  const char *text = getenv("SLOW_SYNC_MS");
  long ms = text ? atol(text) : 0;
  struct timespec wait = { ms / 1000, (ms % 1000) * 1000000L };
  nanosleep(&wait, NULL);
}
int fsync(int fd) { rest(); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { rest(); return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
`;

/** A library that makes each sync of a process slower; null where there is no C compiler. */
export class SlowSync {
  readonly #folder: string;

  static build(): SlowSync | null {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-slow-sync-"));
    writeFileSync(join(folder, "slow.c"), SOURCE);
    const args = [
      "-shared",
      "-fPIC",
      "-o",
      join(folder, "slow.so"),
      join(folder, "slow.c"),
      "-ldl",
    ];
    const built = spawnSync("cc", args, { stdio: "ignore" });
    return built.status === 0 ? new SlowSync(folder) : null;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  environment(ms: number): Record<string, string> {
    return { LD_PRELOAD: join(this.#folder, "slow.so"), SLOW_SYNC_MS: `${ms}` };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
