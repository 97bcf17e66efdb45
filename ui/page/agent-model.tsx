import { useState } from "react";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { ProblemNote } from "../part/empty.tsx";
import { TextArea } from "../part/field.tsx";
import { say } from "../part/toast.tsx";
import { cleanedWords, cleanModel } from "../pasted-model.ts";
import { useAsk } from "../query.ts";

/** Takes a model from a document, for an agent whose own program does not publish it yet. */
export function AgentModel({ agentId }: { readonly agentId: string }) {
  const [pasted, setPasted] = useState("");
  const handIn = useAsk("POST /agents/:id/model", ["GET /agents/:id", "GET /rejected"]);
  const cleaned = cleanModel(pasted);
  const { model, error } = modelFrom(cleaned.text);
  const words = cleanedWords(cleaned);
  return (
    <Card title="Model" meta="As if the agent had published it">
      <div className="stack">
        <TextArea
          label="Paste a model"
          hint="With its id and data, as on amo_v3/m. HTML and trailing commas are removed."
          value={pasted}
          onChange={(text) => {
            setPasted(text);
            handIn.reset();
          }}
          error={error}
          rows={8}
          mono
        />
        {words !== "" && <p className="hint">Removed or replaced: {words}.</p>}
        <ProblemNote problem={handIn.error} />
        <div className="row">
          <Button
            kind="primary"
            busy={handIn.isPending}
            disabled={model === undefined}
            onClick={() => {
              if (!model) return;
              const parts = { params: { id: agentId }, body: { model } };
              handIn.mutate(parts, { onSuccess: () => say("The model was accepted") });
            }}
          >
            Hand in
          </Button>
        </div>
      </div>
    </Card>
  );
}

type Read = { readonly model?: Record<string, unknown>; readonly error?: string };

function modelFrom(text: string): Read {
  if (text === "") return {};
  try {
    const json: unknown = JSON.parse(text);
    const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
    return isObject ? { model: { ...json } } : { error: "A model is a JSON object." };
  } catch (reason) {
    return { error: `This is no JSON: ${(reason as Error).message}` };
  }
}
