import {
  CalendarDays,
  ChevronLeft,
  ChevronRight,
  Download,
  Eraser,
  Upload,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { PointReply } from "../../src/api/contract.ts";
import { Button, IconButton } from "../part/button.tsx";
import { Choice } from "../part/tabs.tsx";
import { RANGES } from "../range.ts";
import { useMay } from "../session.ts";
import { liveRange, movedView, scaledView, type View, viewOf } from "../trend-view.ts";
import { live } from "../use-live.ts";
import { DeleteSamples } from "./delete-samples.tsx";
import { ImportSamples } from "./import-samples.tsx";
import { TrendDates } from "./trend-dates.tsx";
import { TrendDownload } from "./trend-download.tsx";

type TrendToolsProps = {
  readonly view: View;
  readonly onView: (view: View) => void;
  /** What is drawn, and so what may be taken away as a file, or deleted. */
  readonly points: readonly PointReply[];
};

const HALF = 0.5;

/** Range and zoom, for fingers and keys: arrows move, + and − zoom, Escape follows time again. */
export function TrendTools({ view, onView, points }: TrendToolsProps) {
  const [open, setOpen] = useState<"dates" | "download" | "import" | "delete" | null>(null);
  const mayImport = useMay("engineer");
  const mayDelete = useMay("administer");
  const asked = { points, view, onClose: () => setOpen(null) };
  const now = () => live.now();
  const range = liveRange(view);
  const steps: Record<string, () => View> = {
    ArrowLeft: () => movedView(view, -HALF, now()),
    ArrowRight: () => movedView(view, HALF, now()),
    "+": () => scaledView(view, HALF, now()),
    "-": () => scaledView(view, 1 / HALF, now()),
    Escape: () => viewOf({}),
  };
  const step = (key: string) => () => steps[key] && onView(steps[key]());
  const onKeyDown = (event: KeyboardEvent) => {
    if (!steps[event.key]) return;
    event.preventDefault();
    step(event.key)();
  };
  // What opens above the page is no part of the toolbar: keys that are typed there are not for it.
  return (
    <>
      <div className="trend-tools" role="toolbar" aria-label="Time shown" onKeyDown={onKeyDown}>
        <Choice
          label="Time range"
          options={RANGES.map(({ id, label }) => ({ value: id, label }))}
          value={range}
          onChange={(id) => onView(viewOf({ range: id }))}
        />
        <span className="trend-steps">
          <IconButton label="Choose dates …" icon={CalendarDays} onClick={() => setOpen("dates")} />
          <IconButton label="Earlier" icon={ChevronLeft} onClick={step("ArrowLeft")} />
          <IconButton
            label="Later"
            icon={ChevronRight}
            disabled={view.from === null}
            onClick={step("ArrowRight")}
          />
          <IconButton label="Zoom in" icon={ZoomIn} onClick={step("+")} />
          <IconButton label="Zoom out" icon={ZoomOut} onClick={step("-")} />
          <IconButton
            label="Download"
            icon={Download}
            disabled={points.length === 0}
            onClick={() => setOpen("download")}
          />
          {mayImport && (
            <IconButton
              label="Import samples …"
              icon={Upload}
              disabled={points.length === 0}
              onClick={() => setOpen("import")}
            />
          )}
          {mayDelete && (
            <IconButton
              label="Delete samples …"
              icon={Eraser}
              disabled={points.length === 0}
              onClick={() => setOpen("delete")}
            />
          )}
          {view.from !== null && <Button onClick={step("Escape")}>Back to live</Button>}
        </span>
      </div>
      {open === "dates" && <TrendDates view={view} onView={onView} onClose={asked.onClose} />}
      {open === "download" && <TrendDownload {...asked} />}
      {open === "import" && <ImportSamples points={points} onClose={asked.onClose} />}
      {open === "delete" && <DeleteSamples {...asked} />}
    </>
  );
}
