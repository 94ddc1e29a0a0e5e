/** Photos in words. */
import { sentence } from "../../shared/api/problem";
import { bytesWords } from "../../shared/text/bytes";
import { isKey, t } from "../../shared/text/language";
import type { Progress } from "../uploads/keep";
import type { Photo, PhotoRefusal, Statement } from "./photo";

export function refusalWords(refusal: PhotoRefusal): string {
  switch (refusal.code) {
    case "many":
      return t("photos.refused.many", { most: refusal.most });
    case "large":
      return t("photos.refused.large", { size: bytesWords(refusal.size), most: bytesWords(refusal.most) });
    case "full": {
      const size = bytesWords(refusal.size);
      return refusal.missing === null
        ? t("photos.refused.full", { size })
        : t("photos.refused.full_missing", { size, missing: bytesWords(refusal.missing) });
    }
    case "type":
    case "unreadable":
    case "twice":
    case "named":
    case "superseded":
    case "not_kept":
      return t(`photos.refused.${refusal.code}`);
  }
}

/** Where a photo is on its way, and what stands against it. */
export function stateWords(photo: Photo, statement: Statement | undefined, progress: Progress | null): string {
  const { state, sent, size, trouble } = photo;
  if (state !== "signed") return t(`photos.state.${state}`);
  if (trouble !== null) return t("photos.state.trouble", { why: problemWords(trouble) });
  if (progress?.id === photo.id)
    return t("photos.state.sending", { sent: bytesWords(progress.sent), size: bytesWords(size) });
  if (statement?.standing === "waiting") return t("photos.state.after_statement");
  return sent > 0
    ? t("photos.state.part_sent", { sent: bytesWords(sent), size: bytesWords(size) })
    : t("photos.state.signed");
}

export function problemWords(code: NonNullable<Photo["trouble"]>): string {
  return sentence({ code, detail: "", status: 0 });
}

/** What to do about it; "" where nothing is to be done. */
export function remedyWords(code: Photo["trouble"]): string {
  const key = `photos.do.${code ?? ""}`;
  return isKey(key) ? t(key as "photos.do.digest_mismatch") : "";
}
