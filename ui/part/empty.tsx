import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { ProblemError } from "../api.ts";
import { useAfter } from "../use-live.ts";
import { Button } from "./button.tsx";
import "./empty.css";

type EmptyProps = {
  readonly icon?: LucideIcon;
  readonly title: string;
  /** One sentence: why it is empty and what fills it. */
  readonly children?: ReactNode;
  /** The next step. */
  readonly action?: ReactNode;
};

export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      {Icon && <Icon size={26} strokeWidth={1.4} aria-hidden />}
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {action && <div className="row">{action}</div>}
    </div>
  );
}

/** An empty list that is good news, or no news: one quiet line. */
export function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className="nothing">{children}</p>;
}

/** What could not be had or done, in the server's words. */
export function ProblemNote({ problem, onRetry }: ProblemNoteProps) {
  if (!problem) return null;
  return (
    <div className="problem-note" role="alert">
      <span>{problem.message}</span>
      {onRetry && (
        <Button kind="quiet" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

type ProblemNoteProps = {
  readonly problem: ProblemError | null | undefined;
  readonly onRetry?: () => void;
};

/** Holds the place of what is on its way; quick answers never show it. */
export function Waiting() {
  const isSlow = useAfter(300);
  return (
    <div className="waiting" aria-busy>
      {isSlow && (
        <>
          <span className="spoken">Loading</span>
          <i />
          <i />
          <i />
        </>
      )}
    </div>
  );
}
