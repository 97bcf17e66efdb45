import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilOpen } from "../src/lib/port.ts";
import { end } from "./measure.ts";

/** Installed once, and kept for the next run. */
const INSTALLED = join(tmpdir(), "fieldline-bench-node-red");
const PACKAGES = ["node-red@4.1.15", "@flowfuse/node-red-dashboard@1.31.0"];

/** Node-RED with its dashboard: a topic's newest number as a text on a page. */
export class NodeRed {
  /** The page with the text; the number is all that stands in `.nrdb-ui-text-value`. */
  readonly page: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  /** Undefined where it cannot be installed. */
  static async open(mqttPort: number, topic: string): Promise<NodeRed | undefined> {
    if (!isInstalled()) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "fieldline-node-red-"));
    symlinkSync(join(INSTALLED, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify(DEPENDENCIES));
    writeFileSync(join(folder, "flows.json"), JSON.stringify(flowOf(mqttPort, topic)));
    const port = await freePort();
    const settings = {
      ...{ uiHost: "127.0.0.1", uiPort: port, flowFile: "flows.json", httpAdminRoot: false },
      telemetry: { enabled: false, updateNotification: false },
      logging: { console: { level: "off" } },
    };
    const file = join(folder, "settings.js");
    writeFileSync(file, `module.exports = ${JSON.stringify(settings)};`);
    const script = join(INSTALLED, "node_modules/node-red/red.js");
    const args = [script, "--userDir", folder, "--settings", file];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    await untilOpen(port);
    return new NodeRed(`http://127.0.0.1:${port}/dashboard/page`, folder, child);
  }

  private constructor(page: string, folder: string, child: ChildProcess) {
    this.page = page;
    this.#folder = folder;
    this.#process = child;
  }

  async close(): Promise<void> {
    await end(this.#process);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const DEPENDENCIES = {
  name: "fieldline-bench",
  dependencies: { "@flowfuse/node-red-dashboard": "1.31.0" },
};

function isInstalled(): boolean {
  if (existsSync(join(INSTALLED, "node_modules/node-red/red.js"))) return true;
  mkdirSync(INSTALLED, { recursive: true });
  writeFileSync(join(INSTALLED, "package.json"), "{}");
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...PACKAGES];
  return spawnSync("npm", args, { cwd: INSTALLED }).status === 0;
}

/** No id may be equal to any other word here: Node-RED would take that word for a reference. */
function flowOf(port: number, topic: string): object[] {
  return [
    { id: "id-flow", type: "tab", label: "bench" },
    { id: "id-base", type: "ui-base", name: "bench", path: "/dashboard" },
    { id: "id-theme", type: "ui-theme", name: "plain", colors: COLOURS, sizes: SIZES },
    { id: "id-page", type: "ui-page", name: "page", path: "/page", ...PAGE },
    { id: "id-group", type: "ui-group", name: "group", page: "id-page", width: "6", ...SHOWN },
    { id: "id-broker", type: "mqtt-broker", broker: "127.0.0.1", port, ...BROKER },
    {
      ...{ id: "id-in", type: "mqtt in", z: "id-flow", topic, qos: "1", datatype: "json" },
      ...{ broker: "id-broker", inputs: 0, wires: [["id-text"]] },
    },
    {
      ...{ id: "id-text", type: "ui-text", z: "id-flow", group: "id-group", label: "level" },
      ...{ order: 1, value: "payload", valueType: "msg", layout: "row-left", wires: [] },
    },
  ];
}

const SHOWN = { order: 1, visible: "true", disabled: "false" };
const PAGE = { ui: "id-base", theme: "id-theme", layout: "grid", ...SHOWN };
const BROKER = { autoConnect: true, usetls: false, protocolVersion: "4", cleansession: true };
const COLOURS = {
  ...{ surface: "#ffffff", primary: "#0094ce", bgPage: "#eeeeee" },
  ...{ groupBg: "#ffffff", groupOutline: "#cccccc" },
};
const SIZES = {
  pagePadding: "12px",
  groupGap: "12px",
  groupBorderRadius: "4px",
  widgetGap: "12px",
};
