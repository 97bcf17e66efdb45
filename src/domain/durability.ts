/**
 * When a sender is told that its message is safe: `synced`, when it survives a power cut;
 * `written`, when the operating system has it, which survives a crash of this process, and a power
 * cut only if the disk was faster. See docs/decisions/0030-written-is-a-choice.md.
 */
export type Durability = "synced" | "written";
