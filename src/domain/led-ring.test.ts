import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Colour, colourOf6Bit, formatColour, parseColour, sixBitOf } from "./led-colour.ts";
import { LED_MODES } from "./led-modes.ts";
import { type BasicPattern, basicFrame, LED_PATTERNS } from "./led-patterns.ts";
import { DARK_RING, pictureAfter, pictureFrame } from "./led-picture.ts";
import { type Animation, frame } from "./led-ring.ts";

type ReferenceMode = {
  id: number;
  identifier: string;
  slots: number[];
  periodMs: (number | null)[] | null;
};

/** Own reading of viaSens MQTT data spec 1.8 and of the published behaviour of each mode. */
const reference: ReferenceMode[] = JSON.parse(
  readFileSync(new URL("vectors/led-modes.json", import.meta.url), "utf8"),
);
type ReferencePattern = {
  id: number;
  name: string;
  frames: [tMs: number, strip: string][];
  still: string;
};

/** In red and blue, a second long, half of it the first colour; own reading, as above. */
const patterns: ReferencePattern[] = JSON.parse(
  readFileSync(new URL("vectors/led-patterns.json", import.meta.url), "utf8"),
);
const SPEEDS = [0, 1, 60, 100, 128, 200, 254, 255];
const TIMES = [0, 1, 22, 499, 3_000, 12_345, 100_000, 86_400_000];
const COLOURS = [0xff8000, 0x0040ff, 0x20ff60];

/** One letter a LED: `.` off, R, G, B, else `?`. */
function strip(colours: readonly Colour[]): string {
  const letters: Record<Colour, string> = { 0: ".", 16711680: "R", 65280: "G", 255: "B" };
  return colours.map((colour) => letters[colour] ?? "?").join("");
}

function bytesOf(colours: readonly Colour[]): number[] {
  return colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
}

function basic(pattern: number, colours: [number, number], period: number, dutyCycle: number) {
  const asked: BasicPattern = { pattern, colours, period, dutyCycle };
  return (tMs: number) => strip(basicFrame(asked, tMs, 24));
}

function farthest(a: readonly Colour[], b: readonly Colour[]): number {
  const others = bytesOf(b);
  return Math.max(...bytesOf(a).map((byte, index) => Math.abs(byte - (others[index] ?? 0))));
}

test("the modes are those of the specification, with their colours and tempos", () => {
  assert.equal(LED_MODES.length, 103);
  for (const expected of reference) {
    const mode = LED_MODES[expected.id];
    assert.equal(mode?.id, expected.id);
    assert.equal(mode.identifier, expected.identifier);
    assert.deepEqual(mode.slots, expected.slots, mode.identifier);
    const tempos = [0, 128, 255].map((speed) => mode.tempo(speed, 24));
    for (const [index, ms] of (expected.periodMs ?? [null, null, null]).entries()) {
      const tempo = tempos[index] ?? 0;
      assert.ok(ms === null ? tempo === Number.POSITIVE_INFINITY : Math.abs(tempo - ms) < 1);
    }
  }
  assert.equal(new Set(LED_MODES.map(({ name }) => name)).size, 103);
});

test("every mode draws every ring at every speed and time, twice the same", () => {
  for (const { id, identifier } of LED_MODES) {
    for (const ledCount of [1, 2, 3, 5, 12, 16, 24, 60]) {
      for (const speed of SPEEDS) {
        for (const tMs of TIMES) {
          const asked: Animation = { mode: id, speed, colours: COLOURS };
          const picture = frame(asked, tMs, ledCount, 7);
          assert.equal(picture.length, ledCount);
          assert.ok(picture.every((colour) => Number.isInteger(colour) && colour <= 0xffffff));
          assert.deepEqual(picture, frame(asked, tMs, ledCount, 7), identifier);
        }
      }
    }
  }
});

