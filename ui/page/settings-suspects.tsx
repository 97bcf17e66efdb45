import type { DeviceSettingsReply } from "../../src/api/contract.ts";
import { formatNumber, formatSpan, formatTime } from "../format.ts";

type Check = DeviceSettingsReply["checks"][number];

/** Gaps that are listed of one sensor, the newest. */
const SHOWN = 3;

const WHY_WORDS = {
  late: "later than the report time allows",
  early: "sooner than the dead time allows",
  small: "before its time, with too small a change",
} as const;

/** The gaps that make it suspect, beside what was told: for whoever wants to judge by himself. */
export function SettingsSuspects({ checks }: { readonly checks: readonly Check[] }) {
  const suspected = checks.filter(({ suspects }) => suspects.length > 0);
  if (suspected.length === 0) return null;
  return (
    <div className="stack">
      <h3>Reports that do not fit</h3>
      <ul className="settings-suspects">
        {suspected.map((check) => (
          <li key={check.channel}>
            <div>
              <b>{check.name}</b>
              <span className="hint below">{`${check.misfits} of ${check.gaps} gaps`}</span>
            </div>
            <span className="dim">{toldWords(check)}</span>
            <ul className="num">
              {check.suspects.slice(-SHOWN).map(({ from, to, why }) => (
                <li key={from}>
                  <b>{formatSpan(Date.parse(to) - Date.parse(from))}</b>
                  <span>{WHY_WORDS[why]}</span>
                  <span className="hint">{`${formatTime(from)} to ${formatTime(to)}`}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}

function toldWords({ longestMs, shortestMs, change }: Check): string {
  const parts = [
    ...(longestMs > 0 ? [`at the latest after ${formatSpan(longestMs)}`] : []),
    ...(shortestMs > 0 ? [`never within ${formatSpan(shortestMs)}`] : []),
    ...(change > 0 ? [`early on a change of ${formatNumber(change)}`] : []),
  ];
  return `Told to report ${parts.join(", ") || "nothing"}`;
}
