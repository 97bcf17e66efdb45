import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, daysChoices, daysOf, goesBefore, keptWords, withDays } from "./keep-form.ts";

const kept = { rawDays: 90, hourlyDays: 1_825, dailyDays: null };

test("how long a point is kept is said in a sentence, without what goes without saying", () => {
  assert.equal(keptWords(kept), "every value for 90 days, hours for 5 years, days for ever");
  assert.equal(
    keptWords({ rawDays: 1, hourlyDays: null, dailyDays: null }),
    "every value for 1 day, hours for ever",
  );
  const forGood = { rawDays: null, hourlyDays: null, dailyDays: null };
  assert.equal(keptWords(forGood), "every value for ever");
});

test("an unusual time can be chosen again, in its place among the others", () => {
  const labels = daysChoices(45).map(({ label }) => label);
  assert.deepEqual(labels.slice(1, 4), ["for 30 days", "for 45 days", "for 90 days"]);
  for (const days of [7, 365, null]) {
    assert.equal(daysOf(choiceOf(days)), days);
    assert.equal(daysChoices(days).length, 8);
  }
});

test("hours never stay shorter than values, nor days shorter than hours", () => {
  assert.deepEqual(withDays(kept, "rawDays", 3_650), {
    ...kept,
    rawDays: 3_650,
    hourlyDays: 3_650,
  });
  assert.deepEqual(withDays(kept, "rawDays", null), {
    rawDays: null,
    hourlyDays: null,
    dailyDays: null,
  });
  const short = withDays(kept, "dailyDays", 30);
  assert.deepEqual(short, { rawDays: 30, hourlyDays: 30, dailyDays: 30 });
  assert.deepEqual(withDays(kept, "hourlyDays", null), { ...kept, hourlyDays: null });
});

test("only what is kept for less long than before lets samples go", () => {
  const DAY = 86_400_000;
  const now = 1_000 * DAY;
  const forEver = { rawDays: null, hourlyDays: null, dailyDays: null };
  const month = { ...forEver, rawDays: 30 };
  assert.equal(goesBefore(forEver, month, now), 970 * DAY);
  assert.equal(goesBefore(month, { ...month, rawDays: 7 }, now), 993 * DAY);
  assert.equal(goesBefore(month, month, now), undefined);
  assert.equal(goesBefore(month, forEver, now), undefined);
});
