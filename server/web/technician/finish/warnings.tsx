/** What a technician must know before going on; and what went wrong, with what became of their work. */
import type { ComponentChildren, JSX } from "preact";
import { language, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { toldProblem } from "../phone/refusals";
import type { Finishing } from "./finishing";
import type { Words } from "./words";

export function Warning({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <p class="fin-warning" role="status">
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  );
}

interface TroubleProps {
  readonly finishing: Finishing;
  /** The customer's words, while the phone is in their hands: the rest is for the technician. */
  readonly say?: Words;
}

/** Nothing can be kept any more; until something was to be signed, which says it all. */
export function Unsaved({ finishing, say }: TroubleProps): JSX.Element | null {
  if (!finishing.unsaved.value || finishing.problem.value !== null) return null;
  return <Trouble say={say}>{t("finish.unsaved")}</Trouble>;
}

export function NotSigned({ finishing, say }: TroubleProps): JSX.Element | null {
  const problem = finishing.problem.value;
  if (problem === null) return null;
  if (problem.code === "full" && finishing.unsaved.value)
    return <Trouble say={say}>{t("finish.not_signed_full")}</Trouble>;
  const lost = finishing.unsaved.value ? t("finish.unsaved") : t("finish.nothing_lost");
  return <Trouble say={say}>{t("finish.not_signed", { why: toldProblem(problem), lost })}</Trouble>;
}

interface SaidProps {
  readonly say: Words | undefined;
  readonly children: ComponentChildren;
}

function Trouble({ say, children }: SaidProps): JSX.Element {
  return (
    <div class="trouble" role="alert">
      <Icon name="warning" />
      <div>
        {say !== undefined && <p>{say("finish.give_back")}</p>}
        <p lang={language.value}>{children}</p>
      </div>
    </div>
  );
}
