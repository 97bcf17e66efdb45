import { Link, useNavigate } from "@tanstack/react-router";
import { Binary, Plus } from "lucide-react";
import type { LayoutReply } from "../../src/api/contract.ts";
import { formatCount } from "../format.ts";
import { Button } from "../part/button.tsx";
import { Card } from "../part/card.tsx";
import { Empty, ProblemNote, Waiting } from "../part/empty.tsx";
import { Page } from "../part/page.tsx";
import { type Column, Table } from "../part/table.tsx";
import { useReply } from "../query.ts";

/** How messages are read that do not explain themselves. */
export function LayoutsPage() {
  const layouts = useReply("GET /layouts", {});
  const navigate = useNavigate();
  const items = layouts.data?.items;
  const onNew = () => void navigate({ to: "/layouts/new", search: {} });
  return (
    <Page
      title="Layouts"
      about={<span className="dim">What bytes mean, and how a topic names its device.</span>}
      actions={
        <Button icon={Plus} kind="primary" onClick={onNew}>
          New layout
        </Button>
      }
    >
      <ProblemNote problem={layouts.error} />
      {!items && !layouts.error && <Waiting />}
      {items && (
        <Card
          title="Layouts"
          flush={items.length > 0}
          meta={items.length > 0 && formatCount(items.length, "layout")}
        >
          {items.length > 0 ? (
            <Table label="Layouts" rows={items} rowKey={({ id }) => id} columns={COLUMNS} />
          ) : (
            <Empty
              icon={Binary}
              title="Every message explains itself so far"
              action={<Button onClick={onNew}>Lay out a message</Button>}
            >
              JSON, numbers and texts need no layout. Where a device sends bytes, a layout says what
              they mean: tried here on the bytes of a real message before it counts.
            </Empty>
          )}
        </Card>
      )}
    </Page>
  );
}

const COLUMNS: readonly Column<LayoutReply>[] = [
  {
    head: "Name",
    grow: true,
    cell: ({ id, name }) => (
      <Link to="/layouts/$layoutId" params={{ layoutId: id }} className="link">
        {name}
      </Link>
    ),
  },
  { head: "Topics", cell: ({ filter }) => <code className="cut">{filter}</code> },
  { head: "Device", wide: true, cell: ({ device }) => <code>{device}</code> },
  {
    head: "Fields",
    align: "right",
    cell: ({ fields }) => (fields.length === 0 ? "JSON or text" : String(fields.length)),
  },
];