test("every mode lights the ring at some time", () => {
  for (const { id, identifier } of LED_MODES) {
    const asked: Animation = { mode: id, speed: 128, colours: COLOURS };
    const lit = Array.from({ length: 200 }, (_, index) => frame(asked, index * 97, 24, 1));
    assert.ok(
      lit.some((picture) => bytesOf(picture).some((byte) => byte > 60)),
      `${identifier} stays dark`,
    );
  }
});

test("a mode shows the colours of its slots and no others", () => {
  for (const { id, identifier, slots } of LED_MODES) {
    for (const slot of [0, 1, 2]) {
      const others = COLOURS.map((colour, index) => (index === slot ? 0xe01090 : colour));
      const isSeen = Array.from({ length: 400 }, (_, index) => index * 61).some((tMs) => {
        const speed = tMs < 3_000 ? 10 : 180;
        const before = frame({ mode: id, speed, colours: COLOURS }, tMs, 24, 5);
        return farthest(before, frame({ mode: id, speed, colours: others }, tMs, 24, 5)) > 0;
      });
      assert.equal(isSeen, slots.includes(slot), `${identifier}, colour ${slot}`);
    }
  }
});

/** How many of its tempo a mode needs until the picture comes again, on 24 LEDs. */
const CYCLES: Readonly<Record<string, number>> = {
  BLINK: 1,
  BREATH: 1,
  COLOUR_WIPE: 1,
  COLOUR_SWEEP: 1,
  RAINBOW: 1,
  RAINBOW_CYCLE: 1,
  SCAN: 1,
  DUAL_SCAN: 1,
  FADE: 1,
  THEATER_CHASE: 5,
  RUNNING_LIGHTS: 1,
  SAW: 1,
  STROBE: 1,
  ANDROID: 24,
  CHASE_COLOUR: 1,
  CHASE_RAINBOW_WHITE: 1,
  CHASE_FLASH: 24,
  COLOURFUL: 4,
  RUNNING_COLOUR: 10,
  RUNNING_RED_BLUE: 10,
  LARSON_SCANNER: 2,
  COMET: 1,
  MERRY_CHRISTMAS: 10,
  GRADIENT: 1,
  LOADING: 1,
  POLICE: 1,
  POLICE_ALL: 1,
  TWO_DOTS: 1,
  TWO_AREAS: 1,
  CIRCUS_COMBUSTUS: 15,
  HALLOWEEN: 10,
  TRICOLOUR_CHASE: 15,
  TRICOLOUR_WIPE: 1,
  TRICOLOUR_FADE: 1,
  DUAL_LARSON_SCANNER: 2,
  PALETTE: 1,
  RAILWAY: 2,
  SPOTS_FADE: 2,
  SINELON: 1,
  SINELON_DUAL: 1,
  SINELON_RAINBOW: 1,
  HEARTBEAT: 1,
  FLOW: 1,
};

test("a periodic mode shows the same picture again after its period, and not before", () => {
  for (const mode of LED_MODES) {
    const cycles = CYCLES[mode.identifier.slice("FX_MODE_".length)];
    if (cycles === undefined) continue;
    const asked: Animation = { mode: mode.id, speed: 100, colours: COLOURS };
    const period = cycles * mode.tempo(100, 24);
    const shares = [0.003, 0.013, 0.231, 0.487, 0.719, 0.913];
    const changes = shares.map((share) => {
      const first = frame(asked, share * period, 24);
      assert.ok(farthest(first, frame(asked, (share + 3) * period, 24)) <= 2, mode.identifier);
      return farthest(first, frame(asked, (share + 0.41) * period, 24));
    });
    assert.ok(Math.max(...changes) > 20, `${mode.identifier} stands still`);
  }
});

test("modes of chance differ by their seed", () => {
  const pictures = [1, 2].map((seed) =>
    frame({ mode: 7, speed: 128, colours: COLOURS }, 5_000, 24, seed),
  );
  assert.notDeepEqual(pictures[0], pictures[1]);
});

