import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AspectType,
  type AssetType,
  PLAIN_ASPECT_TYPE,
  PLAIN_ASSET_TYPE,
  type Variable,
} from "./catalogue.ts";
import { valueFault } from "./static-value.ts";
import { TypeBook } from "./type-book.ts";
import {
  aspectTypeFaults,
  assetTypeFaults,
  changedAspectType,
  changedAssetType,
} from "./type-rules.ts";

const NAME: Variable = { name: "label", dataType: "string", length: 20 };
const POWER: Variable = { name: "power", dataType: "number", unit: "W", qualityCode: true };

function aspect(rest: Partial<AspectType> = {}): AspectType {
  return { ...PLAIN_ASPECT_TYPE, id: "acme.A", name: "A", variables: [POWER], ...rest };
}

function plate(rest: Partial<AspectType> = {}): AspectType {
  return aspect({ id: "acme.P", name: "P", category: "static", variables: [NAME], ...rest });
}

function type(id: string, rest: Partial<AssetType> = {}): AssetType {
  return { ...PLAIN_ASSET_TYPE, id, name: id, parentId: "core.basicasset", aspects: {}, ...rest };
}

/** Nobody else has a type. */
const ALONE = new TypeBook([], []);

const places = (faults: readonly { path: string }[]) => faults.map(({ path }) => path);
const made = (next: AspectType) =>
  places(aspectTypeFaults(next, { known: undefined, whole: true }, ALONE));

test("a type's id begins with a tenant, and not with core", () => {
  for (const id of ["acme", "core.x", "acme.ä", `acme.${"x".repeat(124)}`, ""]) {
    assert.deepEqual(made(aspect({ id })), ["/id"], id);
  }
  assert.deepEqual(made(aspect({ id: "acme.Energy_4.b" })), []);
});

test("a new variable has a name of its own, a length that may be, a default that fits", () => {
  const cases: [Variable[], string[], "static" | "dynamic"][] = [
    [[{ name: "etag", dataType: "number" }], ["/variables/0/name"], "dynamic"],
    [[POWER, POWER], ["/variables/1/name"], "dynamic"],
    [[{ ...NAME, length: 256 }], ["/variables/0/length"], "static"],
    [[{ ...NAME, length: 0 }], ["/variables/0/length"], "static"],
    [[{ ...POWER, length: 5 }], ["/variables/0/length"], "dynamic"],
    [[{ ...NAME, text: "big", length: 100_000 }], [], "dynamic"],
    [[{ ...NAME, text: "big" }], ["/variables/0/dataType"], "static"],
    [[{ ...NAME, defaultValue: "x" }], ["/variables/0/defaultValue"], "dynamic"],
    [[{ ...NAME, defaultValue: "x".repeat(21) }], ["/variables/0/defaultValue"], "static"],
    [[{ name: "n", dataType: "integer", defaultValue: "9007199254740993" }], [], "static"],
    // Siemens' own examples have it on dynamic aspects, where it means nothing.
    [[{ ...POWER, searchable: true }], [], "dynamic"],
  ];
  for (const [variables, expected, category] of cases) {
    assert.deepEqual(made(aspect({ variables, category })), expected, JSON.stringify(variables));
  }
});

test("of an aspect type nothing is taken back; variables are added", () => {
  const known = aspect();
  const cases: [Partial<AspectType>, string[]][] = [
    [{ category: "static" }, ["/category"]],
    [{ name: "B" }, ["/name"]],
    [{ variables: [] }, ["/variables"]],
    [{ variables: [{ ...POWER, dataType: "integer" }] }, ["/variables/0/dataType"]],
    [{ variables: [{ ...POWER, unit: "kW" }] }, ["/variables/0/unit"]],
    [{ variables: [{ ...POWER, qualityCode: false }] }, ["/variables/0/qualityCode"]],
    [{ variables: [{ name: "power", dataType: "number" }] }, []],
    [{ variables: [POWER, { name: "new", dataType: "boolean" }], description: "better" }, []],
  ];
  for (const [change, expected] of cases) {
    const faults = aspectTypeFaults(aspect(change), { known, whole: true }, ALONE);
    assert.deepEqual(places(faults), expected, JSON.stringify(change));
  }
  const partly = aspectTypeFaults(aspect({ variables: [] }), { known, whole: false }, ALONE);
  assert.deepEqual(partly, []);
  assert.deepEqual(changedAspectType(known, aspect({ variables: [] })).variables, [POWER]);
});

