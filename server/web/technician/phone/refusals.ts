/** Why something could not be kept on this phone, and what is said about it. */
import { ManifestRefused, NoKey, NotJson, StorageFull, Superseded } from "../../shared/replica";
import { sentence, type Code } from "../../shared/api/problem";
import { isKey, t } from "../../shared/text/language";
import type { LocalCode, LocalProblem } from "./phone";

export function localProblem(fault: unknown): LocalProblem {
  const detail = fault instanceof ManifestRefused ? fault.code : fault instanceof Error ? fault.message : String(fault);
  return { code: codeOf(fault), detail };
}

function codeOf(fault: unknown): LocalCode {
  if (fault instanceof StorageFull) return "full";
  if (fault instanceof Superseded) return "superseded";
  if (fault instanceof NotJson) return "unusable";
  if (fault instanceof NoKey) return "no_key";
  if (fault instanceof ManifestRefused) return "manifest";
  return "not_kept";
}

/** What happened to the person's work, and what to do, in their language. */
export function toldProblem({ code, detail }: LocalProblem): string {
  if (code === "manifest" && isKey(`problem.${detail}`))
    return sentence({ code: detail as Code, detail: "", status: 0 });
  return t(`phone.refused.${code}`);
}
