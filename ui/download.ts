/** Hands a text to the browser as a file; it is made here and comes from nowhere else. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it once this turn is over.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
