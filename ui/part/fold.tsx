import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import "./fold.css";

type FoldsProps = {
  /** What the list holds, for ears. */
  readonly label: string;
  readonly children: ReactNode;
};

/** A list whose rows open: one line says what it is, the rest comes on asking. */
export function Folds({ label, children }: FoldsProps) {
  return (
    <ul className="folds" aria-label={label}>
      {children}
    </ul>
  );
}

type FoldProps = {
  /** The line: cells of a grid whose columns the page names in `--fold`. */
  readonly line: ReactNode;
  readonly children: ReactNode;
};

export function Fold({ line, children }: FoldProps) {
  return (
    <li>
      <details className="fold">
        <summary>
          <ChevronRight size={14} aria-hidden />
          <span className="fold-line">{line}</span>
        </summary>
        <div className="fold-body">{children}</div>
      </details>
    </li>
  );
}
