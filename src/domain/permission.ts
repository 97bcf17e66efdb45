/** From the least to the most; each role may do what the ones before it may. */
export const ROLES = ["viewer", "operator", "engineer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a route asks for. `public` needs no sign-in, `setup` the one-time set-up token, `self` any
 * signed-in actor.
 */
export const PERMISSIONS = {
  public: null,
  setup: null,
  self: "viewer",
  view: "viewer",
  command: "operator",
  "push-samples": "operator",
  engineer: "engineer",
  "read-journal": "engineer",
  administer: "admin",
} as const satisfies Record<string, Role | null>;
export type Permission = keyof typeof PERMISSIONS;

/** Deny by default: a permission that no role is named for is not given to anybody. */
export function mayDo(role: Role, permission: Permission): boolean {
  const least = PERMISSIONS[permission];
  return least !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}
