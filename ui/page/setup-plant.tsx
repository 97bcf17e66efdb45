import { Factory, type LucideIcon, PlugZap, SquareDashed } from "lucide-react";
import { useState } from "react";
import { ProblemNote } from "../part/empty.tsx";
import { Gate } from "../part/gate.tsx";
import { useAsk } from "../query.ts";
import "./setup.css";

type Goal = "/" | "/agents/new";
type SetUpPlantProps = { readonly onDone: (to: Goal) => void };

/** What to look at first. Nothing here is final: all three can be had later. */
export function SetUpPlant({ onDone }: SetUpPlantProps) {
  const [isStarting, setStarting] = useState(false);
  const demo = useAsk("POST /demo", ["GET /session", "GET /overview"]);
  const startDemo = () => {
    setStarting(true);
    demo.mutate({}, { onSuccess: () => onDone("/"), onError: () => setStarting(false) });
  };
  return (
    <Gate
      wide
      step="Step 2 of 2"
      title="What would you like to see first?"
      lead="You can add the others at any time."
    >
      <ProblemNote problem={demo.error} />
      <div className="starts">
        <Start
          icon={Factory}
          title={isStarting ? "Starting the demo plant …" : "Demo plant"}
          time="10 seconds"
          isBusy={isStarting}
          onChoose={startDemo}
        >
          Harbour Works: rooms, meters and a pump skid that move by themselves, beside your own data
          and gone with one click.
        </Start>
        <Start
          icon={PlugZap}
          title="Connect my device"
          time="2 minutes"
          isBusy={isStarting}
          onChoose={() => onDone("/agents/new")}
        >
          Make credentials for a gateway or a device, and watch its first message arrive.
        </Start>
        <Start
          icon={SquareDashed}
          title="Start empty"
          time="Now"
          isBusy={isStarting}
          onChoose={() => onDone("/")}
        >
          Look around first.
        </Start>
      </div>
    </Gate>
  );
}

type StartProps = {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly time: string;
  readonly isBusy: boolean;
  readonly onChoose: () => void;
  readonly children: string;
};

function Start({ icon: Icon, title, time, isBusy, onChoose, children }: StartProps) {
  return (
    <button type="button" className="start" disabled={isBusy} onClick={onChoose}>
      <Icon size={26} strokeWidth={1.4} aria-hidden />
      <span className="start-title">{title}</span>
      <span className="start-words">{children}</span>
      <span className="hint">{time}</span>
    </button>
  );
}
