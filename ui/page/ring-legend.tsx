import { useMemo } from "react";
import { animationCommand, patternCommand, type RingCommand } from "../led-form.ts";
import { Card } from "../part/card.tsx";
import { previewOf } from "../widget/led-preview.ts";
import { LedRing } from "../widget/led-ring.tsx";

const ORANGE = 0xff7000;
const GREEN = 0x00d000;
const RED = 0xff0000;

function play(mode: number, colour: number, speed = 160): RingCommand {
  return animationCommand({ mode, speed, durationMs: 1_000, colours: [colour, 0, 0] });
}

/** Pages "Device LED feedback" and "Button actions" of the maker's manual. */
const OWN_PICTURES: readonly (readonly [command: RingCommand, name: string, meaning: string])[] = [
  [play(2, ORANGE), "Orange, breathing", "In no network yet: waits for commissioning"],
  [play(1, GREEN, 205), "Green, blinking for 5 s", "Ready"],
  [play(41, ORANGE), "Orange, chasing", "Waits for an update of its firmware"],
  [play(41, RED), "Red, chasing for an hour", "The update failed"],
  [
    patternCommand({ pattern: 5, colours: [3, 0], period: 0, duty: 10 }),
    "Blue quarters",
    "Service menu of its button",
  ],
];

/** What a node shows without being asked, so that nobody takes it for what was sent. */
export function RingLegend({ ledCount }: { readonly ledCount: number }) {
  return (
    <Card title="Which picture wins" meta="A ring cannot be asked">
      <ul className="ring-rules">
        <li>An animation lies over the basic pattern until its time is over.</li>
        <li>Then the pattern shows again, or nothing.</li>
        <li>A newer animation begins anew, a newer pattern takes the older one's place.</li>
        <li>Clear, of either kind, ends both. So does a restart of the node.</li>
      </ul>
      <h3>Its own, without being asked</h3>
      <ul className="ring-legend">
        {OWN_PICTURES.map(([command, name, meaning]) => (
          <li key={name}>
            <OwnPicture command={command} ledCount={ledCount} />
            <div>
              <p>{name}</p>
              <p className="hint">{meaning}</p>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

type OwnPictureProps = { readonly command: RingCommand; readonly ledCount: number };

function OwnPicture({ command, ledCount }: OwnPictureProps) {
  const show = useMemo(() => previewOf(command, ledCount), [command, ledCount]);
  return <LedRing label="" size={40} show={show} isSmall />;
}
