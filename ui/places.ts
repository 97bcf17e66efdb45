import {
  Binary,
  Building2,
  Cpu,
  HardDrive,
  Inbox,
  LayoutDashboard,
  type LucideIcon,
  MessageSquareOff,
  Network,
  RadioTower,
  ScrollText,
  ShieldCheck,
  Users,
} from "lucide-react";
import type { Permission } from "../src/domain/permission.ts";

export const SECTIONS = ["", "Connect", "Manage"] as const;

/** A page that the rail leads to. */
export type Place = {
  readonly to:
    | "/"
    | "/plant"
    | "/devices"
    | "/networks"
    | "/inbox"
    | "/agents"
    | "/broker"
    | "/layouts"
    | "/rejected"
    | "/journal"
    | "/people"
    | "/server";
  readonly name: string;
  readonly icon: LucideIcon;
  readonly section: (typeof SECTIONS)[number];
  /** Who may go there. */
  readonly permission: Permission;
  /** One of the few in the bar at the bottom of a phone. */
  readonly onPhone?: boolean;
  /** The overview's count of what waits there. */
  readonly waits?: "inbox" | "rejected";
};

export const PLACES: readonly Place[] = [
  {
    to: "/",
    name: "Overview",
    icon: LayoutDashboard,
    section: "",
    permission: "view",
    onPhone: true,
  },
  {
    to: "/plant",
    name: "Plant",
    icon: Building2,
    section: "",
    permission: "view",
    onPhone: true,
  },
  {
    to: "/devices",
    name: "Devices",
    icon: Cpu,
    section: "Connect",
    permission: "view",
    onPhone: true,
  },
  {
    to: "/networks",
    name: "Networks",
    icon: Network,
    section: "Connect",
    permission: "view",
  },
  {
    to: "/inbox",
    name: "Inbox",
    icon: Inbox,
    section: "Connect",
    permission: "view",
    onPhone: true,
    waits: "inbox",
  },
  {
    to: "/agents",
    name: "Agents",
    icon: ShieldCheck,
    section: "Connect",
    permission: "engineer",
  },
  {
    to: "/broker",
    name: "Broker",
    icon: RadioTower,
    section: "Connect",
    permission: "engineer",
  },
  {
    to: "/layouts",
    name: "Layouts",
    icon: Binary,
    section: "Connect",
    permission: "engineer",
  },
  {
    to: "/rejected",
    name: "Rejected",
    icon: MessageSquareOff,
    section: "Connect",
    permission: "engineer",
    waits: "rejected",
  },
  {
    to: "/journal",
    name: "Journal",
    icon: ScrollText,
    section: "Manage",
    permission: "read-journal",
  },
  {
    to: "/people",
    name: "People",
    icon: Users,
    section: "Manage",
    permission: "administer",
  },
  {
    to: "/server",
    name: "Server",
    icon: HardDrive,
    section: "Manage",
    permission: "view",
  },
];
