import { formatNumber } from "../format.ts";
import type { Pages } from "../use-pages.ts";
import { Button } from "./button.tsx";
import "./more.css";

type MoreProps = Pick<Pages<"GET /assets">, "more" | "isAsking" | "total"> & {
  readonly shown: number;
};

/** Below a list that is not whole: how much of it is there, and the next of it. */
export function More({ more, isAsking, total, shown }: MoreProps) {
  if (!more) return null;
  return (
    <div className="more-rows num">
      <span className="hint">{`${formatNumber(shown, 0)} of ${formatNumber(total, 0)}`}</span>
      <Button kind="quiet" busy={isAsking} onClick={more}>
        Show more
      </Button>
    </div>
  );
}
