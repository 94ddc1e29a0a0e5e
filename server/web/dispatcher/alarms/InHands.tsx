/** Who sees to a matter and since when; taken, given to a colleague, and put back from here. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../shared/text/language";
import { shortTime } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import type { Board } from "../board";
import { Giving } from "./Giving";
import { atOnce, putBack, take, type Matter } from "./hands";

interface InHandsProps {
  readonly matter: Matter;
  readonly board: Board;
  /** Whether taking it is the first thing to do about it: the one button that stands out. */
  readonly first: boolean;
}

export function InHands({ matter, board, first }: InHandsProps): JSX.Element | null {
  const busy = useSignal(false);
  const giving = useSignal(false);
  const { holder, givenBy, outletId, what } = matter;
  const mine = holder === board.user.id;
  useEffect(() => {
    for (const id of [holder, givenBy])
      if (id !== null && id !== board.user.id) void board.colleagues.know(outletId, id);
  }, [board, outletId, holder, givenBy]);

  async function act(deed: typeof take): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    await atOnce(deed, matter);
    busy.value = false;
  }

  if (holder === null && !board.mayWrite) return null;
  const takes = holder === null ? matter.taking : t("alarms.take_over");
  return (
    <div class="in-hands">
      {holder !== null && <span class="taken">{holderWords(matter, board)}</span>}
      {board.mayWrite && !mine && (
        <button
          type="button"
          class={first && holder === null ? "button first" : "button"}
          aria-label={t("alarms.deed_named", { deed: takes, what })}
          aria-disabled={busy.value}
          onClick={() => void act(take)}
        >
          {takes}
        </button>
      )}
      {board.mayWrite && mine && (
        <button
          type="button"
          class="button"
          aria-label={t("alarms.deed_named", { deed: t("alarms.put_back"), what })}
          aria-disabled={busy.value}
          onClick={() => void act(putBack)}
        >
          {t("alarms.put_back")}
        </button>
      )}
      {board.mayWrite && (
        <button
          type="button"
          class="button"
          aria-label={t("alarms.give_named", { what })}
          onClick={() => (giving.value = true)}
        >
          {t("alarms.give")}
        </button>
      )}
      {giving.value && (
        <Giving
          matter={matter}
          board={board}
          onClose={() => {
            giving.value = false;
          }}
        />
      )}
    </div>
  );
}

/** To the one who sees to it also who gave it to them. */
function holderWords({ holder, since, givenBy }: Matter, board: Board): string {
  const time = shortTime(now.value, Date.parse(since ?? ""));
  const name = (id: string): string => board.colleagues.nameOf(id) ?? t("alarms.colleague");
  if (holder !== board.user.id) return t("alarms.taken_by_named", { name: name(holder ?? ""), time });
  return givenBy === null ? t("alarms.taken_by_you", { time }) : t("alarms.given_by", { name: name(givenBy), time });
}
