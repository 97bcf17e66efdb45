import { type ReactNode, useId } from "react";
import "./card.css";

type CardProps = {
  readonly title: string;
  /** Beside the title, dimmer. */
  readonly meta?: ReactNode;
  /** At the right end of the head. */
  readonly actions?: ReactNode;
  /** Columns of the page's twelve on a wide screen; all of them on a narrow one. */
  readonly span?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;
  /** True: the content brings its own space to the edges, as tables and charts do. */
  readonly flush?: boolean;
  readonly children: ReactNode;
};

export function Card({ title, meta, actions, span = 12, flush = false, children }: CardProps) {
  const id = useId();
  return (
    <section className={`card span-${span}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {meta && <span className="hint cut">{meta}</span>}
        {actions && <div className="card-actions">{actions}</div>}
      </header>
      <div className={flush ? "card-flush" : "card-body"}>{children}</div>
    </section>
  );
}
