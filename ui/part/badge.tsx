import type { ReactNode } from "react";
import { formatNumber } from "../format.ts";
import "./badge.css";

/** A number that asks for attention. Nothing where it is zero. */
export function Count({ of, label }: { readonly of: number; readonly label: string }) {
  if (of === 0) return null;
  return (
    <span className="count num">
      <span aria-hidden>{formatNumber(of, 0)}</span>
      <span className="spoken">{`${formatNumber(of, 0)} ${label}`}</span>
    </span>
  );
}

/**
 * A state as shape and word, never by hue: `on` is a filled dot, `off` a hollow one, `wrong` a
 * square in the colour of what a person must mend, `wait` half a dot.
 */
export type StateKind = "on" | "off" | "wait" | "wrong";

type StateProps = { readonly kind: StateKind; readonly children: ReactNode };

export function State({ kind, children }: StateProps) {
  return (
    <span className="state">
      <i className={`state-dot ${kind}`} aria-hidden />
      {children}
    </span>
  );
}

/** A quiet word in a box: a protocol, a role. */
export function Chip({ children }: { readonly children: ReactNode }) {
  return <span className="chip">{children}</span>;
}
