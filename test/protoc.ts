import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../src/driver/sparkplug/", import.meta.url));

/** Google's own compiler of Protocol Buffers: it writes and reads payloads that we did not. */
export const hasProtoc = spawnSync("protoc", ["--version"]).status === 0;

/** The bytes of a `Payload` in protobuf's text format. */
export function protoEncode(text: string): Buffer {
  return run("--encode=Payload", Buffer.from(text));
}

export function protoDecode(bytes: Uint8Array): string {
  return run("--decode=Payload", bytes).toString();
}

function run(option: string, input: Uint8Array): Buffer {
  const args = [option, `--proto_path=${FOLDER}`, "payload.proto"];
  const { status, stdout, stderr } = spawnSync("protoc", args, { input });
  assert.equal(status, 0, stderr.toString());
  return stdout;
}
