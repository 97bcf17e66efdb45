import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { PacketView } from "../packet-reader.ts";
import { PACKET } from "../protocol.ts";
import type { Conversation, Wire } from "./line.ts";
import { encodeSubscribe, FAILED, readPublish, subackCodes, type Welcome } from "./packet.ts";
import { Sender } from "./sender.ts";

/** Where Mosquitto's dynamic security listens, and where it answers who asked. */
const TOPIC = "$CONTROL/dynamic-security/v1";
const ANSWERS = `${TOPIC}/response`;
const SUBSCRIBE_ID = 65_535;

export type Command = JsonObject & { readonly command: string };
type Answer = Outcome<JsonObject, Problem>;

type ControlParts = {
  readonly clock: Clock;
  /** It may be asked now. */
  readonly onReady: (control: Control) => void;
  readonly onRefused: (detail: string) => void;
};

type Asked = { readonly settle: (answer: Answer) => void; readonly timer: Timer };

/** Asks Mosquitto's dynamic security, and finds the answer to each command. */
export class Control implements Conversation {
  readonly #parts: ControlParts;
  readonly #wire: Wire;
  readonly #sender: Sender;
  readonly #asked = new Map<string, Asked>();
  #serial = 0;

  constructor(parts: ControlParts, wire: Wire, welcome: Welcome) {
    this.#parts = parts;
    this.#wire = wire;
    this.#sender = new Sender(wire, welcome, () => parts.clock.now());
    wire.writer.raw(encodeSubscribe(SUBSCRIBE_ID, [ANSWERS], wire.version));
    wire.send();
  }

  /** The answers' data, in the order of the commands. */
  ask(commands: readonly Command[]): Promise<readonly Answer[]> {
    const numbered = commands.map((command) => {
      this.#serial += 1;
      return { ...command, correlationData: `${this.#serial}` };
    });
    const answers = numbered.map(({ correlationData }) => this.#answerTo(correlationData));
    const payload = Buffer.from(JSON.stringify({ commands: numbered }));
    void this.#sender.send({ topic: TOPIC, payload }).then((sent) => {
      if (sent.ok) return;
      for (const { correlationData } of numbered) this.#settle(correlationData, sent);
    });
    return Promise.all(answers);
  }

  readonly take = (packet: PacketView): void => {
    const type = (packet.buffer[packet.start] ?? 0) >> 4;
    if (type === PACKET.publish) this.#hear(packet);
    else if (type !== PACKET.suback) this.#sender.take(packet);
    else if ((subackCodes(packet, 1)[0] ?? FAILED) < FAILED) this.#parts.onReady(this);
    else this.#parts.onRefused(`Fieldline's user may not subscribe to ${ANSWERS}`);
  };

  readonly ended = (): void => {
    this.#sender.ended();
    for (const serial of [...this.#asked.keys()]) {
      this.#settle(serial, failure(problem("link_down", "the connection was lost")));
    }
  };

  #answerTo(serial: string): Promise<Answer> {
    return new Promise((settle) => {
      const late = failure(problem("broker_refused", "the dynamic security did not answer"));
      const after = LIMIT.externalConnectMs;
      const timer = this.#parts.clock.after(after, () => this.#settle(serial, late));
      this.#asked.set(serial, { settle, timer });
    });
  }

  #hear(packet: PacketView): void {
    const passed = readPublish(packet, this.#wire.version);
    if (passed?.packetId) {
      this.#wire.writer.ack(PACKET.puback, passed.packetId);
      this.#wire.send();
    }
    for (const response of responsesIn(passed?.payload)) {
      const { correlationData, error, data = {} } = response;
      const said = typeof error === "string" ? failure(problem("broker_refused", error)) : null;
      if (typeof correlationData !== "string") continue;
      this.#settle(correlationData, said ?? success(isJsonObject(data) ? data : {}));
    }
  }

  #settle(serial: string, answer: Answer): void {
    const asked = this.#asked.get(serial);
    this.#asked.delete(serial);
    asked?.timer.cancel();
    asked?.settle(answer);
  }
}

function responsesIn(payload: Uint8Array | undefined): readonly JsonObject[] {
  try {
    const json = JSON.parse(Buffer.from(payload ?? []).toString());
    return Array.isArray(json?.responses) ? json.responses.filter(isJsonObject) : [];
  } catch {
    return []; // Not an answer of the plugin's.
  }
}
