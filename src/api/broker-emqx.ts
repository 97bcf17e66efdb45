import { type Form, textIn } from "./broker-form.ts";

/**
 * EMQX 5 asks over HTTP with a body that its administrator writes; docs/grow.md says which. A reply
 * that is not `allow` or `deny` would be `ignore`, and another authenticator would decide.
 */
export const emqx: Readonly<Record<string, Form>> = {
  "/emqx/authn": {
    read: (body) => ({
      about: "connect",
      username: textIn(body, "username"),
      clientId: textIn(body, "clientid"),
      password: textIn(body, "password"),
      remote: textIn(body, "peerhost"),
    }),
    write: ([may] = []) => ({ result: may ? "allow" : "deny", is_superuser: false }),
  },
  "/emqx/authz": {
    read(body) {
      const action = textIn(body, "action");
      if (action !== "publish" && action !== "subscribe") return undefined;
      const who = { username: textIn(body, "username"), clientId: textIn(body, "clientid") };
      return { about: action, ...who, topics: [textIn(body, "topic")] };
    },
    write: ([may] = []) => ({ result: may ? "allow" : "deny" }),
  },
};
