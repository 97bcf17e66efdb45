import { Link } from "@tanstack/react-router";
import type { NodeReply } from "../../src/api/contract.ts";
import type { Column } from "../part/table.tsx";

/** What every list of nodes begins with. */
export const NODE_COLUMN: Column<NodeReply> = {
  head: "Node",
  cell: ({ deviceId, name }) => (
    <Link to="/devices/$deviceId" params={{ deviceId }}>
      {name}
    </Link>
  ),
};

export const ADDRESS_COLUMN: Column<NodeReply> = {
  head: "Address",
  wide: true,
  cell: ({ address }) => <code className="dim">{address}</code>,
};
