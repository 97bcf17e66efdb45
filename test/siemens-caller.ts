import type { Role } from "../src/domain/permission.ts";
import type { ApiHouse, Reply } from "./api-house.ts";

/** Asks a house's Insights Hub API the way that Siemens' clients do. */
export class SiemensCaller {
  readonly #house: Pick<ApiHouse, "url" | "tokens">;

  constructor(house: Pick<ApiHouse, "url" | "tokens">) {
    this.#house = house;
  }

  /** One request as somebody of this role; a body that is no text is sent as JSON. */
  async send(who: Role | null, route: string, body?: unknown, headers = {}): Promise<Reply> {
    const [method = "", path = ""] = route.split(/ (.*)/s);
    const { url, tokens } = this.#house;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(who && { authorization: `Bearer ${tokens[who]}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const json = isJson && text !== "" ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }
}
