type Branch = { readonly children: Map<string, Branch>; isEnd: boolean };

/** The filters that no other one of them contains, each once and in their order. */
export function widest(filters: readonly string[]): readonly string[] {
  const unique = [...new Set(filters)];
  const root = newBranch();
  for (const filter of unique) {
    let branch = root;
    for (const level of filter.split("/")) {
      const child = branch.children.get(level) ?? newBranch();
      branch.children.set(level, child);
      branch = child;
    }
    branch.isEnd = true;
  }
  return unique.filter((filter) => !isContained(root, filter.split("/"), 0, true));
}

function newBranch(): Branch {
  return { children: new Map(), isEnd: false };
}

/** `isItself`: the way down was the filter's own so far; to its end, it has found itself. */
function isContained(
  { children, isEnd }: Branch,
  levels: readonly string[],
  depth: number,
  isItself: boolean,
): boolean {
  const level = levels[depth];
  // Leading wildcards do not name what begins with `$`: MQTT 5.0 section 4.7.2.
  const seesWildcards = depth > 0 || !level?.startsWith("$");
  if (seesWildcards && children.has("#") && !(isItself && level === "#")) return true;
  if (level === undefined) return isEnd && !isItself;
  if (level === "#") return false;
  const any = seesWildcards && level !== "+" ? children.get("+") : undefined;
  if (any && isContained(any, levels, depth + 1, false)) return true;
  const child = children.get(level);
  return child !== undefined && isContained(child, levels, depth + 1, isItself);
}