test("INT does not become LONG, and only a static STRING grows", () => {
  const narrow: Variable = { name: "n", dataType: "integer", int32: true };
  const wide: Variable = { name: "n", dataType: "integer" };
  const known = aspect({ variables: [narrow] });
  const widened = aspectTypeFaults(aspect({ variables: [wide] }), { known, whole: true }, ALONE);
  assert.deepEqual(places(widened), ["/variables/0/dataType"]);

  const grown = { ...NAME, length: 40 };
  const lengths: [AspectType, Variable, string[]][] = [
    [plate(), grown, []],
    [plate(), { ...NAME, length: 10 }, ["/variables/0/length"]],
    [aspect({ variables: [NAME] }), grown, ["/variables/0/length"]],
  ];
  for (const [before, variable, expected] of lengths) {
    const next = { ...before, variables: [variable] };
    const faults = aspectTypeFaults(next, { known: before, whole: true }, ALONE);
    assert.deepEqual(places(faults), expected);
  }
});

test("the name of a new aspect type is its own in its tenant", () => {
  const book = new TypeBook([aspect(), aspect({ id: "acme.Old" })], []);
  const fresh = { known: undefined, whole: true };
  const cases: [AspectType, string[]][] = [
    [aspect({ id: "acme.B" }), ["/name"]],
    [aspect({ id: "acme.B", name: "B" }), []],
    [aspect({ id: "other.A" }), []],
  ];
  for (const [next, expected] of cases) {
    assert.deepEqual(places(aspectTypeFaults(next, fresh, book)), expected, next.id);
  }
  // Two of one name that were there before stay changeable: neither can be renamed.
  const [, known] = [...book.aspectTypes.values()];
  assert.deepEqual(aspectTypeFaults(aspect({ id: "acme.Old" }), { known, whole: true }, book), []);
});

test("what an early row does not say is open until it is said, and then stays", () => {
  const early: Variable = { name: "n", dataType: "integer", unit: "Wh", isEarly: true };
  const words: Variable = { name: "w", dataType: "string", isEarly: true };
  const known = aspect({ variables: [early, words] });
  const said: Variable[] = [
    { name: "n", dataType: "integer", int32: true, unit: "Wh", qualityCode: true },
    { name: "w", dataType: "string", text: "timestamp" },
  ];
  const change = { known, whole: true };
  assert.deepEqual(aspectTypeFaults(aspect({ variables: said }), change, ALONE), []);
  const category = { category: "static", variables: [early, words] } as const;
  assert.deepEqual(aspectTypeFaults(aspect(category), change, ALONE), []);
  const wrong: [Variable, string][] = [
    [{ ...early, unit: "kWh" }, "/variables/0/unit"],
    [{ ...early, dataType: "number" }, "/variables/0/dataType"],
  ];
  for (const [variable, path] of wrong) {
    assert.deepEqual(
      places(aspectTypeFaults(aspect({ variables: [variable, words] }), change, ALONE)),
      [path],
    );
  }

  const settled = changedAspectType(known, aspect({ variables: said }));
  assert.deepEqual(settled.variables, said);
  const back = aspectTypeFaults(
    aspect({ variables: [early, words] }),
    {
      known: settled,
      whole: true,
    },
    ALONE,
  );
  assert.deepEqual(places(back), ["/variables/0/dataType", "/variables/1/dataType"]);
});

test("an asset type keeps its parent, its aspects and that it can be an asset", () => {
  const known = type("acme.T", { aspects: { a: "acme.A" } });
  const book = new TypeBook([aspect(), plate()], [known, type("acme.Other")]);
  const cases: [Partial<AssetType>, string[]][] = [
    [{ aspects: {} }, ["/aspects"]],
    [{ aspects: { a: "acme.P" } }, ["/aspects/a"]],
    [{ aspects: { a: "acme.A", b: "acme.None" } }, ["/aspects/b"]],
    [{ aspects: { a: "acme.A", name: "acme.P" } }, ["/aspects/name"]],
    [{ aspects: { a: "acme.A" }, parentId: "acme.Other" }, ["/parentId"]],
    [{ aspects: { a: "acme.A" }, instantiable: false }, ["/instantiable"]],
    [{ aspects: { a: "acme.A", b: "acme.A" }, variables: [NAME] }, []],
  ];
  for (const [change, expected] of cases) {
    const faults = assetTypeFaults({ ...known, ...change }, { known, whole: true }, book);
    assert.deepEqual(places(faults), expected, JSON.stringify(change));
  }
  const some = changedAssetType(known, { ...known, aspects: { b: "acme.P" } });
  assert.deepEqual(some.aspects, { a: "acme.A", b: "acme.P" });
});

