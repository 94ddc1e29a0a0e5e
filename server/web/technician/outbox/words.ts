/** What a step was, and where it stands, in words. */
import { sentence, type Code } from "../../shared/api/problem";
import type { Review } from "../../shared/api/types";
import { at, isObject, type Json, type JsonObject } from "../../shared/replica/json";
import type { Operation } from "../../shared/replica";
import { inLanguage, isKey, say, t } from "../../shared/text/language";
import type { Entry } from "./entries";

export function kindWords(kind: string): string {
  return say("handing.kind", kind);
}

/** What was entered with it, as far as a line takes it; "" where the kind says it all. */
export function enteredWords({ kind, args }: Operation): string {
  const said = (name: string): string => textOf(at(args, name));
  switch (kind) {
    case "job.note":
      return said("text");
    case "job.use_part":
      return t("handing.said.part", { part: said("part"), quantity: said("quantity") });
    case "job.check": {
      const item =
        said("value") === ""
          ? said("item")
          : t("handing.said.reading", { reading: said("item"), value: said("value") });
      return t(at(args, "done") === true ? "handing.said.item_done" : "handing.said.item_open", { item });
    }
    case "job.read":
      return t("handing.said.reading", { reading: said("reading"), value: said("value") });
    case "job.scan":
      return t("handing.said.scan", { serial: said("serial") });
    case "job.decline":
    case "job.pause":
      return said("reason");
    case "job.complete":
      return signingWords(args);
    case "job.cannot_complete":
      return [said("reason"), signingWords(args)].filter((words) => words !== "").join(" · ");
    case "job.addendum":
      return textOf(inner(args, "manifest", "note"));
    case "job.patch":
    case "customer.patch":
      return Object.entries(args)
        .map(([name, value]) => t("handing.said.reading", { reading: say("news.field", name), value: textOf(value) }))
        .join(" · ");
    default:
      return "";
  }
}

function signingWords(args: JsonObject): string {
  const [signer, refusal] = [inner(args, "manifest", "signer"), inner(args, "manifest", "refusal")];
  if (isObject(signer)) return t("handing.said.signed_by", { name: textOf(at(signer, "name")) });
  return isObject(refusal) ? t("handing.said.unsigned", { reason: textOf(at(refusal, "reason")) }) : "";
}

/** Why it stands where it stands; "" where nothing is to be added. `online`: right now. */
export function reasonWords(entry: Entry, online: boolean): string {
  const { state, code, review, photos, handedIn } = entry;
  const fault = handedIn?.valid === false ? t("handing.why.fault", { why: codeWords(handedIn.fault) }) : "";
  switch (state) {
    case "waiting":
      return t(online ? "handing.why.waiting_online" : "handing.why.waiting");
    case "undo":
      return "";
    case "held":
      return review === null ? t("handing.why.held_plain") : t("handing.why.held", { question: questionWords(review) });
    case "settled":
      return review === null ? "" : t("handing.why.settled", { choice: choiceWords(review) });
    case "refused":
      return t("handing.why.refused", { why: codeWords(code) });
    case "merged":
      return fault || [t("handing.why.merged"), photosWords(entry)].filter((words) => words !== "").join(" ");
    case "received":
      if (fault !== "") return fault;
      if (photos.some((photo) => photo.state === "signed")) return photosWords(entry);
      return isSigned(entry) ? t("handing.why.seal_soon") : "";
    case "sealed":
      return photosWords(entry);
  }
}

function isSigned({ operation: { kind, args } }: Entry): boolean {
  return (
    kind === "job.complete" ||
    kind === "job.addendum" ||
    (kind === "job.cannot_complete" && isObject(at(args, "manifest")))
  );
}

function photosWords({ photos }: Entry): string {
  if (photos.length === 0) return "";
  const received = photos.filter(({ state }) => state === "received" || state === "sealed").length;
  return t("handing.why.photos", { received, all: photos.length });
}

/** What the office is asked. */
export function questionWords({ kind }: Pick<Review, "kind">): string {
  return isKey(`news.kind.${kind}`) ? say("news.kind", kind) : t("news.kind.other");
}

/** What was decided, as the desk read it. */
export function choiceWords({ choice, choices }: Review): string {
  const said: unknown = choice === null ? null : choices[choice];
  const words = said as { readonly zh?: unknown; readonly en?: unknown } | null | undefined;
  return inLanguage({ zh: textOf(words?.zh), en: textOf(words?.en) }) || (choice ?? "");
}

export function codeWords(code: string | null): string {
  return sentence({
    code: code !== null && isKey(`problem.${code}`) ? (code as Code) : "unknown",
    detail: "",
    status: 0,
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

function inner(args: JsonObject, name: string, member: string): Json {
  const held = at(args, name);
  return isObject(held) ? at(held, member) : null;
}
