/** Every limit of the house, once, with its reason. */
export const LIMIT = {
  /** MQTT: MindSphere allows 128 KiB a publish; twice that leaves room for other dialects. */
  packetBytes: 256 * 1024,
  /** What an external broker may send in one packet: one that is larger would come for ever. */
  externalPacketBytes: 16 * 1024 * 1024,
  /** Messages of an external broker on their way to the historian; with 5 ms a commit 800,000/s. */
  externalUnacknowledged: 4_096,
  /** Messages to an external broker that wait for its acknowledgement, and for their turn. */
  externalSending: 1_000,
  externalWaiting: 10_000,
  /** An external broker that is silent for longer than half of this again is gone. */
  externalKeepAliveSeconds: 20,
  /** It has this long to take a connection and to welcome us. */
  externalConnectMs: 10_000,
  /** Between two tries to reach it: from the first to the longest, with chance. */
  externalRetryMs: 250,
  externalRetryMsMax: 15_000,
  /** The same to a server above: people look at it when a line is mended. */
  uplinkRetryMsMax: 5_000,
  /**
   * One that is there and does not get to us, for thousands want in: it is waited for longer each
   * time, and the pauses grow as well, or nobody would be let in before giving up.
   */
  uplinkBusyConnectMsMax: 40_000,
  uplinkBusyRetryMsMax: 60_000,
  /** A connection that lasted this long was a good one: the next is tried at once. */
  externalStableMs: 10_000,
  /** Topics whose agent is remembered. */
  ownedTopics: 100_000,
  /** Questions of one external broker for rights: about one a connection and one a topic. */
  brokerAsksPerSecond: 5_000,
  /** How soon a worker knows what another process did to the agents. */
  ownersReadMs: 2_000,
  /** Workers of one house; as many sessions at the broker. */
  workers: 64,
  /** How often a worker says that it is there, and when the house begins to miss it. */
  workerBeatMs: 2_000,
  workerSilentMs: 10_000,
  /** A message that others have overtaken may take this long; a host asks for all again then. */
  overtakenMs: 2_000,
  /** Between two wishes for a birth of one node, which answers in less or not at all. */
  rebirthMs: 10_000,
  /** One batch of a worker: 4,096 messages of 2 kB, or thirty of the largest. */
  relayBytes: 16 * 1024 * 1024,
  /** Of one device, of different names; Insights Hub limits them per tenant and says no number. */
  modelsPerDevice: 100,
  /** Insights Hub: 10 and 3,000 in its private cloud, 5 and 50 in the public one. */
  customTopicsPerAgent: 10,
  customTopics: 3_000,
  /** Of one topic; each is looked for in each message. */
  topicMappings: 100,
  /** Of an expression that picks values out of a message. */
  queryChars: 1_000,
  /** MQTT: AWS allows 7 slashes, custom topics 15 levels. */
  topicLevels: 32,
  topicBytes: 1024,
  /** MQTT: AWS allows 128. */
  clientIdBytes: 128,
  /** A JWT as password is 3.7 kB with 2048-bit keys. */
  passwordBytes: 16 * 1024,
  /** A socket that opens and stays silent is closed. */
  connectWithinMs: 10_000,
  /** An MQTT 5 client that promises to speak less often is asked to speak this often. */
  keepAliveSeconds: 600,
  subscriptionsPerClient: 100,
  /** MQTT 5: only user properties may come again and again; a packet could hold 50,000. */
  propertiesPerPacket: 1_000,
  /** Refused filters of one packet that are told one by one: it may hold 50,000. */
  refusalsPerPacket: 10,
  /** MQTT 5 topic aliases of one client. */
  topicAliases: 64,
  /** Topics of one publisher, and topics of all, whose rights and listeners are remembered. */
  topicsPerClient: 1_000,
  matchedTopics: 100_000,
  /** Messages of an MQTT 5 client on their way to the historian; with 5 ms a commit 200,000/s. */
  unacknowledgedPerClient: 1_000,
  /** Messages of one turn of the event loop: one that reads longer hands over on the way. */
  messagesPerBatch: 4_096,
  /**
   * The same in bytes of large messages: 128 kB of JSON are up to 10 ms to read, which count for
   * how long others may be read in this turn. Small ones come by the thousand, best together.
   */
  largeBytesPerBatch: 512 * 1024,
  largePayloadBytes: 32 * 1024,
  /** Open sockets: about 250 MB with TLS. */
  connections: 10_000,
  /** Above this two clients probably share one identity: the newcomer has to wait. */
  takeOversPerMinute: 3,
  takeOverPauseMs: 8_000,
  /** What one client may send; its socket is not read further until it has waited for the rest. */
  messagesPerSecond: 50_000,
  messagesPerBurst: 100_000,
  bytesPerSecond: 32 * 1024 * 1024,
  bytesPerBurst: 64 * 1024 * 1024,
  /**
   * New connections: a TLS handshake takes 0.5 ms of a core, and those who are connected must be
   * served meanwhile. All 5,000 of one address are back in 13 s.
   */
  connectsPerSecond: 1_000,
  connectsPerSecondOfAddress: 400,
  connectsPerBurst: 50,
  /**
   * Handshakes of one address that are begun and not done: each takes 40 kB more than the
   * connection will. 64 are 640 a second for devices that are 100 ms away.
   */
  entriesOfAddress: 64,
  /** A handshake that takes longer does not keep others waiting: it is slow, or means no good. */
  entryPatienceMs: 1_000,
  /** Connected or away: one agent's sessions must not crowd out those of the others. */
  sessionsPerAgent: 500,
  /** Messages sent to a client and not yet acknowledged by it. */
  inflightPerClient: 100,
  /** Messages waiting for one client that is slow or away. */
  queuedPerSession: 10_000,
  queuedBytesPerSession: 8 * 1024 * 1024,
  /** Of all sessions together: then the longest queue loses its older half. */
  queuedBytes: 256 * 1024 * 1024,
  /** What waited for longer says nothing of the plant any more. */
  queuedMs: 3 * 24 * 60 * 60_000,
  /** How long publishers wait for a subscriber that falls behind; then it loses its oldest. */
  subscriberPatienceMs: 1_000,
  /** QoS 0 to a client is dropped and counted above this backlog on its socket. */
  socketBacklogBytes: 1024 * 1024,
  retainedMessages: 100_000,
  retainedBytes: 64 * 1024 * 1024,
  /** Persistent sessions without a connection. */
  sessions: 10_000,
  /** A device that is away for longer begins anew. */
  sessionAwayMs: 7 * 24 * 60 * 60_000,
  /** Payload bytes that wait for the historian before sockets are paused. */
  pendingBytes: 32 * 1024 * 1024,
  /** One message of a device. */
  payloadBytes: 128 * 1024,
  /** A node says one value at a time; a configuration in full has about 600 bytes. */
  viasensPayloadBytes: 64 * 1024,
  jsonDepth: 32,
  /** MindSphere: characters of a STRING and of a BIG_STRING. */
  stringChars: 255,
  bigStringChars: 100_000,
  /** Types are read whole wherever one is looked at. */
  types: 5_000,
  variablesPerType: 1_000,
  /** What devices and programs hand in: the most of one file, of its name, and of all. */
  fileBytes: 100 * 1024 * 1024,
  fileNameChars: 255,
  files: 100_000,
  filesBytes: 10 * 1024 * 1024 * 1024,
  /** Insights Hub's own limit. */
  authoritiesPerTenant: 2,
  /** Whoever has a tenant's authority makes agents: as many as devices may be. */
  agentsPerTenant: 20_000,
  /** Addresses of models that agents have asked for, and how long each is good. */
  modelLinks: 1_000,
  modelLinkMs: 60 * 60_000,
  /** Devices that speak, adopted or not. */
  devices: 20_000,
  channelsPerDevice: 2_000,
  /** A time stamp further ahead than this is refused: it would pin the latest value. */
  futureMs: 24 * 60 * 60 * 1000,
  /** The years 1 to 9999: what no clock says, and not every database can keep, lies outside. */
  earliestMs: Date.parse("0001-01-01T00:00:00Z"),
  endMs: Date.UTC(10_000, 0, 1),
  /** Of times that devices said longer ago, none tells how their clocks and ours agree now. */
  timesSaidMs: 15 * 60_000,
  /**
   * How far arrival times may run ahead of the clock so that each value of a series has its own
   * millisecond: a burst of 1,000 values, and an age that still reads as "now".
   */
  arrivalAheadMs: 1_000,
  /** Rejected messages kept for the operator, newest first, and how much of each payload. */
  rejectedMessages: 1_000,
  rejectedPayloadBytes: 256,
  /** Values ahead of the clock that are kept until it is right: half a million of them, or more. */
  aheadBytes: 64 * 1024 * 1024,
  /** A device's newest messages, to be looked at: how many, and of all devices together. */
  loggedMessages: 30,
  loggedBytes: 8 * 1024 * 1024,
  /** Of a device that speaks faster, only so many are copied while nobody looks. */
  loggedPerSecond: 10,
  loggedWatchMs: 15_000,
  /** How much of such a message is shown: of its payload, and of its readings. */
  loggedExcerptBytes: 4 * 1024,
  loggedReadings: 50,
  /** Events of assets that are kept, about 500 bytes each; the oldest go first. */
  assetEvents: 500_000,
  /** Told since the last look at what may go. */
  eventsPerSweep: 10_000,
  /** Events that a question may look at one by one. */
  eventsPerScan: 20_000,
  /** Of one job to add many; and jobs whose end can be asked for. */
  eventsPerJob: 1_000,
  eventJobs: 100,
  /** Of one import, each of up to 16 MiB: a month by the hour, as the command line sends it. */
  bulkFiles: 1_000,
  eventTypes: 1_000,
  fieldsPerEvent: 100,
  eventTtlDays: 3_650,
  /** Insights Hub: what an agent may send over HTTP at once, and agents that are looked at. */
  exchangeBytes: 10 * 1024 * 1024,
  diagnosticActivations: 5,
  /** Jobs whose story is kept; the commands themselves are in the journal. */
  deliveryJobs: 200,
  /** One part of a file, or a small one whole; the SDK's parts have 8 MiB. */
  filePartBytes: 16 * 1024 * 1024,
  /** Agents over HTTP: how long they have to register, and until they must take new keys. */
  invitationMs: 7 * 24 * 60 * 60_000,
  agentSecretMs: 7 * 24 * 60 * 60_000,
  /** Secrets of one agent that are good at the same time: it changes over when it can. */
  agentSecrets: 5,
  /** Without a connection of its own an agent counts as online for so long. */
  agentOnlineMs: 5 * 60_000,
  /** A command that could not be sent by then is dropped. */
  commandExpiresMs: 10_000,
  commandExpiresMsMax: 5 * 60_000,
  /** The same for those that wait for a device to come back, and how many wait for one device. */
  keptExpiresMs: 24 * 60 * 60_000,
  keptExpiresMsMax: 7 * 24 * 60 * 60_000,
  commandsKept: 100,
  /** Who answers every order and has not answered by then has, in viaSens' words, an error. */
  answerMs: 60_000,
  /** And so long may its answer still come: a gateway hands on what waited, one by one. */
  answerLateMs: 3 * 60_000,
  /** Commands that wait for somebody to take them: each holds its request open. */
  commandsWaiting: 1_000,
  /** Fallback age at which a value is no longer shown as live. */
  freshnessMs: 60 * 60_000,
  /** Rows of one reply. */
  rowsPerPage: 1_000,
  /** Rows of one page of the Insights Hub API: its clients ask for 2,000. */
  insightsRows: 2_000,
  /** A filter of the Insights Hub API, as text and as JSON. */
  filterChars: 8_192,
  filterDepth: 8,
  /** Samples of one variable that are read for their times and deviation; above, sums must do. */
  aggregatedSamples: 1_000_000,
  samplesPerReply: 100_000,
  /** Read to be counted before they are deleted; of more, those are told that sums count. */
  countedSamples: 1_000_000,
  /** A hundred years: who wants more, wants it for good. */
  keptDays: 36_500,
  bucketsPerReply: 20_000,
  pointsPerQuery: 200,
  /** Of all series of one question to the historian: 88 MB of its memory. */
  bucketsPerQuery: 1_000_000,
  /** Log kept for targets that take nothing: about 200 M samples. The oldest go first. */
  outboxBytes: 2 * 1024 * 1024 * 1024,
  /** Share of it from which on it is said that little more is kept. */
  outboxLow: 0.8,
  /** Backups that the server keeps beside its data. */
  backups: 20,
  /** Of the disk, for all that is not samples: a share, and never more than this. */
  diskReserve: 0.01,
  diskReserveBytes: 256 * 1024 * 1024,
  /** Share of the room, and days, below which it is said that room gets scarce. */
  diskLow: 0.1,
  diskLowDays: 7,
  /** Share of the room that must be free again before samples are taken again. */
  diskFreeAgain: 0.01,
  /** Changes of the disk that wait until the journal has room: a day of coming and going. */
  diskEventsWaiting: 100,
  /** A series takes about 50 bytes of the historian's memory, whether it speaks or not. */
  series: 4_000_000,
  /** Days with a partition of their own in PostgreSQL, 27 years; others share one. */
  databaseDays: 10_000,
  /** Samples of one HTTP push; fills about half of `requestBytes`. */
  samplesPerPush: 10_000,
  /** A file of samples to import: 20 M rows of CSV, a year of 40 variables by the minute. */
  importBytes: 2 * 1024 * 1024 * 1024,
  /** It comes in parts, each within `requestMs` over a line of 1.2 Mbit/s. */
  importPartBytes: 4 * 1024 * 1024,
  /** Files to import that are here at the same time, and for how long one that nobody asks for. */
  imports: 4,
  importIdleMs: 60 * 60_000,
  /** Different names in one file; rows whose trouble is told one by one. */
  pointsPerImport: 2_000,
  importFaults: 100,
  /** Samples that are compared and stored at once: a few milliseconds of the others' time. */
  samplesPerImportBatch: 4_096,
  /** What a group of rows of a Parquet file may take in memory. */
  parquetGroupBytes: 256 * 1024 * 1024,
  /** Layouts are looked through for each new topic. */
  layouts: 1_000,
  fieldsPerLayout: 500,
  /** How often it is looked who still speaks, how soon after an agent came or went, and how often
   * what devices were told is read. */
  livenessLookMs: 10_000,
  livenessSoonMs: 100,
  livenessLearnMs: 60_000,
  /** A gateway that is back by then was never away: it restarts, or the server did. */
  livenessAwayMs: 30_000,
  /** Templates of settings: they are read whole for each plan. */
  templates: 1_000,
  /** Samples that go to another series in one step, when a device takes another one's place. */
  swapRows: 10_000,
  /** What a device may say of one channel besides its value: it is kept with the declaration. */
  channelProperties: 30,
  channelPropertyChars: 200,
  /** Networks whose open topics people have told. */
  networksTold: 1_000,
  /** Devices of one rollout: at the usual rate it takes 40 minutes. */
  rolloutDevices: 5_000,
  /** Rollouts that are remembered after their end. */
  rollouts: 200,
  /** Settings a second: each makes a node send all its values over the mesh. */
  rolloutPerSecond: 2,
  rolloutPerSecondMax: 50,
  /** What an engineer may draw: a screen is read whole. */
  screens: 1_000,
  widgetsPerScreen: 200,
  /** Live feed: points of one subscription, subscriptions of one socket. */
  pointsPerSubscription: 5_000,
  subscriptionsPerSocket: 50,
  /** Frames a second: no screen is drawn more often. */
  liveRateHzMin: 0.1,
  liveRateHzMax: 60,
  /** Live feeds and streams together: each costs a socket and up to its backlog. */
  liveViewers: 1_000,
  /** A viewer whose socket holds more than this gets the newest values later, not all of them. */
  liveBacklogBytes: 64 * 1024,
  /** Events are never left out: a viewer that takes not even these is let go. */
  liveBacklogBytesMax: 1024 * 1024,
  requestBytes: 1024 * 1024,
  /** A request that is not whole by then is closed. */
  requestMs: 30_000,
  /** Wrong passwords before a pause, per account and per address. */
  signInTries: 5,
  signInPauseMs: 60_000,
  /** Insights Hub's tokens last half an hour, an agent's an hour: clients take new ones in time. */
  signedTokenSeconds: 60 * 60,
  sessionIdleMs: 12 * 60 * 60_000,
  sessionMs: 7 * 24 * 60 * 60_000,
  /** Accounts and addresses whose wrong tries are remembered; the oldest are forgotten first. */
  signInKeys: 10_000,
  /** A password hash takes 64 MiB while it is made: strangers must not have many made at once. */
  hashesAtOnce: 2,
  hashesWaiting: 20,
  /** Refused sign-ins in the journal an hour: strangers must not fill the disk with them. */
  refusalsPerHour: 1_000,
  /** A person's browsers; the one not used for longest is signed out. */
  sessionsPerUser: 20,
  users: 1_000,
  tokens: 1_000,
  /** How often sessions that are over are removed, and what was used is written down. */
  accessSweepMs: 60_000,
  setupMs: 60 * 60_000,
  /** Messages of one simulated agent that its broker has not acknowledged yet; more are lost. */
  simulatedUnacknowledged: 10_000,
  passwordChars: 12,
  passwordCharsMax: 256,
} as const;
