import type { Role } from "../src/domain/permission.ts";

/** Each role may do what the ones before it may. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: "Sees everything, changes nothing.",
  operator: "Also sends commands to devices and pushes samples.",
  engineer: "Also adopts devices, makes agents, changes the plant and reads the journal.",
  admin: "Also manages people, tokens and the demo plant.",
};
