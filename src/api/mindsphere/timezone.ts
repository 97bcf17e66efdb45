/** MindSphere knows zones whose offset is of full or half hours only. */
const HALF_HOUR = 30;
/** Offsets of long ago were others. */
const LATELY = Date.UTC(2020, 0, 1);

/** Whether assets can have this time zone: an IANA name, as Java's are. */
export function isTimezone(name: string): boolean {
  try {
    const format = new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset" });
    const offset = format.formatToParts(LATELY).find(({ type }) => type === "timeZoneName");
    return Number(/:(\d\d)$/.exec(offset?.value ?? "")?.[1] ?? 0) % HALF_HOUR === 0;
  } catch {
    return false; // That there is no such zone, Intl says by throwing.
  }
}
