import { Agent as PlainAgent, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestTls, Agent as TlsAgent } from "node:https";
import { LIMIT } from "../domain/limit.ts";

/** What the house said; null where it did not answer at all. */
export type Answer = { readonly status: number; readonly text: string } | null;

export type Post = {
  readonly send: (body: Uint8Array) => Promise<Answer>;
  readonly close: () => void;
};

/** One connection, kept open: a batch follows when the one before it was answered. */
export function openPost(url: URL, secret: string): Post {
  const isTls = url.protocol === "https:";
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = isTls ? new TlsAgent(options) : new PlainAgent(options);
  const headers = { "content-type": "application/octet-stream", authorization: `Bearer ${secret}` };
  const request = isTls ? requestTls : requestPlain;
  const wish: RequestOptions = { method: "POST", headers, agent, timeout: LIMIT.requestMs };
  const send = (body: Uint8Array) =>
    new Promise<Answer>((resolve) => {
      const length = { "content-length": body.length };
      const asked = request(url, { ...wish, headers: { ...headers, ...length } }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (some) => {
          text += some;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", () => resolve(null));
      });
      asked.on("timeout", () => asked.destroy());
      asked.on("error", () => resolve(null));
      asked.end(body);
    });
  return { send, close: () => agent.destroy() };
}
