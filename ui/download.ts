/** Hands what was made here, or fetched before, to the browser as a file. */
export function download(name: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it once this turn is over.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
