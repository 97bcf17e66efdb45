import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static void wait_a_little(void) { usleep(1000 * atoi(getenv("SYNC_MS"))); }
int fsync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  wait_a_little();
  return real(file);
}
int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  wait_a_little();
  return real(file);
}
`;

/**
 * The environment of a process whose every sync takes so many milliseconds longer, as on a real
 * disk; undefined where there is no C compiler to make the shim with.
 */
export function slowDisk(syncMs: number): Record<string, string> | undefined {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-slow-disk-"));
  const [source, library] = [join(folder, "slow.c"), join(folder, "slow.so")];
  writeFileSync(source, SOURCE);
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
  return status === 0 ? { LD_PRELOAD: library, SYNC_MS: String(syncMs) } : undefined;
}
