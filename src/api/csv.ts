import type { Reply } from "./contract.ts";

/** RFC 4180, one line a sample, with a header. */
export function historyCsv(history: Reply<"GET /points/:id/history">): string {
  const unit = history.unit === null ? "" : ` [${history.unit}]`;
  const { statusWord: words } = history;
  const lines = [`at,${cell(`value${unit}`)},quality${words ? ",statusWord" : ""}`];
  for (const [row, at] of history.at.entries()) {
    const word = words ? `,${words[row] ?? ""}` : "";
    lines.push(`${at},${cell(history.value[row] ?? "")},${history.quality[row]}${word}`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** A text that a spreadsheet would take for a formula is marked as text. */
function cell(value: number | boolean | string): string {
  if (typeof value !== "string") return String(value);
  const isFormula = /^[=+\-@\t\r]/.test(value) && !/^-\d+$/.test(value);
  const text = isFormula ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
