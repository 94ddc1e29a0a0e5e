/** Ways through the managers' desk: links that the browser can open elsewhere, and steps by code. */
import { computed } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { go, leavesToBrowser, query } from "../shared/views/address";
import { readView, step, writeView, type AdminView } from "./view";

export const view = computed(() => readView(query.value));

export function show(change: Partial<AdminView>, replace = false): void {
  go(writeView(step(view.value, change)), replace);
}

interface GoProps {
  readonly to: Partial<AdminView>;
  readonly class?: string;
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

export function Go({ to, class: looks, current = false, children }: GoProps): JSX.Element {
  return (
    <a
      class={looks}
      href={`?${writeView(step(view.value, to)).toString()}`}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (leavesToBrowser(event)) return;
        event.preventDefault();
        show(to);
      }}
    >
      {children}
    </a>
  );
}