test("names are told apart in a whole family of asset types", () => {
  const parent = type("acme.Parent", { aspects: { a: "acme.A" }, variables: [NAME] });
  const child = type("acme.Child", { parentId: "acme.Parent", aspects: { p: "acme.P" } });
  const book = new TypeBook([aspect(), plate()], [parent, child]);
  const cases: [AssetType, string[]][] = [
    [{ ...child, aspects: { p: "acme.P", a: "acme.P" } }, ["/aspects/a"]],
    [{ ...child, aspects: { p: "acme.P", a: "acme.A" } }, []],
    [{ ...child, variables: [NAME] }, ["/variables/0/name"]],
    [{ ...parent, aspects: { a: "acme.A", p: "acme.A" } }, ["/aspects/p"]],
  ];
  for (const [next, expected] of cases) {
    const known = book.assetTypes.get(next.id);
    const faults = assetTypeFaults(next, { known, whole: true }, book);
    assert.deepEqual(places(faults), expected);
  }
});

test("no type descends from itself, nor from one that nobody knows", () => {
  const book = new TypeBook([], [type("acme.A", { parentId: "acme.B" })]);
  const fresh = { known: undefined, whole: true };
  const circle = assetTypeFaults(type("acme.B", { parentId: "acme.A" }), fresh, book);
  const orphan = assetTypeFaults(type("acme.C", { parentId: "acme.None" }), fresh, book);
  assert.deepEqual([places(circle), places(orphan)], [["/parentId"], ["/parentId"]]);
});

test("a type has what its parents have, its own first", () => {
  const parent = type("acme.Parent", { aspects: { a: "acme.A" }, files: { f: "1", g: "2" } });
  const child = type("acme.Child", { parentId: "acme.Parent", files: { g: "3" } });
  const book = new TypeBook([aspect()], [parent, child]);
  assert.deepEqual(book.aspects("acme.Child").get("a"), { what: "acme.A", from: parent });
  assert.equal(book.variable("acme.Child", "a", "power"), POWER);
  assert.deepEqual(
    Array.from(book.files("acme.Child"), ([key, { what }]) => [key, what]),
    [
      ["f", "1"],
      ["g", "3"],
    ],
  );
  assert.deepEqual(book.below("acme.Parent"), [child]);
});

test("a value that is written down is of its variable's type, to the last digit", () => {
  const right: [Partial<Variable>, string][] = [
    [{ dataType: "boolean" }, "TRUE"],
    [{ dataType: "integer" }, "-9223372036854775808"],
    [{ dataType: "integer", int32: true }, "2147483647"],
    [{ dataType: "number" }, "1e-3"],
    [{ dataType: "string", text: "timestamp" }, "2022-12-01T20:05:10+01:00"],
    [{ dataType: "string", length: 3 }, "abc"],
  ];
  for (const [rest, text] of right) {
    assert.equal(valueFault({ name: "x", dataType: "string", ...rest }, text), undefined, text);
  }
  const wrong: [Partial<Variable>, string][] = [
    [{ dataType: "boolean" }, "1"],
    [{ dataType: "integer" }, "9223372036854775808"],
    [{ dataType: "integer" }, "1.0"],
    [{ dataType: "integer", int32: true }, "2147483648"],
    [{ dataType: "number" }, "1e999"],
    [{ dataType: "string", text: "timestamp" }, "yesterday"],
    [{ dataType: "string", length: 3 }, "abcd"],
    [{ dataType: "string" }, "x".repeat(256)],
  ];
  for (const [rest, text] of wrong) {
    const fault = valueFault({ name: "x", dataType: "string", ...rest }, text);
    assert.match(fault ?? "", /^expected/, text);
  }
});
