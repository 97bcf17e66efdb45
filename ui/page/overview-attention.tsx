import { Link } from "@tanstack/react-router";
import { Diamond } from "lucide-react";
import type { Reply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { useMay } from "../session.ts";

/** What a person should look at; nothing while there is nothing. Alarms are not made up here. */
export function Attention({ overview }: { readonly overview: Reply<"GET /overview"> }) {
  const maySeeRejected = useMay("engineer");
  const { stale, lostNetworks, inbox, rejected } = overview;
  const items = [
    lostNetworks > 0 && {
      to: "/networks" as const,
      text: `${formatCount(lostNetworks, "network is", "networks are")} away`,
      why: "Of its devices nobody can tell",
    },
    stale > 0 && {
      to: "/devices" as const,
      text: `${formatCount(stale, "device is", "devices are")} silent`,
      why: "Last known values are dim",
    },
    inbox > 0 && {
      to: "/inbox" as const,
      text: `${formatCount(inbox, "device waits", "devices wait")} in the inbox`,
      why: "Values are kept already",
    },
    rejected > 0 &&
      maySeeRejected && {
        to: "/rejected" as const,
        text: `${formatCount(rejected, "message was", "messages were")} rejected`,
        why: "Nothing of them was stored",
      },
  ].filter((item) => item !== false);
  if (items.length === 0) return null;
  return (
    <section className="attention" aria-label="Needs attention">
      {items.map(({ to, text, why }) => (
        <Link key={to} to={to} className="attention-item">
          <Diamond size={13} strokeWidth={2.4} aria-hidden />
          <b>{text}</b>
          <span className="hint">{why}</span>
        </Link>
      ))}
    </section>
  );
}
