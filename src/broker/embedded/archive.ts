import type { Problem } from "../../domain/problem.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import type { Kept } from "./intake.ts";
import type { RoutedMessage } from "./routed-message.ts";
import type { Session } from "./session.ts";
import { SessionBook } from "./session-book.ts";
import { SessionLog } from "./session-log.ts";
import { messageRecord, packetRecord, RECORD, type WrittenDelivery } from "./session-record.ts";
import { type RecoveredSession, SessionRecovery } from "./session-recovery.ts";

type ArchiveParts = Parameters<typeof SessionLog.open>[1];

/** Who is to get a message, and how. */
export type Reader = {
  readonly session: Session;
  readonly first: number;
  readonly ids: readonly number[];
  readonly shared?: string | undefined;
};

/** A QoS 2 message that is taken once, however often its sender repeats it. */
type Receipt = { readonly session: Session; readonly packetId: number };

/** Segments are freed above this many, or above these bytes and twice what is still needed. */
const SEGMENTS_MAX = 16;
const BYTES_MAX = 32 * 1024 * 1024;

/** Sessions that outlive this process, with what waits for them. */
export class Archive {
  readonly recovered: readonly RecoveredSession[];
  readonly #log: SessionLog;
  readonly #now: () => number;
  #nextSession: number;
  #nextSerial: number;
  #freeing: Promise<void> = Promise.resolve();
  #isFreeing = false;

  private constructor(log: SessionLog, recovery: SessionRecovery, now: () => number) {
    this.#log = log;
    this.#now = now;
    this.recovered = recovery.sessions();
    this.#nextSession = recovery.lastSession + 1;
    this.#nextSerial = recovery.lastSerial + 1;
  }

  static async open(folder: string, parts: ArchiveParts): Promise<Outcome<Archive, Problem>> {
    const recovery = new SessionRecovery(parts.clock.now());
    const log = await SessionLog.open(folder, parts, (body, segment) =>
      recovery.replay(body, segment),
    );
    return log.ok ? success(new Archive(log.value, recovery, () => parts.clock.now())) : log;
  }

  /** On disk. */
  get bytes(): number {
    return this.#log.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Frees old segments when new ones are begun; `sessions` are all that are written down. */
  watch(sessions: () => Iterable<Session>): void {
    this.#log.onSegment = () => {
      if (!this.#isFreeing) this.#freeing = this.#free(sessions);
    };
  }

  begin(session: Session): void {
    session.book = new SessionBook(this.#log, this.#nextSession);
    this.#nextSession += 1;
  }

  /** Of a session that ends with its connection: 3.1.2.5 of MQTT 5.0 lets its will survive us. */
  bequeath(session: Session): void {
    session.testament = new SessionBook(this.#log, this.#nextSession);
    this.#nextSession += 1;
  }

  resume(session: Session, recovered: RecoveredSession): void {
    const book = new SessionBook(this.#log, recovered.number, recovered.receipts);
    book.segment = recovered.segment;
    session.book = book;
  }

  /** Message and receipt are one record: a power cut leaves both or neither. */
  keep(
    message: RoutedMessage,
    readers: readonly Reader[],
    receipt: Receipt | null = null,
  ): readonly Kept[] {
    const at = this.#now();
    const record = { serial: this.#nextSerial, at, segment: this.#log.segment };
    const kept: Kept[] = [];
    for (const { session, first, ids, shared } of readers) {
      const packetId = session.claimPacketId();
      if (packetId === 0) continue;
      const written = { packetId, record };
      kept.push({ session, delivery: { message, first, ids, shared, written } });
    }
    const deliveries = kept.map(writtenDelivery);
    const book = receipt?.session.book;
    const got = book && receipt ? { session: book.number, packetId: receipt.packetId } : null;
    if (got) book?.receipts.add(got.packetId);
    if (deliveries.length > 0) {
      this.#nextSerial += 1;
      this.#log.append(messageRecord({ ...record, message, deliveries, receipt: got }));
    } else if (got) {
      this.#log.append(packetRecord(RECORD.receipt, got));
    }
    return kept;
  }

  whenSafe(call: () => void): void {
    this.#log.whenSafe(call);
  }

  safe(): Promise<void> {
    return this.#log.safe();
  }

  beginClosing(): void {
    this.#log.beginClosing();
  }

  /** Also waits for a segment that is going: whoever opens the folder next must not meet it. */
  async close(): Promise<void> {
    this.#log.beginClosing();
    await this.#freeing;
    await this.#log.close();
  }

  /**
   * Oldest first, one at a time: what is still needed of it is written again at the end, and then
   * it goes. Never one from the middle: it may say of an older message that it is done.
   */
  async #free(sessions: () => Iterable<Session>): Promise<void> {
    this.#isFreeing = true;
    while (this.#isFreeingDue(sessions)) {
      const oldest = this.#log.segments[0]?.number ?? 0;
      this.#writeAgain(oldest, sessions());
      if (!(await this.#isSafe())) break;
      await this.#log.drop(oldest);
    }
    this.#isFreeing = false;
  }

  /** False where the disk failed and the log closes: nothing may go then. */
  #isSafe(): Promise<boolean> {
    return this.#log.safe().then(
      () => true,
      () => false,
    );
  }

  #isFreeingDue(sessions: () => Iterable<Session>): boolean {
    if (this.#log.segments.length > SEGMENTS_MAX) return true;
    const { bytes } = this;
    return bytes > BYTES_MAX && bytes > 2 * neededBytes(sessions()) + BYTES_MAX;
  }

  #writeAgain(segment: number, sessions: Iterable<Session>): void {
    const messages = new Map<number, Kept[]>();
    for (const session of sessions) {
      const book = session.book ?? session.testament;
      if (book && book.segment <= segment) book.write(session);
      collect(messages, session, segment);
    }
    for (const kept of messages.values()) {
      const [first] = kept;
      if (!first) continue;
      const { message, written } = first.delivery;
      if (!written) continue;
      const { record } = written;
      record.segment = this.#log.segment;
      const deliveries = kept.map(writtenDelivery);
      this.#log.append(messageRecord({ ...record, message, deliveries, receipt: null }));
    }
  }
}

/** What a session needs of the segments up to this one, by the message's serial number. */
function collect(messages: Map<number, Kept[]>, session: Session, segment: number): void {
  for (const delivery of session.written()) {
    const { record } = delivery.written ?? {};
    if (!record || record.segment > segment) continue;
    const kept = messages.get(record.serial) ?? [];
    kept.push({ session, delivery });
    messages.set(record.serial, kept);
  }
}

function writtenDelivery({ session, delivery }: Kept): WrittenDelivery {
  const { first, ids, written } = delivery;
  const packetId = written?.packetId ?? 0;
  return { session: session.book?.number ?? 0, packetId, first, ids };
}

function neededBytes(sessions: Iterable<Session>): number {
  const records = new Map<number, number>();
  for (const session of sessions) {
    for (const { message, written } of session.written()) {
      if (written) records.set(written.record.serial, message.payload.length);
    }
  }
  return [...records.values()].reduce((sum, bytes) => sum + bytes, 0);
}
