/** What can be chosen in a form, from the lists the office holds. */
import type { JobType } from "../../shared/api/types";
import { named } from "../../shared/text/language";
import type { Office } from "../office";
import type { Choice } from "./fields";

interface Named {
  readonly name: string;
  readonly name_en: string;
}

function choices<T extends Named>(things: readonly T[] | undefined, valueOf: (thing: T) => string): readonly Choice[] {
  return (things ?? [])
    .map((thing) => ({ value: valueOf(thing), label: named(thing) }))
    .sort((a, b) => a.label.localeCompare(b.label, "zh"));
}

export function outletChoices(office: Office, centreId = ""): readonly Choice[] {
  const all = office.outlets.data?.filter((outlet) => centreId === "" || outlet.centre_id === centreId);
  return choices(all, (outlet) => outlet.id);
}

export function centreChoices(office: Office): readonly Choice[] {
  return choices(office.centres.data, (centre) => centre.id);
}

export function jobTypeChoices(office: Office): readonly Choice[] {
  return choices<JobType>(office.jobTypes.data, (type) => type.code);
}

export function lineChoices(office: Office): readonly Choice[] {
  return choices(
    office.lines.data?.filter((line) => !line.retired),
    (line) => line.code,
  );
}

/** `kept`: those that are retired but chosen already. */
export function modelChoices(office: Office, kept: readonly string[] = []): readonly Choice[] {
  return choices(
    office.models.data?.filter((model) => !model.retired || kept.includes(model.gtin)),
    (model) => model.gtin,
  );
}

/** `kept`: one that is retired but chosen already. */
export function componentChoices(office: Office, kept = ""): readonly Choice[] {
  return choices(
    office.components.data?.filter((group) => !group.retired || group.code === kept),
    (group) => group.code,
  );
}

/** Skills are asked for by kinds of jobs and by product lines, and many firms call them so without naming them anew. */
export function skillName(office: Office, code: string): string {
  const lists: readonly (readonly (Named & { readonly code: string })[] | undefined)[] = [
    office.skills.data,
    office.jobTypes.data,
    office.lines.data,
  ];
  const found = lists.flatMap((list) => list ?? []).find((one) => one.code === code);
  return found === undefined ? code : named(found);
}

/** What kinds of jobs ask for; a firm need not have named it. */
export function skillsAskedFor(office: Office): readonly string[] {
  return (office.jobTypes.data ?? []).map((type) => type.skill).filter((code) => code !== "");
}

/** Those that have a name, then the `others`. */
export function skillChoices(office: Office, others: readonly string[] = []): readonly Choice[] {
  const known = office.skills.data ?? [];
  const unnamed = [...new Set(others)].filter((code) => !known.some((skill) => skill.code === code));
  const named = unnamed.map((code) => ({ value: code, label: skillName(office, code) }));
  return [...choices(known, (skill) => skill.code), ...named];
}
