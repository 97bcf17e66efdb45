import { Type } from "typebox";
import type { Route } from "./contract.ts";
import {
  AssetSchema,
  countedPage,
  Id,
  Json,
  Name,
  nullable,
  PageQuery,
  PointSchema,
  page,
  Search,
  Text,
} from "./schema.ts";

/** Assets and their types: a part of the contract, see `contract.ts`. */

export const ASSET_ROUTES = {
  "GET /assets": {
    permission: "view",
    summary: "All assets, parents before children",
    query: Type.Object({
      ...PageQuery,
      parentId: Type.Optional(
        Type.String({ description: "only what hangs directly below it; empty for the roots" }),
      ),
      search: Type.Optional(Search),
    }),
    reply: countedPage(AssetSchema),
  },
  "GET /assets/:id": {
    permission: "view",
    summary: "One asset with its points and their newest values",
    params: Id,
    reply: Type.Object({
      asset: AssetSchema,
      path: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
      points: Type.Array(PointSchema),
    }),
  },
  "POST /assets": {
    permission: "engineer",
    summary: "Create an asset",
    body: Type.Object({
      parentId: nullable(Type.String()),
      name: Name,
      description: Type.Optional(Text),
      typeId: Type.Optional(Type.String()),
    }),
    reply: AssetSchema,
    created: true,
  },
  "PATCH /assets/:id": {
    permission: "engineer",
    summary: "Rename, describe or move an asset",
    params: Id,
    body: Type.Object({
      name: Type.Optional(Name),
      description: Type.Optional(Text),
      parentId: Type.Optional(nullable(Type.String())),
    }),
    reply: AssetSchema,
  },
  "DELETE /assets/:id": {
    permission: "engineer",
    summary: "Remove an asset that has no parts; its devices return to the inbox",
    params: Id,
  },
  "GET /asset-types": {
    permission: "view",
    summary: "Types of assets",
    query: Type.Object(PageQuery),
    reply: page(Json),
  },
  "GET /aspect-types": {
    permission: "view",
    summary: "Types of aspects",
    query: Type.Object(PageQuery),
    reply: page(Json),
  },
} as const satisfies Record<string, Route>;