test("what can flash more than three times a second is marked", () => {
  for (const { id, identifier, flashes } of LED_MODES) {
    const perSecond = Math.max(
      ...[
        [0xffffff, 0, 0],
        [0, 0xffffff, 0],
        [0xff0000, 0, 0xffffff],
      ].map((colours) => flashesPerSecond({ mode: id, speed: 255, colours })),
    );
    assert.ok(perSecond <= 3 || flashes, `${identifier} flashes ${perSecond} times a second`);
  }
  const marked = LED_MODES.filter(({ flashes }) => flashes).map(({ id }) => id);
  assert.deepEqual(marked, [1, 17, 21, 22, 23, 24, 25, 26, 27, 31, 32, 57, 78, 88]);
});

/** Pairs of opposing changes of the ring's brightness by a tenth or more, as WCAG 2.3.1 counts. */
function flashesPerSecond(asked: Animation): number {
  const seconds = 4;
  let turns = 0;
  let isRising = true;
  let extreme = 0;
  for (let tMs = 0; tMs < seconds * 1_000; tMs += 10) {
    const bytes = bytesOf(frame(asked, tMs, 24, 3));
    const level = bytes.reduce((sum, byte) => sum + byte, 0) / (255 * bytes.length);
    if (isRising ? level > extreme : level < extreme) extreme = level;
    if (Math.abs(level - extreme) < 0.1) continue;
    turns += 1;
    isRising = !isRising;
    extreme = level;
  }
  return turns / 2 / seconds;
}

test("mode -1 and unknown modes leave the ring dark", () => {
  for (const mode of [-1, 103, 1.5]) {
    assert.equal(strip(frame({ mode, speed: 128, colours: COLOURS }, 100, 6)), "......");
  }
});

test("the specification's example blinks in blue and green", () => {
  const asked: Animation = { mode: 1, speed: 100, colours: [0x0000ff, 0x00ff00, 0xff0000] };
  assert.equal(strip(frame(asked, 0, 6)), "BBBBBB");
  assert.equal(strip(frame(asked, 3_140 / 2, 6)), "GGGGGG");
});

test("a colour wipe fills the ring LED by LED, then the second colour follows", () => {
  const wipe = (tMs: number) =>
    strip(frame({ mode: 3, speed: 255, colours: [0xff0000, 0x0000ff] }, tMs, 6));
  assert.equal(wipe(0), "BBBBBB");
  assert.equal(wipe(187.5), "RRRBBB");
  assert.equal(wipe(375 + 125), "BBRRRR");
});

test("all 18 basic patterns lie where the table of inference says, moving and still", () => {
  assert.deepEqual(
    LED_PATTERNS.map(({ id, name }) => ({ id, name })),
    patterns.map(({ id, name }) => ({ id, name })),
  );
  for (const { id, name, frames, still } of patterns) {
    for (const [tMs, expected] of frames)
      assert.equal(basic(id, [48, 3], 4, 5)(tMs), expected, name);
    assert.equal(basic(id, [48, 3], 0, 5)(12_345), still, name);
  }
});

test("basic patterns of the specification's example, and at the ends of the duty cycle", () => {
  assert.equal(basic(4, [12, 48], 20, 5)(0), "GGGGGGGGGGGG............");
  assert.equal(basic(4, [12, 48], 20, 5)(2_500), "............RRRRRRRRRRRR");
  assert.equal(basic(3, [12, 48], 20, 5)(0), "GGGGGGGGGGGGRRRRRRRRRRRR");
  assert.equal(basic(3, [12, 48], 20, 5)(2_500), "........................");
  assert.equal(basic(13, [48, 3], 0, 5)(0), "RRRRBBBBRRRRBBBBRRRRBBBB");
  assert.equal(basic(17, [48, 3], 8, 2)(500), "BBBBBBRRRRRBBBBBBBBBBBBB");
  assert.equal(basic(6, [48, 0], 4, 5)(0), "......RRRRRR............");
  assert.equal(basic(16, [48, 3], 0, 0)(0), "RRBBRRBBRRBBRRBBRRBBRRBB");
});

