/** A notice as it is typed and as it is sent. Pure but for the words of what is wrong. */
import type { components } from "../../shared/api/schema";
import { faultsOf, needed, type Check } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { w } from "../text/words";
import { spanFaults } from "./spans";

type Schemas = components["schemas"];
export type Notice = Schemas["Notice"];
export type Concern = Schemas["Concern"];
export type NewNotice = Schemas["NewNotice"];
export type NoticeEdit = Schemas["NoticeEdit"];

export const KINDS = ["recall", "safety", "bulletin"] as const;
export const SEVERITIES = ["note", "warning", "danger"] as const;
/** As the server allows. */
export const MOST_CONCERNS = 50;

export interface ConcernDraft {
  readonly by: "line" | "models";
  readonly line_code: string;
  readonly gtins: readonly string[];
  /** With commas between. */
  readonly lots: string;
  readonly serial_from: string;
  readonly serial_to: string;
  readonly made_from: string;
  readonly made_to: string;
}

export interface NoticeDraft {
  readonly kind: string;
  readonly severity: string;
  readonly title: string;
  readonly title_en: string;
  readonly text: string;
  readonly text_en: string;
  readonly link: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly concerns: readonly ConcernDraft[];
}

export const ANY: ConcernDraft = {
  by: "line",
  line_code: "",
  gtins: [],
  lots: "",
  serial_from: "",
  serial_to: "",
  made_from: "",
  made_to: "",
};

export const BLANK: NoticeDraft = {
  kind: "recall",
  severity: "warning",
  title: "",
  title_en: "",
  text: "",
  text_en: "",
  link: "",
  from_on: "",
  to_on: "",
  concerns: [ANY],
};

export function draftOf(notice: Notice): NoticeDraft {
  const { kind, severity, title, title_en, text, text_en, link, from_on } = notice;
  const concerns = notice.concerns.map((one) => ({
    by: one.gtins?.length ? ("models" as const) : ("line" as const),
    line_code: one.line_code ?? "",
    gtins: one.gtins ?? [],
    lots: (one.lots ?? []).join(", "),
    serial_from: one.serial_from,
    serial_to: one.serial_to,
    made_from: one.made_from ?? "",
    made_to: one.made_to ?? "",
  }));
  return { kind, severity, title, title_en, text, text_en, link, from_on, to_on: notice.to_on ?? "", concerns };
}

function lotsOf(typed: string): string[] {
  return [...new Set(typed.split(/[,，、;；\s]+/).filter(Boolean))];
}

export function concernOf(typed: ConcernDraft): Concern {
  return {
    line_code: typed.by === "line" ? typed.line_code : null,
    gtins: typed.by === "models" ? [...typed.gtins] : [],
    lots: lotsOf(typed.lots),
    serial_from: typed.serial_from.trim(),
    serial_to: typed.serial_to.trim(),
    made_from: typed.made_from || null,
    made_to: typed.made_to || null,
  };
}

export function requestOf(draft: NoticeDraft): NewNotice {
  return {
    kind: draft.kind as NewNotice["kind"],
    severity: draft.severity as NewNotice["severity"],
    title: draft.title.trim(),
    title_en: draft.title_en.trim(),
    text: draft.text.trim(),
    text_en: draft.text_en.trim(),
    link: draft.link.trim(),
    from_on: draft.from_on,
    to_on: draft.to_on || null,
    concerns: draft.concerns.map(concernOf),
  };
}

/** Only what was typed anew; the kind stays. */
export function editOf(typed: Partial<NoticeDraft>, base_version: number): NoticeEdit {
  const whole = requestOf({ ...BLANK, ...typed });
  const said = Object.entries(whole).filter(([field]) => field !== "kind" && Object.hasOwn(typed, field));
  return { ...Object.fromEntries(said), base_version };
}

export function faultsIn(draft: NoticeDraft): Faults {
  const { link, from_on, to_on } = draft;
  const checks: Record<string, Check> = {
    title: needed(draft.title),
    text: needed(draft.text, 4000),
    link: /^(https:\/\/[^\s<>"'\\]+)?$/.test(link.trim()) ? undefined : w("notice.link_hint"),
    from_on: from_on === "" ? w("form.needed") : undefined,
    to_on: to_on !== "" && to_on < from_on ? w("notice.ends_early") : undefined,
  };
  draft.concerns.forEach((one, place) => {
    Object.assign(checks, faultsInConcern(one, place));
  });
  return faultsOf(checks);
}

/** `concern0_lots`: as the fields of the form are named. */
export const fieldIn = (place: number, field: keyof ConcernDraft): string => `concern${place}_${field}`;

function faultsInConcern(one: ConcernDraft, place: number): Record<string, Check> {
  const { serial_to, made_to } = spanFaults(one);
  return {
    [fieldIn(place, "line_code")]: one.by === "line" && one.line_code === "" ? w("form.needed") : undefined,
    [fieldIn(place, "gtins")]: one.by === "models" && one.gtins.length === 0 ? w("notice.models_needed") : undefined,
    [fieldIn(place, "lots")]: lotsOf(one.lots).some((lot) => lot.length > 20) ? w("notice.lot_long") : undefined,
    [fieldIn(place, "serial_to")]: serial_to,
    [fieldIn(place, "made_to")]: made_to,
  };
}
