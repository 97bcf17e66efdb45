import { Navigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { Waiting } from "../part/empty.tsx";
import { Gate } from "../part/gate.tsx";
import { useReply } from "../query.ts";
import { SetUpOwner } from "./setup-owner.tsx";
import { SetUpPlant } from "./setup-plant.tsx";

/** The first minute: who owns this house, and what it shows first. */
export function SetUpPage() {
  const [token] = useState(() => location.hash.slice(1));
  const [isOwned, setOwned] = useState(false);
  const router = useRouter();
  const setup = useReply("GET /setup", {});
  if (isOwned) return <SetUpPlant onDone={(to) => void router.navigate({ to })} />;
  if (!setup.data) {
    return (
      <Gate title="Set up Fieldline">
        <Waiting />
      </Gate>
    );
  }
  if (!setup.data.open) return <Navigate to="/" />;
  if (token === "") return <NoToken />;
  return <SetUpOwner token={token} onDone={() => setOwned(true)} />;
}

function NoToken() {
  return (
    <Gate
      title="Set up Fieldline"
      lead="Nobody owns this server yet. It printed a link when it started: open that one, it proves
        that you may set it up. After an hour it is too old; start the server again for a new one."
    />
  );
}
