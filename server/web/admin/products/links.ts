/** A link behind products' codes, as it is typed and as it is sent. Pure but for the words of what is wrong. */
import type { components } from "../../shared/api/schema";
import { faultsOf, needed, whole } from "../forms/checks";
import type { Faults } from "../forms/faults";
import { entry, wired } from "../moments";
import { w } from "../text/words";

type Schemas = components["schemas"];
export type Link = Schemas["ProductLink"];
type Terms = Omit<Schemas["ProductLinkEdit"], "version">;

/** Types of the GS1 Web Vocabulary a product may have, in the server's order (`rules/link_types.py`). */
export const LINK_TYPES = [
  "pip",
  "instructions",
  "quickStartGuide",
  "tutorial",
  "relatedVideo",
  "relatedImage",
  "whatsInTheBox",
  "faqs",
  "appDownload",
  "safetyInfo",
  "recallStatus",
  "certificationInfo",
  "consumerHandlingStorageInfo",
  "sustainabilityInfo",
  "dpp",
  "traceability",
  "serviceInfo",
  "support",
  "scheduleTime",
  "registerProduct",
  "purchaseSuppliesOrAccessories",
  "hasRetailers",
  "userAgreement",
  "review",
  "leaveReview",
  "promotion",
  "loyaltyProgram",
  "socialMedia",
  "homepage",
  "masterData",
  "verificationService",
] as const;

export const LANGUAGES = ["zh", "en", "zh-CN", "zh-TW"] as const;
export const MEDIA_TYPES = ["text/html", "application/pdf", "video/mp4", "image/jpeg", "application/json"] as const;

export interface LinkDraft {
  readonly scope: "all" | "line" | "model";
  readonly line_code: string;
  readonly model_id: string;
  /** Without `gs1:`. */
  readonly link_type: string;
  readonly url: string;
  readonly title: string;
  readonly title_en: string;
  readonly language: string;
  readonly media_type: string;
  readonly default: boolean;
  readonly position: string;
  /** As `datetime-local` fields have them. */
  readonly starts_at: string;
  readonly ends_at: string;
}

export const BLANK: LinkDraft = {
  scope: "all",
  line_code: "",
  model_id: "",
  link_type: "",
  url: "",
  title: "",
  title_en: "",
  language: "",
  media_type: "",
  default: false,
  position: "0",
  starts_at: "",
  ends_at: "",
};

export const typeOf = (link: { readonly link_type: string }): string => link.link_type.replace(/^gs1:/, "");

export function scopeOf(link: Link): LinkDraft["scope"] {
  return link.model_id !== null ? "model" : link.line_code !== null ? "line" : "all";
}

export function draftOf(link: Link): LinkDraft {
  return {
    scope: scopeOf(link),
    line_code: link.line_code ?? "",
    model_id: link.model_id ?? "",
    link_type: typeOf(link),
    url: link.url,
    title: link.title,
    title_en: link.title_en,
    language: link.language ?? "",
    media_type: link.media_type ?? "",
    default: link.default,
    position: String(link.position),
    starts_at: entry(link.starts_at),
    ends_at: entry(link.ends_at),
  };
}

export function termsOf(draft: LinkDraft): Terms {
  return {
    link_type: `gs1:${draft.link_type}`,
    url: draft.url.trim(),
    title: draft.title.trim(),
    title_en: draft.title_en.trim(),
    language: draft.language || null,
    media_type: draft.media_type.trim() || null,
    default: draft.default,
    position: Number(draft.position),
    starts_at: wired(draft.starts_at) ?? null,
    ends_at: wired(draft.ends_at) ?? null,
  };
}

export function faultsIn(draft: LinkDraft): Faults {
  const { starts_at, ends_at } = draft;
  const backwards = starts_at !== "" && ends_at !== "" && ends_at <= starts_at;
  return faultsOf({
    line_code: draft.scope === "line" && draft.line_code === "" ? w("form.needed") : undefined,
    model_id: draft.scope === "model" && draft.model_id === "" ? w("form.needed") : undefined,
    link_type: draft.link_type === "" ? w("form.needed") : undefined,
    url: needed(draft.url, 1000) ?? (/^https?:\/\/\S+$/i.test(draft.url.trim()) ? undefined : w("link.url_hint")),
    title: needed(draft.title),
    position: whole(draft.position, 0, 10_000),
    ends_at: backwards ? w("link.ends_early") : undefined,
  });
}

/** The address as people write it; as it is kept where that cannot be. */
export function readable(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

export type Standing = "now" | "coming" | "over";

export function standingOf(link: Link, at: number): Standing {
  if (link.ends_at !== null && Date.parse(link.ends_at) <= at) return "over";
  return link.starts_at !== null && Date.parse(link.starts_at) > at ? "coming" : "now";
}

const SCOPES: readonly LinkDraft["scope"][] = ["all", "line", "model"];

/** What holds for every product first, then for lines, then for models; of one thing as the resolver prefers them. */
export function inOrder(links: readonly Link[], nameOf: (link: Link) => string): readonly Link[] {
  return links.toSorted(
    (a, b) =>
      SCOPES.indexOf(scopeOf(a)) - SCOPES.indexOf(scopeOf(b)) ||
      nameOf(a).localeCompare(nameOf(b), "zh") ||
      a.position - b.position,
  );
}
