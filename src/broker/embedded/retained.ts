import { LIMIT } from "../../domain/limit.ts";
import type { RoutedMessage } from "./routed-message.ts";

type Take = (message: RoutedMessage) => void;
type Branch = { readonly children: Map<string, Branch>; message: RoutedMessage | null };

/** The last retained message of each topic, as a tree: one topic costs its levels, not them all. */
export class Retained {
  readonly #root: Branch = { children: new Map(), message: null };
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An empty payload removes. False where the message would be one too many. */
  keep(message: RoutedMessage): boolean {
    const levels = message.topic.split("/");
    if (message.payload.length === 0) {
      this.#remove(this.#root, levels, 0);
      return true;
    }
    const before = this.#find(levels)?.message ?? null;
    const count = this.#count + (before ? 0 : 1);
    const bytes = this.#bytes + bytesOf(message) - (before ? bytesOf(before) : 0);
    if (count > LIMIT.retainedMessages || bytes > LIMIT.retainedBytes) return false;
    this.#count = count;
    this.#bytes = bytes;
    this.#grow(levels).message = message;
    return true;
  }

  /** What is kept under a filter and of use still. */
  under(filter: string, now: number): readonly RoutedMessage[] {
    const found: RoutedMessage[] = [];
    this.#visit(this.#root, filter.split("/"), (message) => found.push(message));
    return found.filter((message) => isOfUse(message, now));
  }

  /** Everything that is of use still, topics that begin with `$` included. */
  all(now: number): readonly RoutedMessage[] {
    const found: RoutedMessage[] = [];
    for (const child of this.#root.children.values()) {
      this.#visit(child, ["#"], (message) => found.push(message));
    }
    return found.filter((message) => isOfUse(message, now));
  }

  #visit(branch: Branch, levels: readonly string[], take: Take): void {
    const [level, ...deeper] = levels;
    // `a/#` names `a` too: MQTT 5.0 section 4.7.1.2.
    if ((level === undefined || level === "#") && branch.message) take(branch.message);
    if (level === "#") this.#visitAll(branch, levels, take);
    else if (level === "+") this.#visitAll(branch, deeper, take);
    else if (level !== undefined) {
      const child = branch.children.get(level);
      if (child) this.#visit(child, deeper, take);
    }
  }

  #visitAll(branch: Branch, levels: readonly string[], take: Take): void {
    for (const [name, child] of branch.children) {
      // Topics that begin with `$` hide from leading wildcards: MQTT 5.0 section 4.7.2.
      if (branch !== this.#root || !name.startsWith("$")) this.#visit(child, levels, take);
    }
  }

  #find(levels: readonly string[]): Branch | undefined {
    let branch: Branch | undefined = this.#root;
    for (const level of levels) branch = branch?.children.get(level);
    return branch;
  }

  #grow(levels: readonly string[]): Branch {
    let branch = this.#root;
    for (const level of levels) {
      const child = branch.children.get(level) ?? { children: new Map(), message: null };
      branch.children.set(level, child);
      branch = child;
    }
    return branch;
  }

  #remove(branch: Branch, levels: readonly string[], depth: number): void {
    const level = levels[depth];
    if (level === undefined) {
      if (branch.message === null) return;
      this.#count -= 1;
      this.#bytes -= bytesOf(branch.message);
      branch.message = null;
      return;
    }
    const child = branch.children.get(level);
    if (!child) return;
    this.#remove(child, levels, depth + 1);
    if (child.children.size === 0 && child.message === null) branch.children.delete(level);
  }
}

function isOfUse({ expiresAt }: RoutedMessage, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

function bytesOf(message: RoutedMessage): number {
  return message.topicBytes.length + message.payload.length + message.properties.length;
}
