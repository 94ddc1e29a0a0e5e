/** What a person may share with the office about the app itself: no name, no customer, no text anybody typed. Pure. */
import type { NotedFault } from "../phone/faultlog";
import type { Contact, Room, Trouble } from "../phone/phone";

export interface State {
  readonly version: string;
  readonly deviceId: string;
  /** Epoch ms. */
  readonly now: number;
  readonly agent: string;
  readonly language: string;
  readonly contact: Contact;
  readonly trouble: Trouble | null;
  readonly keeping: string;
  readonly room: Room | null;
  readonly clockAhead: number | null;
  readonly installed: boolean;
  readonly counts: Readonly<Record<string, number>>;
  /** Kinds of the operations that wait, oldest first. */
  readonly kinds: readonly string[];
  readonly faults: readonly NotedFault[];
}

const MOST_KINDS = 20;

/** Lines of `name: value`, the same in every language, as it is the office that reads them. */
export function diagnostics(state: State): string {
  const { contact, room } = state;
  const lines = [
    ["onsite", state.version],
    ["device", state.deviceId],
    ["at", instant(state.now)],
    ["agent", state.agent],
    ["language", state.language],
    ["installed", state.installed ? "yes" : "no"],
    ["contact", `${contact.state}, last ${contact.last === null ? "never" : instant(contact.last)}`],
    ["problem", contact.problem?.code ?? "none"],
    ["trouble", state.trouble ?? "none"],
    ["storage", `${state.keeping}, ${room === null ? "unknown" : `${room.used} of ${room.allowed} bytes`}`],
    ["clock ahead", state.clockAhead === null ? "unknown" : `${Math.round(state.clockAhead / 1000)} s`],
    ...Object.entries(state.counts).map(([name, count]) => [name, String(count)]),
    ["waiting", kindsOf(state.kinds)],
    ...state.faults.map(({ at, what }) => ["fault", `${instant(at)} ${what}`]),
  ];
  return lines.map(([name = "", value = ""]) => `${name}: ${value}`).join("\n");
}

function kindsOf(kinds: readonly string[]): string {
  if (kinds.length === 0) return "nothing";
  const more = kinds.length > MOST_KINDS ? ` and ${kinds.length - MOST_KINDS} more` : "";
  return kinds.slice(0, MOST_KINDS).join(" ") + more;
}

function instant(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? "?" : time.toISOString();
}
