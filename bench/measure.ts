import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What `getconf CLK_TCK` says on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Processor time of a process with all its threads, so far. */
export function cpuSecondsOf(pid: number): number {
  const [, afterName = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = afterName.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory of a process that lies in RAM, in MB of 10^6 bytes. */
export function residentMegabytes(pid: number): number {
  return megabytesOf(pid, "VmRSS");
}

/** The most that was ever resident. */
export function highestMegabytes(pid: number): number {
  return megabytesOf(pid, "VmHWM");
}

function megabytesOf(pid: number, line: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  // A process that is just ending has no such line, and no memory.
  return (Number(new RegExp(`${line}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024) / 1e6;
}

/** `--messages 400000` over the number in `fallbacks`; a name that is not there is a mistake. */
export function optionsOf<T extends Record<string, number>>(fallbacks: T): T {
  const options: Record<string, number> = { ...fallbacks };
  const args = process.argv.slice(2);
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]?.replace(/^--/, "") ?? "";
    const value = Number(args[at + 1]);
    if (!(name in fallbacks) || !Number.isFinite(value)) {
      throw new Error(`options: ${Object.keys(fallbacks).map((known) => `--${known} N`)}`);
    }
    options[name] = value;
  }
  return options as T;
}

export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);
  line(names);
  line(names.map(() => "---"));
  for (const row of rows) line(names.map((name) => row[name] ?? ""));
}

/** A number as a person reads it: three digits that count. */
export function rounded(number: number): number {
  return Number(number.toPrecision(3));
}

/**
 * Runs one of our own scripts in a process of its own; it says one line of JSON at its end, and
 * some say something before that.
 */
export async function runScript<T>(
  file: string,
  options: object,
  onFirstWord: () => void = () => {},
): Promise<T> {
  const path = new URL(file, import.meta.url).pathname;
  return runNode(["--import", "tsx", path, JSON.stringify(options)], onFirstWord);
}

/** The last line that Node says, as JSON. */
export async function runNode<T>(
  args: readonly string[],
  onFirstWord: () => void = () => {},
): Promise<T> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.once("data", onFirstWord);
  child.stdout.on("data", (data) => {
    said += data;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
  return JSON.parse(said.trim().split("\n").at(-1) ?? "");
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
