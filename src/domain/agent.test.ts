import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AGENT_KINDS, type AgentKind, clientIdOf, rightsOf } from "./agent.ts";

const NAMES: Readonly<Record<string, AgentKind>> = {
  "MindSphere agent": "mindsphere",
  "viaSens gateway": "viasens",
  "SCorp-io edge": "scorp-io",
  "Sparkplug edge node": "sparkplug",
  "Fieldline gateway": "gateway",
  "plain device": "plain",
};
const GRANT = { publish: ["plant/#"], subscribe: ["plant/orders/#"] };

test("an agent may publish and subscribe what docs/architecture.md says, and nothing else", () => {
  const rows = tableUnder("MQTT rights");
  const kinds = rows.map(([who = ""]) => NAMES[who]);
  assert.deepEqual(kinds.toSorted(), AGENT_KINDS.toSorted());
  for (const [who = "", , publish = "", subscribe = ""] of rows) {
    const kind = NAMES[who] ?? "plain";
    const documented = { publish: filtersIn(publish), subscribe: filtersIn(subscribe) };
    const agent = { kind, tenant: "t", name: "n", clientId: clientIdOf(kind, "t", "n") };
    const expected = kind === "plain" ? GRANT : documented;
    assert.deepEqual(rightsOf({ ...agent, grant: kind === "plain" ? GRANT : null }), expected, who);
  }
});

test("a MindSphere agent may publish the topics that it has registered, too", () => {
  const agent = { kind: "mindsphere", tenant: "t", name: "n", clientId: "t_n" } as const;
  const grant = { publish: ["plant/t_n/data"], subscribe: ["plant/#"] };
  assert.deepEqual(rightsOf({ ...agent, grant }), {
    publish: ["tc/t/t_n/o/#", "plant/t_n/data"],
    subscribe: ["tc/t/t_n/i/#"],
  });
});

test("a plain device without a grant may do nothing", () => {
  const agent = { kind: "plain", tenant: "", name: "n", clientId: "n", grant: null } as const;
  assert.deepEqual(rightsOf(agent), { publish: [], subscribe: [] });
});

function tableUnder(heading: string): string[][] {
  const file = new URL("../../docs/architecture.md", import.meta.url);
  const [, section = ""] = readFileSync(file, "utf8").split(`## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The topic filters in a cell, for tenant `t` and name `n`. */
function filtersIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, filter = ""]) =>
    filter
      .replace("<clientId>", "t_n")
      .replace(/<(tenant|network|project|group)>/, "t")
      .replace(/<(edge|gateway)>/, "n"),
  );
}
