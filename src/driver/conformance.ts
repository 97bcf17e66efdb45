import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { AgentId, CommandId, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { Variable } from "../domain/catalogue.ts";
import { type DeclaredChannel, type Finding, Findings, type Reading } from "../domain/findings.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import { PROBLEMS, type Problem } from "../domain/problem.ts";
import { QUALITIES, type Value } from "../domain/reading.ts";
import { isValidFilter, isValidTopic, matchesFilter } from "../domain/topic.ts";
import { chances } from "../lib/chance.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { compileSchema } from "../lib/schema.ts";
import {
  type AnswerVector,
  bytesOf,
  type DecodeVector,
  type EncodeVector,
  type Vectors,
  vectorsIn,
} from "./conformance-vectors.ts";
import { type Driver, type Known, NOTHING_KNOWN, type TwinReading } from "./driver.ts";

/** The files of a driver's folder: each driver has these, so a reader of one can read them all. */
const SHAPE = ["README.md", "catalogue.ts", "decode.ts", "encode.ts", "topics.ts", "twin.ts"];

const AT = Date.UTC(2022, 11, 1, 20, 5, 10) as Timestamp;
const COMMAND_ID = "c-1" as CommandId;
/** Answers that carry an id of the house carry this one in vectors. */
const ID = "id-1";

/** What every driver promises. Its own knowledge is in its vectors; this file has none. */
export function conformance(driver: Driver): void {
  const folder = new URL(`./${driver.id}/`, import.meta.url);
  const vectors = vectorsIn(folder);

  describe(driver.id, () => {
    test("its folder has the common shape", () => checkShape(driver, folder));
    test("its catalogue refers only to what it has", () => checkCatalogue(driver));
    for (const vector of vectors.decode) {
      test(`decode: ${vector.name} (${vector.cite})`, () => checkDecode(driver, vector));
    }
    for (const vector of vectors.encode) {
      test(`encode: ${vector.name} (${vector.cite})`, () => checkEncode(driver, vector));
    }
    for (const vector of vectors.answer) {
      test(`answer: ${vector.name} (${vector.cite})`, () => checkAnswer(driver, vector));
    }
    test("every channel, command type and answer has a vector", () => checkCover(driver, vectors));
    test("what its twin emits, decode gives back", () => checkMirror(driver, vectors.decode));
    test("what its twin tells, decode gives back", () => checkTold(driver, vectors.decode));
    test("what it answers, its twin hears or obeys", () => checkHeard(driver, vectors.answer));
    test("decode and obey survive any bytes on any topic", () => checkNoise(driver, vectors));
    test("a command that it does not have is refused", () => checkUnknownCommand(driver, vectors));
  });
}

function checkShape(driver: Driver, folder: URL): void {
  for (const file of [...SHAPE, `${driver.id}.ts`]) {
    assert.ok(existsSync(new URL(file, folder)), `${driver.id}/${file} is missing`);
  }
  const readme = readFileSync(new URL("README.md", folder), "utf8");
  assert.ok(readme.includes(driver.spec), "README.md does not name the specification");
  assert.ok(driver.title, "the driver has no name for people");
  assert.ok(driver.listensTo.length > 0 && driver.listensTo.every(isValidFilter), "listensTo");
}

function checkCatalogue(driver: Driver): void {
  const { aspectTypes, assetTypes, commandTypes, channels } = driver.catalogue;
  const commands = new Set(commandTypes.map(({ name }) => name));
  assert.equal(commands.size, commandTypes.length, "two command types of one name");
  for (const assetType of assetTypes) {
    for (const command of assetType.commands) assert.ok(commands.has(command), command);
    for (const id of Object.values(assetType.aspects)) {
      assert.ok(
        aspectTypes.some((aspectType) => aspectType.id === id),
        id,
      );
    }
  }
  for (const { channel } of channels) assert.ok(variableOf(driver, channel), channel);
  for (const variable of aspectTypes.flatMap(({ variables }) => variables)) {
    const [low, high] = variable.range ?? [-Infinity, Infinity];
    const [from, to] = variable.normal ?? [low, high];
    assert.ok(low < high && low <= from && from <= to && to <= high, variable.name);
  }
}

function checkDecode(driver: Driver, vector: DecodeVector): void {
  const findings = new Findings();
  const house = new Remembering(driver, vector);
  for (const before of vector.after ?? []) {
    const heard = house.decode(received(before, bytesOf(before)), new Findings());
    assert.ok(heard.ok, heard.ok ? "" : heard.problem.detail);
  }
  const outcome = house.decode(received(vector, bytesOf(vector)), findings);
  if (vector.problem !== undefined) {
    checkProblem(outcome, vector.problem, vector.detail);
    return;
  }
  assert.ok(outcome.ok, outcome.ok ? "" : `${outcome.problem.code}: ${outcome.problem.detail}`);
  assert.deepEqual(findings.readings, expectedReadings(vector));
  assert.deepEqual(findings.others, vector.findings ?? []);
  const wanted = vector.warnings ?? [];
  const said = findings.warnings.map(({ code, detail }) => `${code} ${detail}`);
  const alike = said.map((text, index) => {
    const start = wanted[index];
    return start !== undefined && text.startsWith(start) ? start : text;
  });
  assert.deepEqual(alike, wanted);
}

function checkEncode(driver: Driver, vector: EncodeVector): void {
  const device = vector.device as DeviceAddress;
  const { command: name, parameters } = vector;
  const outcome = driver.encode({ id: COMMAND_ID, device, name, parameters, at: AT });
  if (vector.problem !== undefined) {
    checkProblem(outcome, vector.problem, vector.detail);
    return;
  }
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  const commandType = driver.catalogue.commandTypes.find((other) => other.name === name);
  const check = compileSchema(commandType?.parameters ?? {});
  assert.deepEqual(check(parameters), { ok: true, value: undefined });
  const { topic, payload, retain = false, qos = 1 } = outcome.value;
  const form = vector.hex === undefined ? "utf8" : "hex";
  assert.equal(Buffer.from(payload).toString(form), Buffer.from(bytesOf(vector)).toString(form));
  assert.deepEqual(
    { topic, retain, qos },
    { topic: vector.topic, retain: vector.retain ?? false, qos: vector.qos ?? 1 },
  );
  const obeyed = { name, parameters: vector.obeyed ?? parameters };
  assert.deepEqual(driver.twin(device).obey(outcome.value), { ok: true, value: obeyed });
}

function checkAnswer(driver: Driver, vector: AnswerVector): void {
  const { finding, refused, told = {} } = vector;
  const result: Outcome<JsonObject, Problem> = refused ? failure(refused) : success(told);
  const answers = driver.answer?.(finding, result, { id: () => ID, at: AT }) ?? [];
  assert.deepEqual(
    answers.map(({ topic, payload, retain = false, qos = 1 }) => {
      return { topic, said: Buffer.from(payload).toString("latin1"), retain, qos };
    }),
    vector.answers.map(({ topic, retain = false, qos = 1, ...bytes }) => {
      return { topic, said: Buffer.from(bytesOf(bytes)).toString("latin1"), retain, qos };
    }),
  );
}

/** No answer is strange to the device that asked: it is heard as one, or obeyed. */
function checkHeard(driver: Driver, vectors: readonly AnswerVector[]): void {
  for (const { name, finding, refused, answers } of vectors) {
    const twin = driver.twin(finding.device);
    const messages = answers.map((answer) => ({ topic: answer.topic, payload: bytesOf(answer) }));
    const heard = messages.flatMap((message) => twin.hear?.(message) ?? []);
    if (heard.length === 0) {
      for (const message of messages) assert.ok(twin.obey(message).ok, name);
      continue;
    }
    const steps = [...heard.slice(1).map(() => "running"), refused ? "failed" : "done"];
    const requestId = "requestId" in finding ? finding.requestId : undefined;
    const expected = steps.map((step) => ({ requestId, step }));
    const told = heard.map(({ said: _, ...rest }) => rest);
    assert.deepEqual(told, expected, name);
  }
}

function checkCover(driver: Driver, vectors: Vectors): void {
  const readings = vectors.decode.flatMap((vector) => vector.readings ?? []);
  for (const { channel } of driver.catalogue.channels) {
    const found = readings.filter((reading) => reading.channel === channel);
    assert.ok(found.length > 0, `no vector reads ${channel}`);
    for (const { value } of found) assert.ok(fits(value, variableOf(driver, channel)), channel);
  }
  const said = new Set(
    vectors.encode.filter(({ problem }) => !problem).map(({ command }) => command),
  );
  for (const { name } of driver.catalogue.commandTypes) assert.ok(said.has(name), name);
  assert.equal(vectors.answer.length > 0, driver.answer !== undefined, "answer vectors");
  for (const { name, cite } of [...vectors.decode, ...vectors.encode, ...vectors.answer]) {
    assert.ok(name && cite, `a vector without name or cite: ${name}`);
  }
}

/** A mirror proves that both ends agree; that they are right, only the vectors prove. */
function checkMirror(driver: Driver, vectors: readonly DecodeVector[]): void {
  for (const vector of vectors.filter(({ unmirrored }) => !unmirrored)) {
    const readings = expectedReadings(vector);
    for (const device of new Set(readings.map((reading) => reading.device))) {
      const own = readings.filter((reading) => reading.device === device);
      const messages = driver.twin(device).emit(own.map(twinReadingOf));
      const house = new Remembering(driver);
      const said = messages.flatMap((message) => readAgain(house, message));
      // A twin may say the time that its device does not.
      assert.deepEqual(said.map(twinReadingOf), own.map(twinReadingOf), vector.name);
    }
  }
}

/** Only what the twin has words for; which these are, the driver's own tests say. */
function checkTold(driver: Driver, vectors: readonly DecodeVector[]): void {
  for (const vector of vectors.filter(({ unmirrored }) => !unmirrored)) {
    for (const finding of (vector.findings ?? []) as unknown as readonly Finding[]) {
      const message = driver.twin(finding.device).tell?.(finding);
      if (!message) continue;
      const findings = new Findings();
      readAgain(new Remembering(driver), message, findings);
      const { note: _, ...plain } = { note: "", ...finding };
      // A number in a row comes along with some of them.
      const others = findings.others.filter(({ kind }) => kind !== "sequence");
      assert.deepEqual(others, [plain], vector.name);
    }
  }
}

function twinReadingOf({
  channel,
  at,
  value,
  quality,
  word,
  isPast,
  isLate,
}: Reading): TwinReading {
  return { channel, at: at as Timestamp, value, quality, word, isPast, isLate };
}

function readAgain(
  house: Remembering,
  { topic, payload, retain = false }: Message,
  findings = new Findings(),
): Reading[] {
  assert.ok(isValidTopic(topic), topic);
  assert.ok(
    house.driver.listensTo.some((filter) => matchesFilter(filter, topic)),
    topic,
  );
  const outcome = house.decode(received({ topic, retain }, payload), findings);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  return findings.readings;
}

type Told = Pick<DecodeVector, "layout" | "custom" | "network">;

/** What the house does for a driver: it remembers lists of channels, and what people told it. */
class Remembering {
  readonly driver: Driver;
  readonly #lists = new Map<DeviceAddress, readonly DeclaredChannel[]>();
  readonly #known: Known;

  constructor(driver: Driver, { layout, custom, network }: Told = {}) {
    this.driver = driver;
    this.#known = {
      channel: (device, key) =>
        this.#lists.get(device)?.find(({ channel, alias }) => channel === key || alias === key),
      layout: (topic) => (layout && matchesFilter(layout.filter, topic) ? layout : undefined),
      custom: (topic) => (custom?.topic === topic ? custom : undefined),
      network: (name) => (network?.network === name ? network : undefined),
    };
  }

  decode(message: ReceivedMessage, findings: Findings): Outcome<void, Problem> {
    const outcome = this.driver.decode(message, findings, this.#known);
    for (const finding of findings.others) {
      if (finding.kind === "channels") this.#lists.set(finding.device, finding.channels);
    }
    return outcome;
  }
}

function checkNoise(driver: Driver, vectors: Vectors): void {
  const chance = chances(20221201);
  const pick = (count: number) => Math.floor(chance() * count);
  const examples = vectors.decode.map((vector) => ({ ...vector, bytes: bytesOf(vector) }));
  const feed = (topic: string, payload: Uint8Array) => {
    checkFindings(driver, received({ topic }, payload));
    const device = vectors.encode[0]?.device ?? "none";
    driver.twin(device as DeviceAddress).obey({ topic, payload });
  };
  for (const { topic, bytes } of examples) {
    const step = Math.ceil(bytes.length / 500);
    for (let index = 0; index < bytes.length; index += step) {
      const broken = bytes.slice();
      broken[index] = (broken[index] ?? 0) ^ (1 << pick(8));
      feed(topic, broken);
      feed(topic, bytes.slice(0, index));
    }
    for (let round = 0; round < 20; round += 1) {
      const other = examples[pick(examples.length)];
      feed(topic, other?.bytes ?? bytes);
      feed(topic.slice(0, pick(topic.length)) + (other?.topic.slice(pick(20)) ?? ""), bytes);
      feed(
        topic,
        Uint8Array.from({ length: pick(64) }, () => pick(256)),
      );
    }
  }
}

const VALUE_TYPES = ["number", "bigint", "boolean", "string"];

/** Whatever came in, what goes on into the house is of the house's form. */
function checkFindings(driver: Driver, message: ReceivedMessage): void {
  const findings = new Findings();
  const outcome = driver.decode(message, findings, NOTHING_KNOWN);
  if (!outcome.ok) {
    assert.ok(outcome.problem.code in PROBLEMS, outcome.problem.code);
    return;
  }
  for (const { device, channel, at, value, quality } of findings.readings) {
    assert.ok(device && channel && Number.isFinite(at) && QUALITIES.includes(quality));
    assert.ok(value === null || VALUE_TYPES.includes(typeof value));
  }
}

function checkUnknownCommand(driver: Driver, { encode }: Vectors): void {
  const device = (encode[0]?.device ?? "none") as DeviceAddress;
  for (const name of ["no such command", "__proto__", "constructor"]) {
    checkProblem(
      driver.encode({ id: COMMAND_ID, device, name, parameters: {}, at: AT }),
      "command_unknown",
    );
  }
}

function checkProblem(outcome: Outcome<unknown, Problem>, code: string, detail = ""): void {
  assert.ok(!outcome.ok, "no problem");
  assert.equal(outcome.problem.code, code, outcome.problem.detail);
  const start = outcome.problem.detail.slice(0, detail.length);
  assert.equal(start, detail, outcome.problem.detail);
}

function variableOf(driver: Driver, channel: string): Variable | undefined {
  const { channels, assetTypes, aspectTypes } = driver.catalogue;
  const home = channels.find((other) => other.channel === channel);
  if (!home) return undefined;
  const ids = assetTypes.map(({ aspects }) => aspects[home.aspect]);
  return aspectTypes
    .filter(({ id }) => ids.includes(id))
    .flatMap(({ variables }) => variables)
    .find(({ name }) => name === home.variable);
}

function fits(value: Value | null, variable: Variable | undefined): boolean {
  if (value === null) return true;
  if (variable?.dataType === "integer") return Number.isInteger(value);
  return typeof value === variable?.dataType;
}

function expectedReadings(vector: DecodeVector): Reading[] {
  return (vector.readings ?? []).map(({ at, ...rest }) => {
    const time = at === undefined ? AT : Date.parse(at);
    const when = { at: time, isArrival: at === undefined };
    return { word: 0, isPast: false, isLate: false, ...rest, ...when } as Reading;
  });
}

function received(
  { topic, retain = false }: { readonly topic: string; readonly retain?: boolean },
  payload: Uint8Array,
): ReceivedMessage {
  return { topic, payload, agent: "agent-1" as AgentId, receivedAt: AT, retain };
}
