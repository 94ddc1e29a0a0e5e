/** To whom a matter is given: a colleague who may see to it, or everybody again. */
import type { JSX } from "preact";
import { sentence, type Problem } from "../../shared/api/problem";
import type { Colleague } from "../../shared/api/types";
import { named, say, t } from "../../shared/text/language";
import { dataOr, useLoaded } from "../../shared/views/loading";
import type { Board } from "../board";
import { entered, Frame } from "../Frame";
import { give, putBack, type Matter } from "./hands";

interface GivingProps {
  readonly matter: Matter;
  readonly board: Board;
  readonly onClose: () => void;
}

const EVERYBODY = "everybody";

export function Giving({ matter, board, onClose }: GivingProps): JSX.Element {
  const { holder, outletId } = matter;
  const [state] = useLoaded(() => board.colleagues.of(outletId), outletId ?? "", 0);
  const loaded = state.value;
  const others = dataOr(loaded, []).filter(({ id }) => id !== board.user.id && id !== holder);
  const name = holder === null || holder === board.user.id ? null : board.colleagues.nameOf(holder);
  const words = t("alarms.give_text");

  function confirm(fields: FormData): Promise<Problem | string | null> {
    const to = entered(fields, "to");
    if (to === EVERYBODY) return putBack(matter);
    const colleague = others.find(({ id }) => id === to);
    return colleague === undefined ? Promise.resolve(t("alarms.give_missing")) : give(matter, colleague);
  }

  return (
    <Frame
      title={t("alarms.give_title", { what: matter.what })}
      confirm={t("alarms.give_confirm")}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{name === null ? words : t("punctuation.next", { words, next: t("alarms.give_holder", { name }) })}</p>
      {loaded.kind === "loading" && <div class="ghost" role="status" aria-label={t("loading")} />}
      {loaded.kind === "failed" && <p class="trouble">{sentence(loaded.problem)}</p>}
      {loaded.kind === "ready" && others.length === 0 && <p class="soft">{t("alarms.give_nobody")}</p>}
      {/* Not sooner: what is there first gets the focus, and it is not meant to be "everybody again". */}
      {loaded.kind !== "loading" && (others.length > 0 || holder !== null) && (
        <fieldset class="radios">
          <legend>{t("alarms.give_to")}</legend>
          {others.map((each) => (
            <Receiver key={each.id} value={each.id} name={each.name} about={postWords(each, board)} />
          ))}
          {holder !== null && (
            <Receiver value={EVERYBODY} name={t("alarms.give_back")} about={t("alarms.give_back_hint")} />
          )}
        </fieldset>
      )}
    </Frame>
  );
}

interface ReceiverProps {
  readonly value: string;
  readonly name: string;
  readonly about: string;
}

function Receiver({ value, name, about }: ReceiverProps): JSX.Element {
  return (
    <label>
      <input type="radio" name="to" value={value} />
      <span class="two-lines">
        <strong>{name}</strong>
        <span class="soft">{about}</span>
      </span>
    </label>
  );
}

function postWords({ role, outlet_id: id }: Colleague, board: Board): string {
  const outlet = id === null ? undefined : board.outlets.value.get(id);
  return [say("post", role), ...(outlet === undefined ? [] : [named(outlet)])].join(" · ");
}
