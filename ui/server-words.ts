import { formatBytes, formatCount } from "./format.ts";

const PARTS: Readonly<Record<string, string>> = {
  history: "History",
  "fieldline.db": "Model and journal",
  broker: "Broker's sessions",
  "broker-sessions": "Another broker's",
  backups: "Backups",
  ca: "Certificates",
  access: "Keys",
  files: "Files of devices",
  imports: "Imports at work",
};

/** What an entry of the data folder holds; its own name where nobody has named it. */
export function partWords(name: string): string {
  return PARTS[name] ?? name;
}

/** `33.7 MB`. */
export function bytesWords(bytes: number): string {
  const { text, unit } = formatBytes(bytes);
  return `${text} ${unit}`.trim();
}

const YEAR_DAYS = 365;
const LONG_DAYS = 20 * YEAR_DAYS;

/** How long the room lasts; undefined where it is not known, or so long that nobody asks. */
export function lastsWords(days: number | null): string | undefined {
  if (days === null || days > LONG_DAYS) return undefined;
  if (days < 1) return "less than a day";
  if (days < 2 * YEAR_DAYS) return `about ${formatCount(Math.floor(days), "day")}`;
  return `about ${formatCount(Math.floor(days / YEAR_DAYS), "year")}`;
}

/** How long it takes yet, as far as that can be told. */
export function leftWords(seconds: number | null): string {
  if (seconds === null) return "not known yet";
  if (seconds < 90) return "in about a minute";
  if (seconds < 120 * 60) return `in about ${Math.round(seconds / 60)} minutes`;
  return `in about ${formatCount(Math.round(seconds / 3_600), "hour")}`;
}

/** How much of it is written, from 0 to 1. */
export function doneShare({ bytes, bytesTotal }: Sized): number {
  return bytesTotal === 0 ? 0 : Math.min(1, bytes / bytesTotal);
}

type Sized = { readonly bytes: number; readonly bytesTotal: number };
