/** To whom an alarm is given: a colleague of its outlet or centre, or everybody again. */
import type { JSX } from "preact";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Alarm, Colleague } from "../../shared/api/types";
import { named, say, t } from "../../shared/text/language";
import { useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { giveAlarm, putBackAlarm } from "./hands";

interface GivingProps {
  readonly alarm: Alarm;
  readonly board: Board;
  readonly onClose: () => void;
}

const EVERYBODY = "everybody";

export function Giving({ alarm, board, onClose }: GivingProps): JSX.Element {
  const [state] = useLoaded(() => board.colleagues.of(alarm.outlet_id), alarm.outlet_id, 0);
  const loaded = state.value;
  const known = loaded.kind === "ready" ? loaded.data : [];
  const others = known.filter(({ id }) => id !== board.user.id && id !== alarm.taken_by);
  const holder = alarm.taken_by === null ? null : board.colleagues.nameOf(alarm.taken_by);

  function confirm(fields: FormData): Promise<Problem | string | null> {
    const to = entered(fields, "to");
    if (to === EVERYBODY) return putBackAlarm(board, alarm);
    const colleague = others.find(({ id }) => id === to);
    return colleague === undefined ? Promise.resolve(t("alarms.give_missing")) : giveAlarm(board, alarm, colleague);
  }

  return (
    <Frame
      title={t("alarms.give_title", { n: alarm.number })}
      confirm={t("alarms.give_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        {t("alarms.give_text")}{" "}
        {holder !== null && alarm.taken_by !== board.user.id && t("alarms.give_holder", { name: holder })}
      </p>
      {loaded.kind === "loading" && <div class="ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && <p class="trouble">{sentence(loaded.problem)}</p>}
      {loaded.kind === "ready" && others.length === 0 && <p class="soft">{t("alarms.give_nobody")}</p>}
      {(others.length > 0 || alarm.taken_by !== null) && (
        <fieldset class="radios">
          <legend>{t("alarms.give_to")}</legend>
          {others.map((each) => (
            <label key={each.id}>
              <input type="radio" name="to" value={each.id} />
              <span class="two-lines">
                <strong>{each.name}</strong>
                <span class="soft">{postWords(each, board)}</span>
              </span>
            </label>
          ))}
          {alarm.taken_by !== null && (
            <label>
              <input type="radio" name="to" value={EVERYBODY} />
              <span class="two-lines">
                <strong>{t("alarms.give_back")}</strong>
                <span class="soft">{t("alarms.give_back_hint")}</span>
              </span>
            </label>
          )}
        </fieldset>
      )}
    </Frame>
  );
}

function postWords({ role, outlet_id: id }: Colleague, board: Board): string {
  const outlet = id === null ? undefined : board.outlets.value.get(id);
  return [say("post", role), ...(outlet === undefined ? [] : [named(outlet)])].join(" · ");
}
