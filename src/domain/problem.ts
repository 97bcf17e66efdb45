/** Every expected failure, once. docs/problems.md lists the same codes; a test compares them. */
export const PROBLEMS = {
  topic_unknown: { status: 400, meaning: "No driver understands this topic." },
  payload_malformed: { status: 400, meaning: "The payload is not of the protocol's form." },
  payload_too_large: { status: 413, meaning: "The payload is larger than the limit." },
  payload_out_of_range: { status: 400, meaning: "A value lies outside the protocol's range." },
  payload_empty: { status: 400, meaning: "The message has no payload." },
  time_in_future: { status: 400, meaning: "A time stamp lies too far in the future." },
  time_impossible: { status: 400, meaning: "A time stamp is not of the years 1 to 9999." },
  sample_too_old: { status: 422, meaning: "Raw samples of that time are kept no longer." },
  channel_unknown: { status: 404, meaning: "The device's model has no such channel." },
  sequence_broken: { status: 409, meaning: "Messages of this sender are missing in between." },
  session_over: { status: 409, meaning: "The end of a session that was over before." },
  layout_unknown: { status: 404, meaning: "No such layout." },
  layout_invalid: { status: 422, meaning: "A layout cannot read what it says." },
  layout_limit: { status: 507, meaning: "The house knows as many layouts as it may." },
  model_invalid: { status: 422, meaning: "A model is not consistent or not allowed." },
  model_limit: { status: 507, meaning: "The house keeps as many models of the device as it may." },
  model_unknown: { status: 404, meaning: "No model of this name was published before." },
  device_limit: { status: 507, meaning: "The house knows as many devices or channels as it may." },
  device_unknown: { status: 404, meaning: "No such device." },
  device_adopted: { status: 409, meaning: "The device belongs to an asset already." },
  type_unknown: { status: 404, meaning: "No such type." },
  type_exists: { status: 409, meaning: "A type of this id exists already." },
  type_in_use: { status: 409, meaning: "The type has assets or heirs, or it is a built-in one." },
  type_limit: { status: 507, meaning: "The house knows as many types as it may." },
  model_locked: { status: 423, meaning: "An administrator has locked the types of the model." },
  aspect_unknown: { status: 404, meaning: "The asset has no such aspect." },
  asset_unknown: { status: 404, meaning: "No such asset." },
  asset_in_use: { status: 409, meaning: "The asset still has parts or devices." },
  point_unknown: { status: 404, meaning: "No such point." },
  event_unknown: { status: 404, meaning: "No such event of an asset." },
  event_exists: { status: 409, meaning: "An event of this id was told already." },
  event_invalid: { status: 400, meaning: "An event or its type is not as its fields demand." },
  event_type_unknown: { status: 404, meaning: "No such type of event." },
  event_type_exists: { status: 409, meaning: "A type of event of this id exists already." },
  event_type_in_use: { status: 409, meaning: "The type of event is a standard one or in use." },
  event_limit: { status: 507, meaning: "The house knows as many types of event as it may." },
  agent_unknown: { status: 404, meaning: "No such agent." },
  session_unknown: { status: 404, meaning: "The broker has no such session." },
  agent_exists: { status: 409, meaning: "An agent of this kind, tenant and name exists already." },
  agent_refused: { status: 403, meaning: "The agent may not connect." },
  mapping_exists: { status: 409, meaning: "The value feeds this variable already." },
  custom_topic_unknown: { status: 404, meaning: "No such custom topic of an agent." },
  custom_topic_exists: { status: 409, meaning: "The topic is registered already." },
  custom_topic_limit: { status: 409, meaning: "There are as many custom topics as may be." },
  mapping_unknown: { status: 404, meaning: "No such mapping of an agent's value." },
  job_unknown: { status: 404, meaning: "No such delivery job, or no such command of it." },
  activation_limit: { status: 409, meaning: "As many agents are looked at as may be." },
  topic_forbidden: { status: 403, meaning: "The agent may not publish or subscribe there." },
  packet_malformed: { status: 400, meaning: "The bytes are not a valid MQTT packet." },
  file_unknown: { status: 404, meaning: "No such file." },
  file_in_use: { status: 409, meaning: "An asset or an asset type has the file." },
  file_refused: { status: 422, meaning: "The file is too large, or its name is none." },
  certificate_unknown: { status: 404, meaning: "No such certificate of an agent." },
  authority_unknown: { status: 404, meaning: "The tenant has no such certificate authority." },
  authority_invalid: { status: 422, meaning: "The certificate is none that can be used here." },
  authority_limit: { status: 409, meaning: "A tenant has at most two certificate authorities." },
  command_unknown: { status: 404, meaning: "The device's type has no such command." },
  command_invalid: { status: 422, meaning: "A command parameter is missing or wrong." },
  command_forbidden: { status: 403, meaning: "This actor may not command this device." },
  settings_invalid: { status: 422, meaning: "The device has no such setting, or not this value." },
  settings_limit: { status: 507, meaning: "The house keeps as many templates as it may." },
  network_unknown: { status: 404, meaning: "No device of such a network has spoken." },
  template_unknown: { status: 404, meaning: "No such template." },
  template_in_use: { status: 409, meaning: "The template is laid down somewhere." },
  rollout_unknown: { status: 404, meaning: "No such rollout." },
  rollout_over: { status: 409, meaning: "The rollout has ended already." },
  command_expired: { status: 410, meaning: "The command's time was over before it could be sent." },
  link_down: { status: 503, meaning: "The device cannot be reached now." },
  broker_refused: { status: 503, meaning: "The external broker does not let Fieldline in." },
  historian_failed: { status: 503, meaning: "The historian cannot store at this moment." },
  history_away: { status: 503, meaning: "Older history cannot be reached at this moment." },
  history_unreadable: { status: 503, meaning: "A damaged part of the history is in the way." },
  query_too_large: { status: 422, meaning: "The query asks for more than one reply may hold." },
  request_invalid: { status: 400, meaning: "The request is not of the form its route declares." },
  screen_limit: { status: 507, meaning: "The house keeps as many screens as it may." },
  viewer_limit: { status: 503, meaning: "As many live feeds are open as may be." },
  route_unknown: { status: 404, meaning: "There is nothing at this address." },
  version_needed: { status: 428, meaning: "Say with If-Match which version is changed." },
  version_changed: { status: 412, meaning: "Somebody else changed it meanwhile." },
  sign_in_needed: { status: 401, meaning: "Sign in, or send a valid token." },
  sign_in_wrong: { status: 401, meaning: "The name or the password is wrong." },
  sign_in_paused: { status: 429, meaning: "Too many wrong tries: wait and try again." },
  permission_missing: { status: 403, meaning: "Your role does not allow this." },
  origin_forbidden: { status: 403, meaning: "The request comes from another site." },
  setup_closed: { status: 410, meaning: "Set-up is done, or its link is too old." },
  password_weak: { status: 422, meaning: "The password is too short or too common." },
  user_unknown: { status: 404, meaning: "No such user." },
  user_exists: { status: 409, meaning: "A user of this name exists already." },
  access_limit: { status: 507, meaning: "The house knows as many users or tokens as it may." },
  token_unknown: { status: 404, meaning: "No such token." },
  last_admin: { status: 409, meaning: "The last administrator cannot be removed." },
  backup_running: { status: 409, meaning: "A backup is being made already." },
  backup_unknown: { status: 404, meaning: "No such backup." },
  backup_limit: { status: 507, meaning: "The server keeps as many backups as it may." },
  backup_unsupported: { status: 501, meaning: "The history is not kept in files of this server." },
  backup_damaged: { status: 422, meaning: "The backup is damaged, or is none." },
  import_unknown: { status: 404, meaning: "No such import." },
  import_running: { status: 409, meaning: "The import, or another one, is at work." },
  import_limit: { status: 507, meaning: "As many files are being imported as may be." },
  import_refused: { status: 422, meaning: "The file cannot be read as a table of samples." },
  export_stopped: { status: 409, meaning: "The export was stopped before its end." },
  import_stopped: { status: 409, meaning: "The import was stopped before its end." },
  disk_full: { status: 507, meaning: "There is not enough room on the disk." },
  folder_in_use: { status: 500, meaning: "Another Fieldline uses this data folder." },
  folder_unreadable: { status: 500, meaning: "The data folder cannot be read or written." },
  folder_mixed: { status: 500, meaning: "The log of another data folder lies in this one." },
  folder_newer: { status: 500, meaning: "A newer Fieldline wrote this data folder." },
  database_unreachable: { status: 503, meaning: "The database does not answer or refuses us." },
  database_in_use: { status: 500, meaning: "Another Fieldline writes to this database." },
  database_newer: { status: 500, meaning: "A newer Fieldline made the tables of this database." },
  database_other: {
    status: 500,
    meaning: "The data folder and the database do not belong together.",
  },
  port_taken: { status: 500, meaning: "Another program listens on this port." },
  internal: { status: 500, meaning: "Something went wrong here; the log says what." },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export type Problem = {
  readonly code: ProblemCode;
  /** What exactly was wrong, for the person who has to mend it. */
  readonly detail: string;
  /** Where several things are wrong at once: each of them. */
  readonly places?: readonly Place[];
};

/** One of several things that are wrong: a JSON pointer to it, and what is wrong there. */
export type Place = { readonly path: string; readonly detail: string };

export function problem(code: ProblemCode, detail: string): Problem {
  return { code, detail };
}

/** One problem for all that is wrong; its detail shows the first place and how many there are. */
export function problemAt(code: ProblemCode, places: readonly Place[]): Problem {
  const [first] = places;
  const more = places.length > 1 ? ` (and ${places.length - 1} more)` : "";
  return { code, detail: first ? `${first.path}: ${first.detail}${more}` : "", places };
}
