/**
 * A URL for each host that one names, in their order: `postgres://user@one:1,two:2/name` is two.
 * Undefined where one of them is none.
 */
export function urlsOfHosts(text: string): string[] | undefined {
  const match = /^([a-z]+:\/\/(?:[^/?#@]*@)?)([^/?#@]*)(.*)$/i.exec(text);
  if (!match) return undefined;
  const [, before = "", hosts = "", after = ""] = match;
  const urls = hosts.split(",").map((host) => `${before}${host}${after}`);
  return urls.every(isUrl) ? urls : undefined;
}

function isUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).hostname !== "";
}
