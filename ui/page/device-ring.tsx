import { useMemo, useState } from "react";
import type { CommandReply, DeviceReply } from "../../src/api/contract.ts";
import { LED_COUNT } from "../../src/domain/led-ring.ts";
import { formatNumber } from "../format.ts";
import {
  animationCommand,
  FIRST_ANIMATION,
  FIRST_PATTERN,
  modeName,
  patternCommand,
  patternName,
  type RingChoice,
} from "../led-form.ts";
import { Card } from "../part/card.tsx";
import { Choice } from "../part/tabs.tsx";
import { LESS_MOTION, useMedia } from "../use-media.ts";
import { previewOf } from "../widget/led-preview.ts";
import { LedRing } from "../widget/led-ring.tsx";
import { KeptOrder } from "./kept-order.tsx";
import { RingAnimation } from "./ring-animation.tsx";
import { RingLast } from "./ring-last.tsx";
import { RingLegend } from "./ring-legend.tsx";
import { RingPattern } from "./ring-pattern.tsx";
import { RingPresets } from "./ring-presets.tsx";
import { SendCommand } from "./send-command.tsx";
import { SentMessage } from "./sent-message.tsx";
import "./ring.css";

type DeviceRingProps = {
  readonly device: DeviceReply;
  /** Newest first. */
  readonly commands: readonly CommandReply[];
};

const KINDS = [
  { value: "led-ring", label: "Animation" },
  { value: "led-ring-basic", label: "Basic pattern" },
] as const;
const COUNTS = ["12", "24", "36", "48"].map((count) => ({ value: count, label: count }));

export function DeviceRing({ device, commands }: DeviceRingProps) {
  const [choice, setChoice] = useState<RingChoice>(FIRST_CHOICE);
  const [ledCount, setLedCount] = useLedCount();
  const isStill = useMedia(LESS_MOTION);
  const { kind, animation, pattern } = choice;
  const isAnimation = kind === "led-ring";
  const command = useMemo(
    () => (isAnimation ? animationCommand(animation) : patternCommand(pattern)),
    [isAnimation, animation, pattern],
  );
  const preview = useMemo(() => previewOf(command, ledCount), [command, ledCount]);
  const wish = useMemo(() => ({ deviceId: device.id, ...command }), [device.id, command]);
  return (
    <div className="ring-page">
      <Card title="LED ring" meta="Preview, an approximation">
        <div className="ring-preview">
          <LedRing label="Preview of the LED ring" size={220} show={preview}>
            <b>{isAnimation ? modeName(animation.mode) : patternName(pattern.pattern)}</b>
            <span className="hint num">
              {isAnimation ? `for ${formatNumber(animation.durationMs / 1000)} s` : "until cleared"}
            </span>
          </LedRing>
          {isStill && (
            <p className="hint" role="note">
              It stands still here, since this system asks for less motion.
            </p>
          )}
          {!isStill && preview.pace < 1 && (
            <p className="hint" role="note">
              Flashes faster on the device: here it is held to three flashes a second.
            </p>
          )}
          <SendCommand wish={wish} verb="Send to device" />
          <div className="ring-count">
            <span className="hint">LEDs of this ring</span>
            <Choice
              label="LEDs of this ring"
              options={COUNTS}
              value={String(ledCount)}
              onChange={(count) => setLedCount(Number(count))}
            />
          </div>
        </div>
        <RingLast commands={commands} ledCount={ledCount} />
        <KeptOrder device={device} />
      </Card>
      <Card
        title="Show"
        actions={
          <Choice
            label="Kind of command"
            options={KINDS}
            value={kind}
            onChange={(chosen) => setChoice({ ...choice, kind: chosen })}
          />
        }
      >
        <div className="ring-editor">
          <RingPresets
            driver={device.driver}
            command={command}
            onChoose={(preset) => setChoice({ ...choice, ...preset })}
          />
          {isAnimation ? (
            <RingAnimation
              choice={animation}
              ledCount={ledCount}
              onChange={(changed) => setChoice({ ...choice, animation: changed })}
            />
          ) : (
            <RingPattern
              choice={pattern}
              ledCount={ledCount}
              onChange={(changed) => setChoice({ ...choice, pattern: changed })}
            />
          )}
        </div>
      </Card>
      <SentMessage wish={wish} />
      <RingLegend ledCount={ledCount} />
    </div>
  );
}

const FIRST_CHOICE: RingChoice = {
  kind: "led-ring",
  animation: FIRST_ANIMATION,
  pattern: FIRST_PATTERN,
};
const STORED_AS = "fieldline.ledCount";

/** The specification does not say how many there are; who knows it says it once. */
function useLedCount(): [number, (count: number) => void] {
  const [count, setCount] = useState(() => Number(localStorage.getItem(STORED_AS)) || LED_COUNT);
  return [
    count,
    (chosen) => {
      localStorage.setItem(STORED_AS, String(chosen));
      setCount(chosen);
    },
  ];
}
