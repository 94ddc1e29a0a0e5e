/** The phone's own Back, while the customer has it: it asks instead of leaving. */

const GUARD = "onsite.finish";

/** `asked`: Back was pressed. The answer ends it. */
export function guardBack(asked: () => void): () => void {
  if (!isGuarded()) history.pushState({ [GUARD]: true }, "", location.href);
  const popped = (): void => {
    history.pushState({ [GUARD]: true }, "", location.href);
    asked();
  };
  addEventListener("popstate", popped);
  return () => {
    removeEventListener("popstate", popped);
    if (isGuarded()) history.back();
  };
}

function isGuarded(): boolean {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && GUARD in state;
}
