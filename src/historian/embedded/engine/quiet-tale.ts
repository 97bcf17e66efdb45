/** For an engine of which nobody wants to hear anything: what it would say outward. */
export const QUIET = {
  checkpoint: async () => {},
  onDropped: () => {},
  onDamaged: () => {},
  onMissing: () => {},
  onMalformed: () => {},
  onMended: () => {},
  onDoubt: () => {},
};
