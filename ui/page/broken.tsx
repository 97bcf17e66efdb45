import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button, LinkButton } from "../part/button.tsx";
import "../part/gate.css";

/** A page could not be drawn: what happened, and a way on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const why = error instanceof Error ? error.message : "It failed in a way it should not.";
  return (
    <Instead title="This page cannot be shown now" why={why}>
      <Button kind="primary" onClick={reset}>
        Try again
      </Button>
      <Button onClick={() => location.reload()}>Reload</Button>
    </Instead>
  );
}

export function Missing() {
  return (
    <Instead title="There is nothing at this address" why="It may have been renamed or removed.">
      <LinkButton to="/" kind="primary">
        Go to the overview
      </LinkButton>
      <LinkButton to="/plant">Look in the plant</LinkButton>
    </Instead>
  );
}

type InsteadProps = { readonly title: string; readonly why: string; readonly children: ReactNode };

function Instead({ title, why, children }: InsteadProps) {
  return (
    <main className="gate-main instead">
      <h1>{title}</h1>
      <p className="gate-lead">{why}</p>
      <div className="row">{children}</div>
    </main>
  );
}
