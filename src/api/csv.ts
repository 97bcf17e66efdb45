import type { Reply } from "./contract.ts";

/** RFC 4180, one line a sample, with a header. */
export function historyCsv(history: Reply<"GET /points/:id/history">): string {
  const unit = history.unit === null ? "" : ` [${history.unit}]`;
  const more = columnsBeside(history);
  const lines = [["at", cell(`value${unit}`), "quality", ...more.map(({ head }) => head)].join()];
  for (const [row, at] of history.at.entries()) {
    const cells = [at, cell(history.value[row] ?? ""), history.quality[row]];
    lines.push([...cells, ...more.map(({ cellAt }) => cellAt(row))].join());
  }
  return `${lines.join("\r\n")}\r\n`;
}

type Column = { readonly head: string; readonly cellAt: (row: number) => string | number };

/** Those that not every history has. */
function columnsBeside({ statusWord, toldAfterwards }: Reply<"GET /points/:id/history">): Column[] {
  return [
    ...(statusWord ? [{ head: "statusWord", cellAt: (row: number) => statusWord[row] ?? "" }] : []),
    ...(toldAfterwards
      ? [{ head: "toldAfterwards", cellAt: (row: number) => (toldAfterwards[row] ? "true" : "") }]
      : []),
  ];
}

/** A text that a spreadsheet would take for a formula is marked as text. */
function cell(value: number | boolean | string): string {
  if (typeof value !== "string") return String(value);
  const isFormula = /^[=+\-@\t\r]/.test(value) && !/^-\d+$/.test(value);
  const text = isFormula ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
