// A test reporter that counts the tests that ran: the closing line of `npm test`.
export default async function* tally(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (data?.details?.type === "suite" || isFile(data)) continue;
    if (type === "test:pass") data.skip === undefined ? passed++ : skipped++;
    if (type === "test:fail") failed++;
  }
  yield `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`;
}

/** Node 20 reports each test file as a test of its own. */
function isFile(data) {
  return data?.nesting === 0 && typeof data?.name === "string" && /\.ts$/.test(data.name);
}