test("the duty cycle runs from never to always, and period 0 stands still", () => {
  assert.equal(basic(2, [48, 3], 4, 0)(0), "B".repeat(24));
  assert.equal(basic(2, [48, 3], 4, 10)(999), "R".repeat(24));
  assert.equal(basic(2, [48, 3], 0, 0)(123), "R".repeat(24));
  assert.equal(basic(4, [48, 3], 4, 10)(999), `${"R".repeat(12)}${".".repeat(12)}`);
  assert.equal(basic(4, [48, 3], 0, 5)(999), `${"R".repeat(12)}${"B".repeat(12)}`);
});

test("spinning the other way mirrors it, and a turn takes one period", () => {
  assert.equal(basic(18, [48, 3], 8, 2)(500), "BBBBBBBBBBBBBBBBBBRRRRRB");
  assert.equal(basic(18, [48, 3], 8, 2)(2_000), basic(18, [48, 3], 8, 2)(0));
});

test("pattern 1 and unknown patterns leave the ring dark", () => {
  assert.deepEqual(
    LED_PATTERNS.map(({ id }) => id),
    Array.from({ length: 18 }, (_, index) => index + 1),
  );
  for (const pattern of [0, 1, 19, 63]) {
    assert.equal(basic(pattern, [48, 3], 4, 5)(0), ".".repeat(24));
  }
});

test("six-bit colours stand for 64 colours, and each colour has its nearest one", () => {
  const known: [number, string][] = [
    [0, "#000000"],
    [3, "#0000FF"],
    [12, "#00FF00"],
    [15, "#00FFFF"],
    [21, "#555555"],
    [42, "#AAAAAA"],
    [48, "#FF0000"],
    [51, "#FF00FF"],
    [56, "#FFAA00"],
    [60, "#FFFF00"],
    [63, "#FFFFFF"],
  ];
  for (const [code, hex] of known) assert.equal(colourOf6Bit(code), parseColour(hex));
  for (let code = 0; code < 64; code += 1) assert.equal(sixBitOf(colourOf6Bit(code)), code);
  assert.equal(sixBitOf(0xffa500), 56);
  assert.equal(sixBitOf(0x808080), 42);
  assert.equal(sixBitOf(0xc0392b), 37);
});

test("colours are read with 0x or #, and written as the specification's example", () => {
  assert.equal(parseColour("0x0000FF"), 255);
  assert.equal(parseColour("0X00ff00"), 0xff00);
  assert.equal(parseColour("#112233"), 0x112233);
  for (const wrong of ["112233", "#12345", "0x1122334", "red", "#gg0000"]) {
    assert.equal(parseColour(wrong), undefined);
  }
  assert.equal(formatColour(0x00c0ff), "0x00C0FF");
});

const SOLID_BLUE = {
  name: "led-ring",
  parameters: { mode: 0, duration: 1_000, speed: 0, colors: ["0x0000FF"] },
};
const ALL_GREEN = {
  name: "led-ring-basic",
  parameters: { pattern: 2, colors: [12, 0], period: 0, "duty-cycle": 10 },
};

test("an animation lies over the basic pattern for its duration, then the pattern shows again", () => {
  const green = pictureAfter(DARK_RING, ALL_GREEN, 1_000);
  const blue = pictureAfter(green, SOLID_BLUE, 2_000);
  assert.equal(strip(pictureFrame(green, 1_000, 3)), "GGG");
  assert.equal(strip(pictureFrame(blue, 2_999, 3)), "BBB");
  assert.equal(strip(pictureFrame(blue, 3_000, 3)), "GGG");
  assert.equal(pictureAfter(blue, { name: "sensors-config", parameters: {} }, 2_100), blue);
});

test("mode -1 and pattern 1 clear the ring", () => {
  const lit = pictureAfter(pictureAfter(DARK_RING, ALL_GREEN, 0), SOLID_BLUE, 0);
  for (const clear of [
    { name: "led-ring", parameters: { mode: -1 } },
    { name: "led-ring-basic", parameters: { pattern: 1 } },
  ]) {
    assert.equal(strip(pictureFrame(pictureAfter(lit, clear, 10), 20, 3)), "...");
  }
});
