import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { CircleHelp, CloudOff } from "lucide-react";
import { Button, LinkButton } from "../part/button.tsx";
import { Empty } from "../part/empty.tsx";

/** A page could not be drawn: what happened, and a way on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Empty
      icon={CloudOff}
      title="This page cannot be shown now"
      action={
        <>
          <Button kind="primary" onClick={reset}>
            Try again
          </Button>
          <Button onClick={() => location.reload()}>Reload</Button>
        </>
      }
    >
      {error instanceof Error ? error.message : "It failed in a way it should not."}
    </Empty>
  );
}

export function Missing() {
  return (
    <Empty
      icon={CircleHelp}
      title="There is nothing at this address"
      action={
        <LinkButton to="/" kind="primary">
          Go to the overview
        </LinkButton>
      }
    >
      It may have been renamed or removed. <Link to="/plant">Look in the plant.</Link>
    </Empty>
  );
}
