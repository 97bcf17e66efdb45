/** A filter as MQTT 5.0 section 4.7 wants it: `#` last and alone in its level, `+` alone. */
export function isValidFilter(filter: string): boolean {
  if (filter.length === 0 || filter.includes("\0")) return false;
  const levels = filter.split("/");
  return levels.every((level, index) => {
    if (level.includes("#")) return level === "#" && index === levels.length - 1;
    return !level.includes("+") || level === "+";
  });
}

export function isValidTopic(topic: string): boolean {
  return topic.length > 0 && !/[+#\0]/.test(topic);
}

/** Whether a topic is one of those a filter names; `$` topics hide from leading wildcards. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, want] of wanted.entries()) {
    if (want === "#") return true;
    if (index >= levels.length || (want !== "+" && want !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic that `inner` can name is also named by `outer`. */
export function containsFilter(outer: string, inner: string): boolean {
  if (inner.startsWith("$") && /^[+#]/.test(outer)) return false;
  const wide = outer.split("/");
  const narrow = inner.split("/");
  for (const [index, want] of wide.entries()) {
    if (want === "#") return true;
    const level = narrow[index];
    if (level === undefined || level === "#") return false;
    if (want !== "+" && want !== level) return false;
  }
  return wide.length === narrow.length;
}

/** Whether some topic is named by both filters. */
export function doFiltersMeet(one: string, other: string): boolean {
  const [some, others] = [one.split("/"), other.split("/")];
  for (let at = 0; ; at += 1) {
    const [level, beside] = [some[at], others[at]];
    // `a/#` names `a` too: MQTT 5.0 section 4.7.1.2.
    if (level === "#" || beside === "#") return true;
    if (level === undefined || beside === undefined) return level === beside;
    if (level !== beside && level !== "+" && beside !== "+") return false;
  }
}
