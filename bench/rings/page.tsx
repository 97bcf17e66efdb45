import { createRoot } from "react-dom/client";
import { LED_MODES } from "../../src/domain/led-modes.ts";
import { animationCommand, FIRST_ANIMATION } from "../../ui/led-form.ts";
import { previewOf } from "../../ui/widget/led-preview.ts";
import { LedRing } from "../../ui/widget/led-ring.tsx";
import { LedSheetArea } from "../../ui/widget/led-sheet.tsx";
import "../../ui/style/token.css";

const LEDS = 24;
/** So many of them stand in one window, none of them out of sight. */
const SIZE = 40;

const count = Number(new URLSearchParams(location.search).get("rings"));
const rings = Array.from({ length: count }, (_, at) => ringOf(at));
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <LedSheetArea>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 4 }}>
        {rings.map(({ key, show }) => (
          <LedRing key={key} label="" size={SIZE} show={show} isSmall />
        ))}
      </div>
    </LedSheetArea>,
  );
}

/** Each mode in turn, as it would be previewed. */
function ringOf(at: number) {
  const mode = at % LED_MODES.length;
  const show = previewOf(animationCommand({ ...FIRST_ANIMATION, mode }), LEDS);
  return { key: `ring ${at}`, show };
}
