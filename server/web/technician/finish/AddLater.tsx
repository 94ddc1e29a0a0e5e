/** A note or photos to what was signed: a statement of its own, which changes nothing of the other. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../../shared/text/language";
import { fit } from "../job/typed";
import { useTyping } from "../job/typing";
import { Part } from "../job/Part";
import type { LocalProblem, Phone } from "../phone/phone";
import { toldProblem } from "../phone/refusals";
import { additionOf } from "../photos/addition";
import { Typed } from "./fields";
import { MOST_TYPED } from "./report";
import type { Statement } from "./standing";

interface AddLaterProps {
  readonly phone: Phone;
  readonly id: string;
  readonly latest: Statement;
}

export function AddLater({ phone, id, latest }: AddLaterProps): JSX.Element {
  const typing = useTyping(phone, `addendum:${id}`);
  const busy = useSignal(false);
  const done = useSignal(false);
  const problem = useSignal<LocalProblem | "empty" | null>(null);
  const photos = phone.photos.photos.value.size === 0 ? [] : phone.photos.named(id);

  async function add(): Promise<void> {
    if (busy.value) return;
    const note = fit(typing.words ?? "", MOST_TYPED);
    if (note === "" && photos.length === 0) {
      problem.value = "empty";
      return;
    }
    busy.value = true;
    const kept = await phone.keep(async (replica) => {
      const addition = await additionOf(id, latest.manifest, photos);
      return await replica.addendum(note === "" ? addition : { ...addition, note });
    });
    busy.value = false;
    problem.value = kept.ok ? null : kept.problem;
    done.value = kept.ok;
    if (!kept.ok) return;
    typing.done();
    await phone.photos
      .signed(
        kept.op_id,
        id,
        photos.map(({ sha256 }) => sha256),
      )
      .catch(() => undefined); // it finds them by itself, too
  }
  return (
    <Part title={t("finish.add_title")}>
      <p class="soft">{t("finish.add_hint")}</p>
      <Typed
        label={t("finish.add_note")}
        rows={2}
        most={MOST_TYPED}
        value={typing.words ?? ""}
        onInput={(typed) => {
          done.value = false;
          typing.type(typed);
        }}
      />
      {photos.length > 0 && <p class="soft">{t("finish.add_photos", { n: photos.length })}</p>}
      {problem.value !== null && (
        <p class="trouble" role="alert">
          {problem.value === "empty" ? t("finish.add_empty") : toldProblem(problem.value)}
        </p>
      )}
      {done.value && <p role="status">{t("finish.add_done")}</p>}
      <button type="button" class="button" aria-disabled={busy.value} onClick={() => void add()}>
        {t("finish.add_send")}
      </button>
    </Part>
  );
}
