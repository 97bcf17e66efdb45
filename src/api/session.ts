import type { Identity, SignedIn } from "../access/access.ts";
import { success } from "../lib/outcome.ts";
import type { Reply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";

export const sessionHandlers = {
  "GET /setup": async ({ access }) => success({ open: access.setupToken !== null }),
  "POST /setup": setUp,
  "POST /session": signIn,
  "GET /session": async (house, { by }) => success(me(house, by)),
  "DELETE /session": signOut,
} satisfies Handlers;

async function setUp(house: House, call: Call<"POST /setup">): Answer<"POST /setup"> {
  const { body, remote } = call;
  const { token, name, password } = body;
  const signedIn = await house.access.setUp({ token, name, password, remote });
  if (!signedIn.ok) return signedIn;
  call.setCookie(signedIn.value.cookie);
  house.ownerExists();
  if (body.demo) {
    const started = await house.demo.start();
    // The owner exists now and is signed in: the demo can be started again from the screens.
    if (!started.ok) house.log.error("the demo plant did not start", { ...started.problem });
  }
  return success(me(house, signedIn.value));
}

async function signIn(house: House, call: Call<"POST /session">): Answer<"POST /session"> {
  const { name, password } = call.body;
  const signedIn = await house.access.signIn({ name, password, remote: call.remote });
  if (!signedIn.ok) return signedIn;
  call.setCookie(signedIn.value.cookie);
  return success(me(house, signedIn.value));
}

async function signOut(house: House, call: Call<"DELETE /session">): Answer<"DELETE /session"> {
  if (call.cookie) await house.access.signOut(call.cookie);
  call.setCookie(null);
  return success(undefined);
}

function me(house: House, { actor, role }: Identity | SignedIn): Reply<"GET /session"> {
  return { name: actor.name, role, demo: house.demo.running(), version: house.version };
}
