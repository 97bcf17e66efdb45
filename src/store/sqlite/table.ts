import type { Shelf, Store } from "../store.ts";

/** How a column keeps what is in a row: as it is, as 0 or 1, or as JSON text. */
export type Form = "plain" | "boolean" | "json";

/** One table, named like its shelf; migration/ says the same to SQLite, and a test compares. */
export type Table<Row> = {
  readonly key: readonly (keyof Row & string)[];
  readonly columns: { readonly [Column in keyof Row & string]: Form };
};

export type ShelfName = {
  [Name in keyof Store]-?: Store[Name] extends Shelf<infer _> ? Name : never;
}[keyof Store];
type RowOf<Name extends ShelfName> = Store[Name] extends Shelf<infer Row> ? Row : never;

export const TABLES: { readonly [Name in ShelfName]: Table<RowOf<Name>> } = {
  assets: {
    key: ["id"],
    columns: {
      id: "plain",
      parentId: "plain",
      typeId: "plain",
      name: "plain",
      description: "plain",
      externalId: "plain",
      demo: "boolean",
      createdAt: "plain",
      location: "json",
      timezone: "plain",
      twinType: "plain",
      statics: "json",
      files: "json",
      version: "plain",
    },
  },
  assetTypes: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      parentId: "plain",
      aspects: "json",
      commands: "json",
      description: "plain",
      instantiable: "boolean",
      variables: "json",
      files: "json",
      version: "plain",
    },
  },
  aspectTypes: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      variables: "json",
      category: "plain",
      description: "plain",
      version: "plain",
    },
  },
  points: {
    key: ["id"],
    columns: { id: "plain", assetId: "plain", aspect: "plain", variable: "json", series: "plain" },
  },
  devices: {
    key: ["id"],
    columns: {
      id: "plain",
      driver: "plain",
      address: "plain",
      agentId: "plain",
      name: "plain",
      assetId: "plain",
      ignored: "boolean",
      demo: "boolean",
      firstSeenAt: "plain",
    },
  },
  channels: {
    key: ["deviceId", "name"],
    columns: {
      deviceId: "plain",
      name: "plain",
      series: "plain",
      dataType: "plain",
      proposal: "json",
      retired: "boolean",
    },
  },
  statusSeries: { key: ["series"], columns: { series: "plain", words: "plain" } },
  models: {
    key: ["driver", "device", "externalId"],
    columns: { driver: "plain", device: "plain", externalId: "plain", model: "json", at: "plain" },
  },
  answers: {
    key: ["agentId", "number"],
    columns: { agentId: "plain", number: "plain", at: "plain", topic: "plain", payload: "plain" },
  },
  declarations: {
    key: ["driver", "device"],
    columns: { driver: "plain", device: "plain", channels: "json", at: "plain" },
  },
  layouts: {
    key: ["id"],
    columns: { id: "plain", name: "plain", filter: "plain", device: "plain", fields: "json" },
  },
  customTopics: {
    key: ["id"],
    columns: {
      ...{ id: "plain", agentId: "plain", topic: "plain", driver: "plain", device: "plain" },
      ...{ etag: "plain", mappings: "json" },
    },
  },
  fittings: {
    key: ["deviceId", "channel"],
    columns: {
      ...{ deviceId: "plain", channel: "plain", worked: "plain", wanted: "plain" },
      ...{ unwanted: "plain", faulty: "plain" },
    },
  },
  departures: {
    key: ["deviceId"],
    columns: { deviceId: "plain", heardAt: "plain" },
  },
  firmware: {
    key: ["driver", "address"],
    columns: { driver: "plain", address: "plain", api: "plain" },
  },
  networkTopics: {
    key: ["driver", "network"],
    columns: { driver: "plain", network: "plain", answers: "plain", presence: "plain" },
  },
  templates: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      driver: "plain",
      command: "plain",
      parameters: "json",
    },
  },
  layers: {
    key: ["driver", "command", "scope"],
    columns: {
      driver: "plain",
      command: "plain",
      scope: "plain",
      templateId: "plain",
      parameters: "json",
    },
  },
  rollouts: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      command: "plain",
      state: "plain",
      perSecond: "plain",
      actor: "json",
      role: "plain",
      createdAt: "plain",
      endedAt: "plain",
    },
  },
  rolloutSteps: {
    key: ["rolloutId", "deviceId"],
    columns: {
      rolloutId: "plain",
      deviceId: "plain",
      state: "plain",
      detail: "plain",
      at: "plain",
      commandId: "plain",
    },
  },
  overheard: {
    key: ["deviceId", "command"],
    columns: {
      deviceId: "plain",
      command: "plain",
      parameters: "json",
      agentId: "plain",
      at: "plain",
    },
  },
  agents: {
    key: ["id"],
    columns: {
      id: "plain",
      kind: "plain",
      name: "plain",
      tenant: "plain",
      clientId: "plain",
      revoked: "boolean",
      demo: "boolean",
      createdAt: "plain",
      grant: "json",
    },
  },
  agentChanges: {
    key: ["agentId"],
    columns: { agentId: "plain", version: "plain" },
  },
  credentials: {
    key: ["id"],
    columns: {
      id: "plain",
      agentId: "plain",
      kind: "plain",
      secret: "plain",
      authorityId: "plain",
      createdAt: "plain",
      expiresAt: "plain",
      revokedAt: "plain",
    },
  },
  authorities: {
    key: ["id"],
    columns: {
      id: "plain",
      tenant: "plain",
      name: "plain",
      certificate: "plain",
      fingerprint: "plain",
      registrationCode: "plain",
      expiresAt: "plain",
      createdAt: "plain",
      verifiedAt: "plain",
    },
  },
  boardings: {
    key: ["agentId"],
    columns: {
      agentId: "plain",
      assetId: "plain",
      profile: "plain",
      etag: "plain",
      invitation: "plain",
      invitedUntil: "plain",
      registration: "plain",
      secrets: "json",
      keys: "json",
      onboardedAt: "plain",
      dataSources: "json",
      dataSourcesEtag: "plain",
    },
  },
  users: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      passwordHash: "plain",
      role: "plain",
      disabled: "boolean",
      createdAt: "plain",
      validFrom: "plain",
    },
  },
  sessions: {
    key: ["id"],
    columns: {
      id: "plain",
      userId: "plain",
      remote: "plain",
      createdAt: "plain",
      seenAt: "plain",
    },
  },
  tokens: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      secret: "plain",
      role: "plain",
      createdBy: "plain",
      createdAt: "plain",
      expiresAt: "plain",
      usedAt: "plain",
    },
  },
  screens: {
    key: ["id"],
    columns: { id: "plain", name: "plain", widgets: "json", updatedAt: "plain" },
  },
  commands: {
    key: ["id"],
    columns: {
      id: "plain",
      deviceId: "plain",
      name: "plain",
      parameters: "json",
      actor: "json",
      state: "plain",
      detail: "plain",
      topic: "plain",
      payload: "plain",
      requestedAt: "plain",
      expiresAt: "plain",
      settledAt: "plain",
      answer: "json",
    },
  },
  files: {
    key: ["id"],
    columns: {
      id: "plain",
      subject: "plain",
      path: "plain",
      type: "plain",
      description: "plain",
      bytes: "plain",
      by: "json",
      madeAt: "plain",
      createdAt: "plain",
      updatedAt: "plain",
      etag: "plain",
    },
  },
  rejected: {
    key: ["id"],
    columns: {
      id: "plain",
      at: "plain",
      agentId: "plain",
      clientId: "plain",
      driver: "plain",
      topic: "plain",
      excerpt: "plain",
      bytes: "plain",
      code: "plain",
      detail: "plain",
      times: "plain",
    },
  },
  aheadSheets: {
    key: ["id"],
    columns: {
      ...{ id: "plain", values: "plain", bytes: "plain", firstAt: "plain", lastAt: "plain" },
      readings: "json",
    },
  },
  assetEvents: {
    key: ["at", "id"],
    columns: {
      at: "plain",
      id: "plain",
      typeId: "plain",
      assetId: "plain",
      deviceId: "plain",
      correlationId: "plain",
      isLatest: "boolean",
      severity: "plain",
      acknowledged: "boolean",
      fields: "json",
      etag: "plain",
      expiresAt: "plain",
    },
  },
  eventTypes: {
    key: ["id"],
    columns: {
      id: "plain",
      name: "plain",
      parentId: "plain",
      ttlDays: "plain",
      scope: "plain",
      fields: "json",
      etag: "plain",
    },
  },
  events: {
    key: ["sequence"],
    columns: {
      sequence: "plain",
      at: "plain",
      actor: "json",
      kind: "plain",
      subject: "plain",
      detail: "json",
      hash: "plain",
    },
  },
  settings: { key: ["name"], columns: { name: "plain", value: "json" } },
};

/** `parentId` of a row is `parent_id` in SQL. */
export function sqlName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
