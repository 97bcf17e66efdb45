import { TriangleAlert } from "lucide-react";
import { useReply } from "../query.ts";

const EVERY_MS = 10_000;

/** What the server itself suffers from, such as a disk that fills; nothing while it is well. */
export function HouseTrouble() {
  const { data } = useReply("GET /health", {}, { every: EVERY_MS });
  if (!data || data.reasons.length === 0) return null;
  const isRefusing = data.status === "unready";
  return (
    <section className="attention" role="status" aria-label="The server needs attention">
      {data.reasons.map((reason) => (
        <div key={reason} className="attention-item">
          <TriangleAlert size={13} strokeWidth={2.4} aria-hidden />
          <b>{isRefusing ? "No values are stored" : "The server needs attention"}</b>
          <span className="hint">{reason}</span>
        </div>
      ))}
    </section>
  );
}
