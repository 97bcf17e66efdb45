import { type ReactNode, useEffect } from "react";
import { Brand } from "./brand.tsx";
import { ThemeSwitch } from "./top-bar.tsx";
import "./gate.css";

type GateProps = {
  readonly title: string;
  /** One sentence below the title. */
  readonly lead?: string;
  /** `Step 1 of 2`. */
  readonly step?: string;
  readonly wide?: boolean;
  readonly children?: ReactNode;
};

/** A page before the house: set-up and sign-in. */
export function Gate({ title, lead, step, wide = false, children }: GateProps) {
  useEffect(() => {
    document.title = `${title} · Fieldline`;
  }, [title]);
  return (
    <div className="gate">
      <header className="gate-head">
        <Brand />
        <ThemeSwitch />
      </header>
      <main className={wide ? "gate-main wide" : "gate-main"}>
        {step && <p className="hint">{step}</p>}
        <h1>{title}</h1>
        {lead && <p className="gate-lead">{lead}</p>}
        {children}
      </main>
    </div>
  );
}
