import { LIMIT } from "../../domain/limit.ts";
import type { RoutedMessage } from "./routed-message.ts";

/** Gives what it has found after each few looks, which may be nothing. */
export type RetainedWalk = Generator<readonly RoutedMessage[], void>;

type Branch = {
  readonly children: Map<string, Branch>;
  readonly isRoot: boolean;
  message: RoutedMessage | null;
};
/** Branches that are to be looked at, and which level of the filter they are held against. */
type Way = { readonly branches: Iterator<Branch>; readonly at: number };

const EVERYTHING: readonly string[] = ["#"];
/** Places of the tree that are looked at in one go: some 20 us. */
const LOOKS = 64;

/** The last retained message of each topic, as a tree: one topic costs its levels, not them all. */
export class Retained {
  readonly #root = newBranch(true);
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
    return [...this.walk(filter, () => now)].flat();
  }

  /** The same a little at a time; what changes meanwhile may be found or not. */
  walk(filter: string, now: () => number): RetainedWalk {
    return walk(this.#root, filter.split("/"), now);
  }

  /** Everything that is of use still, topics that begin with `$` included. */
  all(now: number): readonly RoutedMessage[] {
    const children = [...this.#root.children.values()];
    return children.flatMap((child) => [...walk(child, EVERYTHING, () => now)].flat());
  }

  #find(levels: readonly string[]): Branch | undefined {
    let branch: Branch | undefined = this.#root;
    for (const level of levels) branch = branch?.children.get(level);
    return branch;
  }

  #grow(levels: readonly string[]): Branch {
    let branch = this.#root;
    for (const level of levels) {
      const child = branch.children.get(level) ?? newBranch();
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

function newBranch(isRoot = false): Branch {
  return { children: new Map(), isRoot, message: null };
}

function* walk(start: Branch, levels: readonly string[], now: () => number): RetainedWalk {
  const ways: Way[] = [{ branches: [start].values(), at: 0 }];
  let found: RoutedMessage[] = [];
  let looks = 0;
  for (let way = ways.at(-1); way; way = ways.at(-1)) {
    const { value: branch, done } = way.branches.next();
    if (done) {
      ways.pop();
      continue;
    }
    const deeper = look(branch, levels, way.at, found);
    if (deeper) ways.push(deeper);
    looks += 1;
    if (looks % LOOKS > 0) continue;
    yield found.filter((message) => isOfUse(message, now()));
    found = [];
  }
  yield found.filter((message) => isOfUse(message, now()));
}

/** Follows the names of a filter; where a wildcard stands, all below are to be looked at. */
function look(
  start: Branch,
  levels: readonly string[],
  from: number,
  found: RoutedMessage[],
): Way | undefined {
  let branch: Branch | undefined = start;
  for (let at = from; branch; at += 1) {
    const level = levels[at];
    // `a/#` names `a` too: MQTT 5.0 section 4.7.1.2.
    if ((level === undefined || level === "#") && branch.message) found.push(branch.message);
    if (level === undefined) return undefined;
    if (level === "#") return { branches: below(branch), at };
    if (level === "+") return { branches: below(branch), at: at + 1 };
    branch = branch.children.get(level);
  }
  return undefined;
}

/** Topics that begin with `$` hide from leading wildcards: MQTT 5.0 section 4.7.2. */
function below({ children, isRoot }: Branch): Iterator<Branch> {
  if (!isRoot) return children.values();
  const seen = [...children].flatMap(([name, child]) => (name.startsWith("$") ? [] : [child]));
  return seen.values();
}

function isOfUse({ expiresAt }: RoutedMessage, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}

function bytesOf(message: RoutedMessage): number {
  return message.topicBytes.length + message.payload.length + message.properties.length;
}
