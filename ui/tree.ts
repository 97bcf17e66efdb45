/** Siblings as people look for them: `R 2` before `R 10`. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

/** Whether a path leads to an asset or to something below it. */
export function isWithin(path: string, assetPath: string): boolean {
  return path === assetPath || path.startsWith(`${assetPath}/`);
}
