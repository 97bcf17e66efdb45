// A test reporter that counts the tests that ran, for the closing line of `npm test`.
export default async function* tally(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failedFiles = new Set();
  for await (const { type, data } of source) {
    const outcome = outcomeOf(type, data, failedFiles);
    if (outcome) counts[outcome] += 1;
    if (outcome === "failed") failedFiles.add(data.file);
  }
  yield JSON.stringify(counts);
}

function outcomeOf(type, data, failedFiles) {
  const isFailed = type === "test:fail";
  if (data?.details?.type === "suite") return undefined;
  if (isFile(data)) return isFailed && !failedFiles.has(data.name) ? "failed" : undefined;
  if (isFailed) return "failed";
  if (type !== "test:pass") return undefined;
  return data.skip === undefined ? "passed" : "skipped";
}

/**
 * Node 20 reports each test file as a test of its own. It fails with its tests, which are counted
 * already, or alone: then the file itself could not be run.
 */
function isFile(data) {
  return data?.nesting === 0 && typeof data?.name === "string" && /\.[jt]s$/.test(data.name);
}
